from odoo import models


class ResPartner(models.Model):
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
            "addresses": addresses,
        }

    def _prepare_erp_address_payload(self, kind):
        """Snapshot of an address or contact as ``contract.Address``.

        :param str kind: ``main, invoice, delivery, contact`` or ``other``
        """
        self.ensure_one()
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
        }
