from odoo.tests import tagged

from .customer_mixin import CustomerMixin
from .erp_case import ErpCase


@tagged("post_install", "-at_install")
class TestCustomersTryton(CustomerMixin, ErpCase):
    kind = "tryton"

    def call(self, model, method, *arguments):
        return self.clerk.call(f"model.{model}.{method}", *arguments)

    def read_there(self, party_id):
        [party] = self.call(
            "party.party", "read", [party_id], ["name", "active", "lang.code"]
        )
        any_active = ["active", "in", [True, False]]
        addresses = self.call(
            "party.address",
            "search_read",
            [["party", "=", party_id], any_active],
            0,
            None,
            [["id", "ASC"]],
            [
                "attn",
                "party_name",
                "street",
                "postal_code",
                "city",
                "active",
                "country.code",
                "invoice",
                "delivery",
            ],
        )
        identifiers = self.call(
            "party.identifier",
            "search_read",
            [["party", "=", party_id], ["type", "=", None]],
            0,
            None,
            [["id", "ASC"]],
            ["code"],
        )
        mechanisms = self.call(
            "party.contact_mechanism",
            "search_read",
            [["party", "=", party_id]],
            0,
            None,
            [["id", "ASC"]],
            ["type", "value", "name", "address"],
        )
        main, *others = addresses
        return {
            **party,
            **self.get_values(main),
            # the one given last, for whoever looks
            "reference": next(
                (
                    row["code"]
                    for row in reversed(identifiers)
                    if not row["code"].startswith(self.prefix)
                ),
                "",
            ),
            "lang": (party["lang."] or {}).get("code"),
            "is_company": None,
            "phone": next(
                (
                    m["value"]
                    for m in mechanisms
                    if m["type"] == "phone" and not m["name"]
                ),
                "",
            ),
            "contacts": {
                name: {
                    **self.get_values(row),
                    "active": row["active"],
                    "email": next(
                        (
                            m["value"]
                            for m in mechanisms
                            if m["type"] == "email"
                            and (m["address"] == row["id"] or m["name"] == name)
                        ),
                        "",
                    ),
                }
                for row in others
                if (name := row["attn"] or row["party_name"])
            },
        }

    def get_values(self, row):
        return {
            "street": (row["street"] or "").partition("\n")[0],
            "zip": row["postal_code"],
            "city": row["city"],
            "country": (row["country."] or {}).get("code"),
            "kind": {
                (True, False): "invoice",
                (False, True): "delivery",
                (False, False): "other",
            }.get((bool(row["invoice"]), bool(row["delivery"]))),
        }

    def expect_company(self, _is_company):
        """Tryton tells them not apart."""
        return None

    def blank_language(self, party_id):
        self.call("party.party", "write", [party_id], {"lang": None})

    def give_reference(self, party_id, reference):
        self.call(
            "party.identifier", "create", [{"party": party_id, "code": reference}]
        )

    def write_there(self, party_id, street=None, **values):
        self.call("party.party", "write", [party_id], values)
        if street:
            [address, *_others] = self.call(
                "party.address",
                "search",
                [["party", "=", party_id]],
                0,
                1,
                [["id", "ASC"]],
            )
            self.call(
                "party.address", "write", [address], {"street_unstructured": street}
            )
