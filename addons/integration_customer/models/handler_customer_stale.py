from odoo import api, models


class HandlerCustomerPush(models.AbstractModel):
    """Customers that are no longer over there: merged into others, or deleted."""

    _inherit = "integration.handler.customer_push"

    @api.private
    def _drop_links(self, connector, party_ids, address_ids):
        """Forget counterparts that are gone. Whoever needs them next has them found or made
        anew, the usual way.

        :param party_ids: remote ids of customers that are gone, along with all that belongs
            to them
        :param address_ids: remote ids of single addresses that are gone
        :return: the customers whose links were dropped
        """
        Link = self.env["integration.external.id"]
        of_connector = [
            ("connector_id", "=", connector.id),
            ("res_model", "=", "res.partner"),
        ]
        links = Link.search(
            [*of_connector, ("kind", "=", "party"), ("remote_id", "in", party_ids)]
        )
        partners = self.env["res.partner"].browse(links.mapped("res_id"))
        numbers = {link.res_id: link.remote_number or link.remote_id for link in links}
        family = partners.with_context(active_test=False).search(
            [("commercial_partner_id", "in", partners.ids)]
        )
        links |= Link.search(
            [*of_connector, ("kind", "=", "address"), ("res_id", "in", family.ids)]
        )
        # addresses of others that stood on their orders
        kinds = [f"address:{partner.id}" for partner in partners]
        links |= Link.search([*of_connector, ("kind", "in", kinds)])
        links |= Link.search(
            [
                *of_connector,
                ("kind", "=like", "address%"),
                ("remote_id", "in", address_ids),
            ]
        )
        links.unlink()
        partners = partners.exists()
        partners._message_log_batch(
            {
                partner.id: self.env._(
                    "%(number)s is no longer in %(system)s: merged or deleted there. This"
                    " customer is looked for anew.",
                    number=numbers[partner.id],
                    system=connector.name,
                )
                for partner in partners
            }
        )
        return partners
