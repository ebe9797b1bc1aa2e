"""What older versions have otherwise, by the fields they tell of; no ERP needed. With a real
Odoo 14 ``make test-older`` runs the other tests."""

import unittest
from unittest.mock import patch

from odoo.addons.integration_hub.client import ConnectionSettings, ValidationError

from ..client import OdooClient
from ..client.price_rules import PriceRules

# as a 14 tells them, as far as these tests need
FIELDS = {
    "product.product": {"uom_id": {}, "free_qty": {}, "type": {}},
    "product.pricelist": {"country_group_ids": {}},
    "repair.order": {
        "product_id": {"required": True},
        "product_uom": {"required": True, "depends": []},
        "internal_notes": {"type": "text"},
        "state": {},
        "create_date": {},
        "write_date": {},
    },
    "repair.line": {
        "repair_id": {},
        "type": {},
        "product_id": {},
        "product_uom": {},
        "product_uom_qty": {},
        "state": {},
        "write_date": {},
    },
    "res.company": {"name": {}},
    "res.country.group": {"country_ids": {}},
    "res.partner": {
        "country_id": {},
        "property_payment_term_id": {},
        "property_product_pricelist": {},
        "user_id": {},
    },
    "sale.order": {
        "note": {"type": "text"},
        "payment_term_id": {"depends": []},
        "user_id": {"depends": []},
    },
    "sale.order.line": {"product_uom": {}, "tax_id": {}},
    "stock.location": {"parent_path": {}},
    "stock.move": {"quantity_done": {}},
    "stock.picking": {"move_lines": {}},
    "stock.warehouse": {"view_location_id": {}},
}


class OlderOdoo(OdooClient):
    """Answers from ``rows``; what is asked of which fields is kept."""

    def __init__(self, rows):
        super().__init__(
            ConnectionSettings(
                url="http://127.0.0.1:9",
                credentials={"password": "x"},
                options={"database": "x", "login": "x", "version": "14.0"},
                session_cache={},
            )
        )
        self.rows, self.asked = rows, []

    def call(self, model, method, ids=None, **arguments):
        if method == "fields_get":
            return FIELDS.get(model, {})
        self.asked.append((model, arguments.get("fields")))
        return [dict(row) for row in self.rows.get(model, [])]


class TestOlder(unittest.TestCase):
    def test_names(self):
        client = OlderOdoo({})
        self.assertEqual(client.get_name("sale.order.line", "unit"), "product_uom")
        self.assertEqual(client.get_name("sale.order.line", "taxes"), "tax_id")
        self.assertEqual(client.get_name("stock.move", "done"), "quantity_done")
        self.assertEqual(client.get_name("stock.picking", "moves"), "move_lines")

    def test_prices_are_rounded_there(self):
        client = OlderOdoo({})
        for digits, is_told in (([16, 2], True), ([16, 6], False), (None, False)):
            client.forget_fact("precisions")
            line = FIELDS["sale.order.line"] | {"price_unit": {"digits": digits}}
            with patch.dict(FIELDS, {"sale.order.line": line}):
                self.assertEqual(client._rounds_prices(), is_told, digits)

    def test_customers_payment_term_is_put_in(self):
        """Where a create does not do so by itself."""
        client = OlderOdoo(
            {
                "res.partner": [
                    {
                        "id": 7,
                        "property_payment_term_id": [3, "30 days"],
                        "user_id": False,
                    }
                ]
            }
        )
        orders = [
            {"contact_id": "", "party_id": "7"},
            {"contact_id": "x", "party_id": ""},
        ]
        self.assertEqual(
            client._read_customer_defaults(orders), {7: {"payment_term_id": 3}}
        )
        derives = {"payment_term_id": {"depends": ["partner_id"]}}
        client.get_fields = lambda model: {**derives, "user_id": {"depends": ["x"]}}
        self.assertEqual(client._read_customer_defaults(orders), {})

    def test_account_figures(self):
        """A blocking message is a hold; a version without margins or receivables says so."""
        company = {"id": 1, "name": "A", "currency_id": [3, ""], "partner_id": [9, ""]}
        client = OlderOdoo(
            {
                "res.company": [company],
                "res.currency": [{"id": 3, "name": "EUR"}],
                "res.partner": [
                    {"id": 7, "name": "Brown", "sale_warn": "block"},
                    {"id": 8, "name": "Green", "sale_warn": "warning"},
                ],
            }
        )
        client.settings.options["company_id"] = 1
        with patch.dict(
            FIELDS, {"res.partner": FIELDS["res.partner"] | {"sale_warn": {}}}
        ):
            brown, green, gone = client.account_figures(["7", "8", "9"])
            self.assertEqual(
                (brown["is_on_hold"], green["is_on_hold"], gone), (True, False, None)
            )
            self.assertEqual((brown["margin"], brown["margin_percent"]), ("", ""))
            text = "\n".join(map(str, brown["missing"]))
            self.assertIn("Margin: install the app", text)
            self.assertIn("Receivables: the app Invoicing", text)
            self.assertNotIn("Hold", text)
        client = OlderOdoo(client.rows)
        client.settings.options["company_id"] = 1
        [row] = client.account_figures(["7"])
        self.assertIn("Hold: Odoo knows none", "\n".join(map(str, row["missing"])))

    def test_warehouse_of_a_location(self):
        client = OlderOdoo(
            {
                "stock.location": [
                    {"id": 8, "parent_path": "1/7/8/"},
                    {"id": 30, "parent_path": "1/30/"},
                ],
                "stock.warehouse": [{"id": 2, "view_location_id": [7, "WH"]}],
            }
        )
        self.assertEqual(client._find_warehouses({8, 30}), {8: 2, 30: None})

    def test_price_list_of_everybody_was_not_chosen(self):
        client = OlderOdoo(
            {
                "product.pricelist": [
                    {"id": 4, "country_group_ids": [9]},
                    {"id": 1, "country_group_ids": []},
                    {"id": 2, "country_group_ids": []},
                ],
                "res.country.group": [{"id": 9, "country_ids": [20]}],
                "res.partner": [
                    {
                        "id": number,
                        "property_product_pricelist": [chosen, ""],
                        **country,
                    }
                    for number, chosen, country in (
                        (11, 1, {"country_id": False}),
                        (12, 2, {"country_id": False}),
                        (13, 4, {"country_id": [20, "NL"]}),
                        (14, 1, {"country_id": [20, "NL"]}),
                        (15, 1, {"country_id": [21, "BE"]}),
                    )
                ],
            }
        )
        client.get_fact("company", lambda: {"id": 1, "name": "X", "currency_id": 1})
        self.assertEqual(
            client.party_price_lists(["11", "12", "13", "14", "15"]),
            {"11": "", "12": "2", "13": "", "14": "1", "15": ""},
        )

    def test_formula_in_the_currency_of_the_product(self):
        rule = {
            "pricelist_id": [1, "USD"],
            "applied_on": "3_global",
            "min_quantity": 0.0,
            "base": "list_price",
            "base_pricelist_id": False,
            "compute_price": "formula",
            "price_discount": 0.0,
            "price_round": 10.0,
            "price_surcharge": -0.5,
            "price_min_margin": 0.0,
            "price_max_margin": 0.0,
        }
        product = {"id": 5, "product_tmpl_id": [5, ""], "categ_id": [1, ""]}
        product |= {"lst_price": 101.0, "currency_id": [1, "EUR"]}
        currencies = {1: {"rate": 1.0}, 2: {"rate": 2.0}}
        prices = [
            PriceRules([rule], {1: 2}, currencies, {}, in_list_currency=now).compute(
                1, product, 1
            )
            for now in (False, True)
        ]
        # 101 EUR: rounded to 100, less 0.5, in dollars; and 202 USD rounded, less 0.5
        self.assertEqual(prices, [199.0, 199.5])


class TestOlderRepairs(unittest.TestCase):
    def make_complaint(self, **values):
        return {"product_id": "5", "is_service": False, "unit_id": "", **values}

    def test_goods_and_their_unit_are_needed(self):
        client = OlderOdoo({"product.product": [{"id": 5, "uom_id": [3, "Units"]}]})
        complaint = self.make_complaint(quantity="2")
        units = client._read_own_units([complaint])
        self.assertEqual(
            client._prepare_repair_product(complaint, units),
            {"product_id": 5, "product_qty": 2.0, "product_uom": 3},
        )
        for values in ({"product_id": ""}, {"is_service": True}):
            with self.assertRaises(ValidationError):
                client._check_goods(self.make_complaint(**values))
        self.assertIn("needs goods", str(client.complaint_limits()[0]))

    def test_parts_are_lines(self):
        part = {
            "id": 4,
            "repair_id": [9, "RMA/9"],
            "type": "add",
            "product_id": [6, "[FILTER-10] Filter"],
            "product_uom": [3, "Units"],
            "product_uom_qty": 2.0,
            "state": "done",
            "write_date": "2026-11-20 10:00:00",
        }
        client = OlderOdoo({"repair.line": [part]})
        [step] = client._read_steps([{"id": 9}])[9]
        self.assertEqual(step["remote_id"], "repair.line,4")
        self.assertEqual((step["kind"], step["state"]), ("part_added", "done"))
        self.assertEqual((step["quantity"], step["date"]), ("2", part["write_date"]))

    def test_notes_are_text(self):
        """What looks like a tag is none."""
        note = "5 <b>bars</b> & more"
        client = OlderOdoo({})
        row = {"id": 9, "state": "draft", "internal_notes": note}
        row |= {"create_date": "", "write_date": "", "reference_ids": []}
        self.assertEqual(client._get_state(row, {}, {}, [])["text"], note)
        self.assertEqual(client._prepare_notes(note), note)
