from odoo import models

from .handler_price_pull import PAGE_SIZE


class HandlerPricePull(models.AbstractModel):
    """Which customer is sold by which price list."""

    _inherit = "integration.handler.price_pull"

    def _prepare_parties(self, flow, job):
        links = self.env["integration.external.id"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("id", ">", job.payload["after"]),
            ],
            order="id",
            limit=PAGE_SIZE,
        )
        return {
            "party_ids": links.mapped("remote_id"),
            "partner_ids": links.mapped("res_id"),
            "next": links[-1:].id if len(links) == PAGE_SIZE else 0,
        }

    def _enqueue_parties(self, flow, after):
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "parties",
                    "name": self.env._("Price lists of customers"),
                    "payload": {"after": after},
                    "idempotency_key": "parties",
                    "priority": flow.priority,
                    "trigger": "more",
                }
            ],
        )

    def _take_parties(self, flow, answer):
        connector = flow.connector_id
        lists = {
            pricelist.integration_remote_id: pricelist
            for pricelist in self.env["product.pricelist"].search(
                [("integration_connector_id", "=", connector.id)]
            )
        }
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(connector.company_id)
            .browse(answer["partner_ids"])
            .exists()
        }
        Pricelist = self.env["product.pricelist"]
        kept = self._find_kept_by_others(
            connector,
            self.env["res.partner"]
            .with_company(connector.company_id)
            .browse(list(partners)),
        )
        changed, notes = {}, {}
        for party_id, partner_id in zip(
            answer["party_ids"], answer["partner_ids"], strict=True
        ):
            partner = partners.get(partner_id)
            if not partner or party_id not in answer["lists"]:
                continue
            chosen = lists.get(answer["lists"][party_id])
            present = partner.specific_property_product_pricelist
            if chosen and present != chosen:
                if partner in kept:
                    continue
                changed.setdefault(chosen, []).append(partner_id)
                if present:
                    notes[partner_id] = self.env._(
                        "The price list of this customer is %(list)s now, as in %(erp)s. It"
                        " was %(former)s here.",
                        list=chosen.name,
                        erp=connector.name,
                        former=present.name,
                    )
            elif not chosen and present in lists.values():
                # the ERP gave it, the ERP has taken it away; what people chose stays
                changed.setdefault(Pricelist, []).append(partner_id)
        for pricelist, partner_ids in changed.items():
            # property_product_pricelist would have Odoo look up each one's country
            self.env["res.partner"].with_company(connector.company_id).browse(
                partner_ids
            ).specific_property_product_pricelist = pricelist
        self.env["res.partner"].browse(list(notes))._message_log_batch(bodies=notes)
        if answer["next"]:
            self._enqueue_parties(flow, answer["next"])

    def _find_kept_by_others(self, connector, partners):
        """Customers whose price list is the word of another ERP of the same company, which
        they were linked to before this one.

        :param partners: ``res.partner``, in the connector's company
        :return: those of ``partners``
        """
        others = partners.specific_property_product_pricelist.filtered(
            lambda pricelist: (
                pricelist.is_integration_owned
                and pricelist.integration_connector_id != connector
            )
        ).integration_connector_id
        if not others:
            return partners.browse()
        links = self.env["integration.external.id"].search(
            [
                ("connector_id", "in", (connector | others).ids),
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
            ]
        )
        link_ids = {(link.connector_id, link.res_id): link.id for link in links}

        def is_kept(partner):
            pricelist = partner.specific_property_product_pricelist
            link_id = link_ids.get((pricelist.integration_connector_id, partner.id))
            own_id = link_ids.get((connector, partner.id), 0)
            return pricelist.is_integration_owned and link_id and link_id < own_id

        return partners.filtered(is_kept)
