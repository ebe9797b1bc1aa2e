"""Refusals of the ERP in memory: what it does not like, and what is not there any more."""

from odoo.addons.integration_hub.client import ValidationError

ADDRESSES = ("invoice_address_id", "delivery_address_id", "contact_id")


class GoneRecords:
    """``record_exists``, and what an order is refused for."""

    def record_exists(self, kind, remote_ids):
        self.erp.note("record_exists")
        return [(kind, remote_id) not in self.erp.gone for remote_id in remote_ids]

    def _get_refusal(self, request):
        """:return: ValidationError, or None where the order is taken"""
        if request["note"] == "refuse":
            return ValidationError("The ERP does not like this order.")
        named = {("party", request["party_id"])}
        named |= {("address", request[name]) for name in ADDRESSES}
        named |= {("product", line["product_id"]) for line in request["lines"]}
        if named & self.erp.gone:
            return ValidationError("Record does not exist or has been deleted.")
        return None
