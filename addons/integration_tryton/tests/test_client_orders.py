"""Orders in the real Tryton: found and created."""

import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.integration_hub.client import NetworkError, ValidationError

from .common import TrytonCase, contract

ALL_FIELDS = (
    "reference",
    "description",
    "comment",
    "sale_date",
    "shipping_date",
    "currency.code",
    "payment_term",
    "invoice_address",
    "shipment_address",
    "contact.name",
    "quoted_by",
    "warehouse",
    "invoice_method",
    "shipment_method",
)
LINE_FIELDS = (
    "lines.type",
    "lines.description",
    "lines.quantity",
    "lines.unit",
    "lines.unit_price",
    "lines.taxes",
    "lines.note",
    "lines.sequence",
)


class TestOrders(TrytonCase):
    # -- create and find --------------------------------------------------------------

    def test_create_and_find(self):
        order = self.make_sale()
        self.assertEqual(self.client.order_find([order["key"]]), {})
        (answer,) = self.client.order_create([order])
        self.assert_conforms(answer, contract.OrderAnswer)
        self.assertEqual(answer["key"], order["key"])
        self.assertEqual(answer["state"], "draft")
        self.assertEqual(answer["currency"], "EUR")
        self.assertEqual(answer["total_untaxed"], "200.00")
        self.assertEqual(answer["total_tax"], "42.00")
        self.assertEqual(answer["total"], "242.00")
        self.assertTrue(
            answer["url"].endswith(
                f"/#{self.erp['database']}/model/sale.sale/{answer['remote_id']}"
            )
        )
        # the ids of the lines are told when they are made
        self.assertEqual(len(answer.pop("line_ids")), len(order["lines"]))
        found = self.client.order_find([order["key"], "no such key", order["key"]])
        self.assertEqual(found, {order["key"]: answer})

    def test_everything_arrives(self):
        customer = self.create_party(
            addresses=[
                self.make_address("A1"),
                self.make_address("A2", "delivery", name="Loods", street="Kade 1"),
                self.make_address(
                    "A3", "contact", name="Anna Özdemir", email="anna@example.com"
                ),
            ]
        )
        (term, *_rest) = self.client.value_list("payment_term")
        (warehouse, *_rest) = self.client.value_list("warehouse")
        employee_id = self.create_employee()
        note = "Zeile 1 – «ñ» & <b>\nZeile 2 " + "lang " * 2000
        order = self.make_sale(
            [
                {**self.make_line("", kind="section", description="Ünïcode & Söhne")},
                self.make_product_line(
                    quantity="3",
                    unit_price="24.95",
                    description='First line\nsecond "line" 东京',
                    tax_ids=[self.taxes["9"]],
                ),
                {**self.make_line("", kind="note", description="Handle with care")},
                self.make_product_line("GREASE-H1", quantity="1.5", tax_ids=[]),
            ],
            party_id=customer["remote_id"],
            customer_reference="PO/4711",
            invoice_address_id=customer["addresses"]["A1"],
            delivery_address_id=customer["addresses"]["A2"],
            contact_id=customer["addresses"]["A3"],
            currency_id=self.currencies["USD"],
            order_date="2026-11-22",
            requested_date="2026-12-24",
            payment_term_id=term["remote_id"],
            salesperson_id=str(employee_id),
            warehouse_id=warehouse["remote_id"],
            note=note,
        )
        (answer,) = self.client.order_create([order])
        self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        self.assertEqual(answer["currency"], "USD")
        remote = self.read_remote(
            "sale.sale", answer["remote_id"], *ALL_FIELDS, *LINE_FIELDS
        )
        self.assertEqual(remote["reference"], "PO/4711")
        self.assertEqual(remote["description"], "S00042")
        self.assertEqual(remote["comment"].strip(), note.strip())
        self.assertEqual(remote["sale_date"], datetime.date(2026, 11, 22))
        self.assertEqual(remote["shipping_date"], datetime.date(2026, 12, 24))
        self.assertEqual(remote["payment_term"], int(term["remote_id"]))
        self.assertEqual(remote["invoice_address"], int(customer["addresses"]["A1"]))
        self.assertEqual(remote["shipment_address"], int(customer["addresses"]["A2"]))
        self.assertEqual(remote["contact."]["name"], "Anna Özdemir")
        self.assertEqual(remote["quoted_by"], employee_id)
        self.assertEqual(remote["warehouse"], int(warehouse["remote_id"]))
        section, first, comment, second = sorted(
            remote["lines."], key=lambda line: line["sequence"]
        )
        self.assertEqual(section["type"], "title")
        self.assertEqual(section["description"], "Ünïcode & Söhne")
        self.assertEqual(first["description"], 'First line\nsecond "line" 东京')
        self.assertEqual(first["quantity"], 3)
        self.assertEqual(first["unit_price"], Decimal("24.9500"))
        self.assertEqual(first["taxes"], [int(self.taxes["9"])])
        self.assertEqual(comment["type"], "comment")
        self.assertEqual((second["quantity"], second["taxes"]), (1.5, []))

    def create_employee(self):
        party_id = self.create_remote("party.party", name=self.make_name("Sally"))
        return self.create_remote(
            "company.employee", party=party_id, company=self.client.company_id
        )

    def test_mistyped_ids_hold_up_nobody_else(self):
        wrong = [
            self.make_product_line(key="1", product_id="A-1", tax_ids=[]),
            self.make_product_line(key="2", unit_id="A-2", tax_ids=["A-3"]),
        ]
        good, bad = self.client.order_check(
            [
                self.make_sale([self.make_product_line(tax_ids=[])]),
                self.make_sale(wrong, payment_term_id="A-4"),
            ]
        )
        self.assertEqual(good["problems"], [])
        self.assertEqual(
            {(problem["kind"], problem["key"]) for problem in bad["problems"]},
            {("product", "1"), ("product", "2"), ("tax", "A-3"), ("value", "A-4")},
        )
        self.assertEqual(self.client.stock_levels(["A-1"]), [])
        self.assertEqual(self.client.price_list_prices([], ["A-1"]), [])

    def test_what_is_left_to_tryton(self):
        """A bare order gets what a clerk's screen would have filled in."""
        (term, *_rest) = self.client.value_list("payment_term")
        customer = self.create_party()
        self.admin.rpc(
            "party.party",
            "write",
            [int(customer["remote_id"])],
            {
                "customer_payment_term": int(term["remote_id"]),
                "customer_currency": int(self.currencies["USD"]),
                "sale_shipment_method": "manual",
            },
            changes=True,
        )
        answer = self.create_sale(party_id=customer["remote_id"], order_date="")
        (address_id,) = customer["addresses"].values()
        remote = self.read_remote(
            "sale.sale", answer["remote_id"], *ALL_FIELDS, *LINE_FIELDS
        )
        self.assertEqual(remote["payment_term"], int(term["remote_id"]))
        self.assertEqual(remote["currency."]["code"], "USD")
        self.assertEqual(remote["shipment_method"], "manual")
        self.assertEqual(remote["invoice_method"], "order")
        self.assertEqual(remote["invoice_address"], int(address_id))
        self.assertEqual(remote["shipment_address"], int(address_id))
        self.assertTrue(remote["warehouse"])
        (line,) = remote["lines."]
        self.assertEqual(line["unit"], int(self.products["PUMP-200"]["unit_id"]))
        self.assertEqual(line["taxes"], [int(self.taxes["21"])])

    def test_taxes_follow_the_customers_rule(self):
        rule_id = self.create_remote(
            "account.tax.rule",
            name=self.make_name("Reduced"),
            kind="sale",
            company=self.client.company_id,
            lines=[
                [
                    "create",
                    [
                        {
                            "origin_tax": int(self.taxes["21"]),
                            "tax": int(self.taxes["9"]),
                        }
                    ],
                ]
            ],
        )
        customer = self.create_party()
        self.admin.rpc(
            "party.party",
            "write",
            [int(customer["remote_id"])],
            {"customer_tax_rule": rule_id},
            changes=True,
        )
        answer = self.create_sale(party_id=customer["remote_id"])
        self.assertEqual(answer["total_tax"], "18.00")
        # the next customer has no rule
        self.assertEqual(self.create_sale()["total_tax"], "42.00")

    def test_discount_is_in_the_price(self):
        answer = self.create_sale(
            [
                self.make_product_line(
                    unit_price="189.99", discount="12.5", quantity="3"
                ),
                self.make_product_line(unit_price="0.3333", discount="100"),
            ]
        )
        self.assertEqual(answer["total_untaxed"], "498.72")
        lines = self.client.order_lines([answer["remote_id"]])[answer["remote_id"]]
        self.assert_conforms(lines, list[contract.OrderLineAnswer])
        self.assertEqual([line["unit_price"] for line in lines], ["166.2413", "0"])
        self.assertEqual(lines[0]["product_code"], "PUMP-200")
        self.assertEqual(lines[0]["total_untaxed"], "498.72")
        self.assertEqual(lines[0]["total"], "603.45")
        remote = self.read_remote("sale.sale", answer["remote_id"], "lines.note")
        self.assertIn("189.99 - 12.5 %", [line["note"] for line in remote["lines."]])

    def test_decimals(self):
        for quantity, price, total in (
            ("0.33", "3.3333", "1.10"),
            ("1000000", "0.0001", "100.00"),
            ("1", "99999999.99", "99999999.99"),
            ("-2", "10", "-20.00"),
        ):
            with self.subTest(quantity=quantity, price=price):
                answer = self.create_sale(
                    [
                        self.make_product_line(
                            "GREASE-H1", quantity=quantity, unit_price=price, tax_ids=[]
                        )
                    ]
                )
                self.assertEqual(answer["total"], total)

    def test_requested_date_in_the_past(self):
        answer = self.create_sale(order_date="2026-11-22", requested_date="2026-11-01")
        remote = self.read_remote("sale.sale", answer["remote_id"], "shipping_date")
        self.assertEqual(remote["shipping_date"], datetime.date(2026, 11, 22))

    def test_other_unit_of_the_same_kind(self):
        units = {
            item["name"]: item["remote_id"] for item in self.client.value_list("unit")
        }
        answer = self.create_sale(
            [
                self.make_product_line(
                    "GREASE-H1",
                    unit_id=units["Gram"],
                    quantity="500",
                    unit_price="0.02",
                )
            ]
        )
        self.assertEqual(answer["total_untaxed"], "10.00")

    # -- refused ----------------------------------------------------------------------

    def test_one_bad_in_ten(self):
        orders = [self.make_sale() for _number in range(10)]
        # nothing of ours notices this one: Tryton does
        orders[4]["lines"][0]["quantity"] = "0.3333"
        answers = self.client.order_create(orders)
        self.assert_error(answers.pop(4), "validation")
        self.assert_conforms(answers, list[contract.OrderAnswer])
        found = self.client.order_find([order["key"] for order in orders])
        self.assertEqual(len(found), 9)
        self.assertNotIn(orders[4]["key"], found)

    def test_bad_values_name_themselves(self):
        units = {
            item["name"]: item["remote_id"] for item in self.client.value_list("unit")
        }
        for text, values, line in (
            ("Customer 99999999", {"party_id": "99999999"}, {}),
            ("Customer (none)", {"party_id": ""}, {}),
            ("Product 99999999", {}, {"product_id": "99999999"}),
            ("Product (none)", {}, {"product_id": ""}),
            ("'many' is not a number", {}, {"quantity": "many"}),
            ("can't be sold in the unit", {}, {"unit_id": units["Kilogram"]}),
            ("bad value", {"order_date": "tomorrow"}, {}),
            ("bad value", {"currency_id": "EUR"}, {}),
        ):
            with self.subTest(text=text, values=values, line=line):
                good = self.make_sale()
                bad = self.make_sale([self.make_product_line(**line)], **values)
                refused, answer = self.client.order_create([bad, good])
                self.assert_error(refused, "validation", text)
                self.assertIsInstance(answer, dict)

    def test_address_of_somebody_else(self):
        other = self.create_party()
        (address_id,) = other["addresses"].values()
        (answer,) = self.client.order_create(
            [self.make_sale(invoice_address_id=address_id)]
        )
        self.assertIsInstance(answer, ValidationError)

    # -- duplicates -------------------------------------------------------------------

    def test_same_key_is_refused_by_tryton(self):
        order = self.make_sale()
        (values,) = self.client.prepare_orders([order])
        create = ("sale.sale", "create", [values])
        self.assertTrue(self.client.key_is_unique)
        self.assertTrue(self.client.rpc(*create, changes=True))
        with self.assertRaises(ValidationError) as caught:
            self.client.rpc(*create, changes=True)
        self.assertIn("unique", caught.exception.message)

    def test_same_key_gives_the_order_there_is(self):
        order = self.make_sale()
        (first,) = self.client.order_create([order])
        fresh = self.make_sale()
        again, other = self.client.order_create([order, fresh])
        self.assertEqual(again["remote_id"], first["remote_id"])
        self.assertNotEqual(other["remote_id"], first["remote_id"])

    def test_same_key_while_nothing_can_be_looked_up(self):
        """The order may be there: that it was refused is not the last word."""
        order = self.make_sale()
        self.client.order_create([order])
        with patch.object(
            type(self.client), "order_find", side_effect=NetworkError("Gone.")
        ):
            (answer,) = self.client.order_create([order])
        self.assertIsInstance(answer, NetworkError)
        self.assertTrue(answer.is_retried)

    def test_cancelled_order_is_found(self):
        order = self.make_sale()
        (answer,) = self.client.order_create([order])
        self.make_clerk().cancel(int(answer["remote_id"]))
        found = self.client.order_find([order["key"]])[order["key"]]
        self.assertEqual(found["state"], "cancelled")
        (refused,) = self.client.order_confirm([answer["remote_id"]])
        self.assert_error(refused, "validation", "cancelled")


class TestOrdersByReference(TrytonCase):
    """Without a web shop."""

    with_web_shop = False

    def test_create_and_find(self):
        self.assertFalse(self.client.key_is_unique)
        order = self.make_sale(customer_reference="PO/4711")
        (answer,) = self.client.order_create([order])
        remote = self.read_remote(
            "sale.sale", answer["remote_id"], "reference", "description", "web_id"
        )
        self.assertEqual(remote["reference"], order["key"])
        self.assertEqual(remote["description"], "S00042 / PO/4711")
        self.assertIsNone(remote["web_id"])
        answer.pop("line_ids", None)
        self.assertEqual(self.client.order_find([order["key"]]), {order["key"]: answer})

    def test_looked_up_before_create(self):
        order = self.make_sale()
        (first,) = self.client.order_create([order])
        again, other = self.client.order_create([order, self.make_sale()])
        self.assertEqual(again["remote_id"], first["remote_id"])
        self.assertNotEqual(other["remote_id"], first["remote_id"])

    def test_web_shop_chosen_later(self):
        order = self.make_sale()
        (answer,) = self.client.order_create([order])
        shop_id = str(self.erp["web_shop"]["id"])
        with self.make_client(options={"web_shop_id": shop_id}) as client:
            found = client.order_find([order["key"]])
            changes = client.order_changes(None, 100, self.prefix)
        self.assertEqual(found[order["key"]]["remote_id"], answer["remote_id"])
        self.assertIn(answer["remote_id"], changes["remote_ids"])
