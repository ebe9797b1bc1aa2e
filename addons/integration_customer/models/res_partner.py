from collections import defaultdict

from odoo import api, models

KINDS = {"contact": "contact", "invoice": "invoice", "delivery": "delivery"}


class ResPartner(models.Model):
    """What is sent of customers, contacts and addresses."""

    _inherit = "res.partner"

    def _prepare_erp_party_payload(self, addresses):
        """Snapshot of a customer as ``contract.Party``.

        :param list addresses: ``contract.Address`` dicts, the main one first
        """
        self.ensure_one()
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        return {
            "key": f"{prefix}P{self.id}",
            "code": self.ref or "",
            "name": self.name or "",
            "is_company": self.is_company,
            # Odoo writes "/" where somebody said there is none
            "vat": (self.vat or "").strip("/ "),
            "email": self.email_normalized or "",
            "phone": self.phone or "",
            "website": self.website or "",
            "lang": self.lang or "",
            "active": self.active,
            "addresses": addresses,
        }

    def _prepare_erp_address_payload(self, kind):
        """Snapshot of an address or contact as ``contract.Address``.

        :param str kind: ``main, invoice, delivery, contact`` or ``other``; what is one of
            the customer's own addresses is of the kind it has here, whatever an order uses
            it for
        """
        self.ensure_one()
        if kind != "main" and self.commercial_partner_id != self:
            kind = KINDS.get(self.type, "other")
        return {
            "key": f"A{self.id}",
            "kind": kind,
            "name": self.name or self.parent_id.name or "",
            "street": self.street or "",
            "street2": self.street2 or "",
            "zip": self.zip or "",
            "city": self.city or "",
            "state_code": self.state_id.code or "",
            "state_name": self.state_id.name or "",
            "country_code": self.country_id.code or "",
            "email": self.email_normalized or "",
            "phone": self.phone or "",
            "active": self.active,
        }

    @api.private
    def _prepare_erp_full_payloads(self):
        """Customers with all their contacts and addresses, archived ones too.

        :return: dict ``{customer: contract.Party}``
        """
        children = defaultdict(self.browse)
        for partner in self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", self.ids), ("id", "not in", self.ids)],
            order="id",
        ):
            children[partner.commercial_partner_id.id] |= partner
        return {
            customer: customer._prepare_erp_party_payload(
                [
                    customer._prepare_erp_address_payload("main"),
                    *(
                        child._prepare_erp_address_payload("other")
                        for child in children[customer.id]
                    ),
                ]
            )
            for customer in self
        }
