from odoo.tests import tagged

from .customer_mixin import CustomerMixin
from .customer_news_mixin import CustomerNewsMixin
from .erp_case import ErpCase

FIELDS = (
    "name",
    "active",
    "street",
    "zip",
    "city",
    "email",
    "phone",
    "country_id",
    "type",
    "ref",
    "lang",
    "is_company",
)


@tagged("post_install", "-at_install")
class TestCustomersOdoo(CustomerNewsMixin, CustomerMixin, ErpCase):
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
            "reference": ""
            if (party["ref"] or "").startswith(self.prefix)
            else party["ref"],
            "lang": (party["lang"] or "")[:2],
            "contacts": {
                row["name"]: {**row, "kind": row["type"]}
                for row in rows
                if row["id"] != party_id
            },
        }

    def expect_company(self, is_company):
        return is_company

    def create_there(self, name, email):
        values = {"name": name, "is_company": True, "email": email}
        return self.clerk.call("res.partner", "create", vals_list=[values])[0]

    def blank_language(self, party_id):
        self.write_there(party_id, lang=False)

    def give_reference(self, party_id, reference):
        self.write_there(party_id, ref=reference)

    def write_there(self, party_id, **values):
        self.clerk.call("res.partner", "write", [party_id], vals=values)

    def write_address_there(self, address_id, country_code=None, **values):
        if country_code:
            [values["country_id"]] = self.clerk.call(
                "res.country", "search", domain=[("code", "=", country_code)]
            )
        self.write_there(address_id, **values)

    def archive_there(self, party_id):
        self.write_there(party_id, active=False)

    def archive_legal_there(self, customer):
        """A customer is its own main address here: archived along."""
        self.archive_there(int(self.get_remote_id(customer)))

    def write_email_there(self, address_id, email):
        self.write_there(address_id, email=email)

    def enter_another_there(self, customer, street):
        """Of a kind that may be where a customer is: it stays in use where the customer is
        archived."""
        self.clerk.call(
            "res.partner",
            "create",
            vals_list=[
                {
                    "parent_id": int(self.get_remote_id(customer)),
                    "name": "Hun Dok",
                    "type": "other",
                    "street": street,
                }
            ],
        )

    def enter_anew_there(self, customer, **values):
        """A customer is its own main address here."""
        self.write_address_there(int(self.get_remote_id(customer)), **values)

    def test_2_orders_made_there_take_the_new_invoice_address(self):
        customer = self.make_linked()
        place = self.make_place(customer)
        self.sync()
        place.type = "invoice"
        self.sync()
        party_id = int(self.get_remote_id(customer))
        order = self.clerk.create_order(party_id, [("FILTER-10", 1)])
        there = self.clerk.read_one(
            "sale.order", order, "partner_invoice_id", "partner_shipping_id"
        )
        self.assertEqual(
            there["partner_invoice_id"][0], int(self.get_remote_id(place, "address"))
        )
        self.assertEqual(
            there["partner_shipping_id"][0], int(self.get_remote_id(customer))
        )
