from odoo.tests import tagged

from .customer_mixin import CustomerMixin
from .customer_news_mixin import CustomerNewsMixin
from .erp_case import ErpCase, get_clerk


@tagged("post_install", "-at_install")
class TestCustomersTryton(CustomerNewsMixin, CustomerMixin, ErpCase):
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

    def create_there(self, name, email):
        mechanism = {"type": "email", "value": email}
        values = {"name": name, "contact_mechanisms": [["create", [mechanism]]]}
        return self.call("party.party", "create", [values])[0]

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

    def write_address_there(self, address_id, **values):
        """The address alone: the party's own ``write_date`` stays as it is."""
        self.call("party.address", "write", [address_id], self.get_columns(**values))

    def get_columns(self, country_code=None, **values):
        columns = {"zip": "postal_code", "city": "city"}
        changes = {columns[name]: values[name] for name in columns if name in values}
        if "street" in values:
            lines = (values["street"], values.get("street2"))
            changes["street_unstructured"] = "\n".join(filter(None, lines))
        if country_code:
            [changes["country"]] = self.call(
                "country.country", "search", [["code", "=", country_code]]
            )
        return changes

    def archive_there(self, party_id):
        self.call("party.party", "write", [party_id], {"active": False})

    def archive_legal_there(self, customer):
        self.call(
            "party.address",
            "write",
            [self.address_id(customer)],
            {"active": False},
        )

    def write_email_there(self, address_id, email):
        [mechanism] = self.call(
            "party.contact_mechanism",
            "search",
            [["address", "=", address_id], ["type", "=", "email"]],
        )
        self.call("party.contact_mechanism", "write", [mechanism], {"value": email})

    def enter_another_there(self, customer, street):
        self.create_address_there(customer, delivery=True, street=street)

    def enter_anew_there(self, customer, **values):
        self.archive_legal_there(customer)
        self.create_address_there(customer, invoice=True, **values)

    def create_address_there(self, customer, invoice=False, delivery=False, **values):
        self.call(
            "party.address",
            "create",
            [
                {
                    "party": int(self.get_remote_id(customer)),
                    "invoice": invoice,
                    "delivery": delivery,
                    **self.get_columns(**values),
                }
            ],
        )

    def test_news_4_merged_there(self):
        gone, stays = self.make_linked(name="Gone"), self.make_linked(name="Stays")
        ids = [int(self.get_remote_id(partner)) for partner in (gone, stays)]
        keeper = get_clerk("tryton", {**self.erp, "clerk": self.erp["admin"]})
        keeper.merge(*ids)
        self.read_news()
        self.assertFalse(
            self.get_remote_id(gone), "looked for anew with its next order"
        )
        self.assertIn("no longer in", "".join(gone.message_ids.mapped("body")))
        self.assertEqual(int(self.get_remote_id(stays)), ids[1])
