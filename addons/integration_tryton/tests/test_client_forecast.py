"""Plans for products of which one is gone there; no Tryton needed."""

import datetime
import unittest

from ..client.forecast import FORECAST, LINE, MODULE, ForecastMixin

GONE = {"product_id": "4711", "unit_id": "", "quantity": "8"}
DOCUMENT = {
    "remote_id": "3",
    "number": "November",
    "url": "",
    "is_open": True,
    "state": "done",
    "rows": [
        {"id": "5", "product_id": "7", "unit_id": "1", "quantity": "1", "step": "1"}
    ],
}


class Forecasts(ForecastMixin):
    """A Tryton with the product 7 alone, of which 2 are planned once it is written."""

    modules = {MODULE}
    company_id = 1
    _own_user_id = 2
    rows = {
        "product.product": [
            {
                "id": 7,
                "type": "goods",
                "consumable": False,
                "sale_uom": None,
                "default_uom": 1,
            }
        ],
        "product.uom": [{"id": 1, "digits": 0}],
        FORECAST: [
            {
                "id": 3,
                "from_date": datetime.date(2026, 11, 1),
                "to_date": datetime.date(2026, 11, 30),
                "warehouse": 4,
                "state": "done",
                "rec_name": "November",
            }
        ],
        LINE: [
            {
                "id": 5,
                "forecast": 3,
                "product": 7,
                "unit": 1,
                "unit.": {"digits": 0},
                "quantity": 2.0,
            }
        ],
    }

    def __init__(self):
        self.facts = {"forecast_defaults": {"warehouse": 4, "destination": 6}}
        self.calls = []

    def search_read(self, model, domain, fields, **_values):
        return self.rows[model]

    def rpc(self, model, method, *arguments, **_values):
        self.calls.append((method, *arguments))

    def record_url(self, model, remote_id):
        return f"{model},{remote_id}"

    def _get_warehouses(self):
        return [{"id": 4}]


class TestProductGone(unittest.TestCase):
    def write_plan(self, *rows):
        """:return: (the client, its answer to one plan)"""
        client = Forecasts()
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
        self.assertEqual(
            [call[0] for call in client.calls], ["draft", "write", "confirm"]
        )
        _method, forecasts, values = client.calls[1]
        [[action, lines, written]] = values["lines"]
        self.assertEqual((forecasts, action, lines), ([3], "write", [5]))
        self.assertEqual(written["quantity"], 2.0)

    def test_nothing_can_be_planned_of_it(self):
        """Nor need it be: nothing stands there."""
        client, answer = self.write_plan({**GONE, "quantity": "0"})
        self.assertEqual(answer["rows"], [{"quantity": "0", "reason": ""}])
        self.assertFalse(client.calls)
