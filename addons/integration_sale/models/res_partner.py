from odoo import api, models

PARTNER_FIELDS = (
    "partner_id",
    "invoice_partner_id",
    "delivery_partner_id",
    "contact_partner_id",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.private
    def _replace_in_orders(self, survivor):
        """Orders that wait in the queue are for the contact that stays."""
        jobs = self.env["integration.job"].search(
            [
                ("flow_id.code", "=", "sale_order_push"),
                ("state", "in", ("waiting", "retrying", "failed", "attention")),
            ]
        )
        ids = set(self.ids)
        for job in jobs:
            payload = job.payload
            if not ids & {payload.get(name) for name in PARTNER_FIELDS}:
                continue
            replaced = {
                name: survivor.id if payload.get(name) in ids else payload.get(name)
                for name in PARTNER_FIELDS
            }
            customer = self.browse(replaced["partner_id"])
            addresses = {}
            for address in payload["party"]["addresses"]:
                partner_id = int(address["key"][1:])
                partner = survivor if partner_id in ids else self.browse(partner_id)
                kind = "main" if partner == customer else address["kind"]
                addresses.setdefault(
                    partner.id, partner._prepare_erp_address_payload(kind)
                )
            job.payload = {
                **payload,
                **replaced,
                "party": customer._prepare_erp_party_payload(
                    sorted(addresses.values(), key=lambda item: item["kind"] != "main")
                ),
            }

    def action_view_timeline(self):
        """Everything sent and received for the customer and the deals with them."""
        self.ensure_one()
        customer = self.commercial_partner_id
        deals = self.env["crm.lead"].search([("partner_id", "child_of", customer.id)])
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [("res.partner", (customer | self).ids), ("crm.lead", deals.ids)],
        )
