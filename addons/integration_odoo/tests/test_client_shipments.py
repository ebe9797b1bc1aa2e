"""Which way goods go, and on which day; no ERP needed."""

import unittest

import pytz

from odoo.addons.integration_hub.client import ConnectionSettings

from ..client import OdooClient
from ..client.convert import to_day
from ..client.shipments import get_direction

USAGES = {1: "internal", 2: "customer", 3: "supplier", 4: "transit"}
# as a 14 tells of an order whose goods are partly dropped, bought and sent back
PICKINGS = (
    ("WH/OUT/1", "outgoing", 1, 2),
    ("DS/1", "incoming", 3, 2),
    ("WH/IN/1", "incoming", 3, 1),
    ("WH/IN/2", "incoming", 2, 1),
    ("DS/2", "incoming", 2, 3),
)
FIELDS = (
    "name",
    "sale_id",
    "state",
    "picking_type_code",
    "location_id",
    "location_dest_id",
    "scheduled_date",
    "date_done",
)


def make_picking(number, name, code, source, target):
    return {
        "id": number,
        "name": name,
        "sale_id": [7, "S7"],
        "state": "done",
        "picking_type_code": code,
        "location_id": [source, ""],
        "location_dest_id": [target, ""],
        "scheduled_date": "2026-11-22 08:00:00",
        # five in the afternoon of the day before, in California
        "date_done": "2026-11-22 01:00:00",
    }


class Older(OdooClient):
    """Answers from ``rows``; counts what is asked."""

    def __init__(self, rows, **options):
        super().__init__(
            ConnectionSettings(
                url="http://127.0.0.1:9",
                credentials={"password": "x"},
                options={
                    "database": "x",
                    "version": "14.0",
                    "company_id": 1,
                    **options,
                },
                session_cache={},
            )
        )
        self.rows, self.asked = rows, []

    def call(self, model, method, ids=None, **arguments):
        if method == "fields_get":
            names = {"stock.picking": FIELDS, "stock.move": ("quantity_done",)}
            return dict.fromkeys(names.get(model, ("usage", "tz", "name")), {})
        self.asked.append(model)
        return [dict(row) for row in self.rows.get(model, [])]


def make_client(zone, **options):
    rows = {
        "stock.picking": [
            make_picking(number, *values) for number, values in enumerate(PICKINGS, 1)
        ],
        "stock.location": [
            {"id": number, "usage": usage} for number, usage in USAGES.items()
        ],
        "res.company": [
            {"id": 1, "name": "X", "currency_id": [1, ""], "partner_id": [1, ""]}
        ],
        "res.partner": [{"id": 1, "tz": zone}],
    }
    return Older(rows, **options)


class TestShipments(unittest.TestCase):
    def test_drop_shipments_of_an_older_one(self):
        client = make_client("Europe/Amsterdam")
        shipments = client._read_shipments([7])[7]
        self.assertEqual(
            [(item["number"], item["is_return"]) for item in shipments],
            [("WH/OUT/1", False), ("DS/1", False), ("WH/IN/2", True), ("DS/2", True)],
        )
        asked = list(client.asked)
        client._read_shipments([7])
        # what locations are, and where the company is, is known by then
        self.assertEqual(
            client.asked[len(asked) :], ["stock.picking", "stock.move"], asked
        )

    def test_between_companies_and_in_exchange(self):
        def get(code, source, target, **values):
            row = make_picking(1, "", code, source, target)
            return get_direction({**row, **values}, USAGES)

        self.assertEqual(get("outgoing", 1, 4), "out")
        self.assertEqual(get("incoming", 4, 1, return_id=[1, ""]), "back")
        self.assertIsNone(get("incoming", 4, 1))
        # sent in exchange for what came back
        self.assertEqual(get("outgoing", 1, 2, return_id=[1, ""]), "out")

    def test_day_of_a_moment(self):
        days = {
            zone: make_client(zone)._read_shipments([7])[7][0]["done_date"]
            for zone in ("America/Los_Angeles", "Europe/Amsterdam", False, "nonsense")
        }
        self.assertEqual(days.pop("America/Los_Angeles"), "2026-11-21")
        self.assertEqual(set(days.values()), {"2026-11-22"})
        [shipment, *_others] = make_client(
            False, time_zone="America/Los_Angeles"
        )._read_shipments([7])[7]
        self.assertEqual(shipment["done_date"], "2026-11-21")
        self.assertEqual(
            to_day("2026-07-01 22:30:00", pytz.timezone("Europe/Amsterdam")),
            "2026-07-02",
        )
