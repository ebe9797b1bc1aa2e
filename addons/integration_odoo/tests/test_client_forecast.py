"""Plans for products of which one is gone there; no ERP needed."""

import unittest

from ..client.forecast import ForecastVerbs

GONE = {"product_id": "4711", "unit_id": "", "quantity": "8"}
DOCUMENT = {
    "remote_id": "3",
    "number": "WH/OUT/3",
    "url": "",
    "is_open": True,
    "rows": [{"id": "5", "product_id": "7", "unit_id": "1", "quantity": "1"}],
}


class Verbs(ForecastVerbs):
    """An Odoo with the product 7 alone, of which 2 are planned once it is written."""

    rows = {
        "product.product": [
            {"id": 7, "uom_id": [1, "Unit"], "type": "consu", "is_storable": True}
        ],
        "stock.picking": [
            {"id": 3, "origin": "K1", "name": "WH/OUT/3", "state": "draft"}
        ],
        "stock.move": [
            {
                "id": 5,
                "picking_id": [3, "WH/OUT/3"],
                "product_id": [7, "Pump"],
                "product_uom": [1, "Unit"],
                "product_uom_qty": 2.0,
            }
        ],
    }

    def __init__(self):
        self.changes = []

    def has_model(self, _model):
        return True

    def get_field(self, _model, *names):
        return names[0]

    def get_name(self, _model, _what):
        return "move_ids"

    def get_url(self, model, remote_id):
        return f"{model},{remote_id}"

    def search_read(self, model, domain, fields, **_values):
        return self.rows[model]

    def call(self, model, method, ids=None, **values):
        self.changes.append((model, method, ids, values["vals"]))

    def _get_company_domain(self, _model):
        return []


class TestProductGone(unittest.TestCase):
    def write_plan(self, *rows):
        """:return: (the client, its answer to one plan)"""
        client = Verbs()
        plan = {"key": "K1", "month": "2026-11-01", "warehouse_id": ""}
        [answer] = client.forecast_write(
            [{**plan, "document": DOCUMENT, "rows": list(rows)}]
        )
        return client, answer

    def test_it_alone_is_refused(self):
        pump = {"product_id": "7", "unit_id": "", "quantity": "2"}
        client, answer = self.write_plan(GONE, pump)
        refused, planned = answer["rows"]
        self.assertIn("4711", refused["error"])
        self.assertEqual((refused["quantity"], refused["reason"]), ("0", ""))
        self.assertEqual(planned, {"quantity": "2", "reason": ""})
        [(model, method, ids, values)] = client.changes
        self.assertEqual((model, method, ids), ("stock.picking", "write", [3]))
        [[command, move, written]] = values["move_ids"]
        self.assertEqual((command, move, written["product_uom_qty"]), (1, 5, 2.0))

    def test_nothing_can_be_planned_of_it(self):
        """Nor need it be: nothing stands there."""
        client, answer = self.write_plan({**GONE, "quantity": "0"})
        self.assertEqual(answer["rows"], [{"quantity": "0", "reason": ""}])
        self.assertFalse(client.changes)
