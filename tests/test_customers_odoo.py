from odoo.tests import tagged

from .customer_mixin import CustomerMixin
from .erp_case import ErpCase

FIELDS = ("name", "active", "street", "zip", "city", "email", "phone", "country_id")


@tagged("post_install", "-at_install")
class TestCustomersOdoo(CustomerMixin, ErpCase):
    kind = "odoo"

    def read_there(self, party_id):
        rows = self.clerk.call(
            "res.partner",
            "search_read",
            domain=["|", ("id", "=", party_id), ("parent_id", "=", party_id)],
            fields=["parent_id", *FIELDS],
            context={"active_test": False},
        )
        [party] = [row for row in rows if row["id"] == party_id]
        country = party["country_id"] and self.clerk.read_one(
            "res.country", party["country_id"][0], "code"
        )
        return {
            **party,
            "country": country and country["code"],
            "contacts": {row["name"]: row for row in rows if row["id"] != party_id},
        }

    def write_there(self, party_id, **values):
        self.clerk.call("res.partner", "write", [party_id], vals=values)
