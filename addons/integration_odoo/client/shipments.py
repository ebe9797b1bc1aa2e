"""Deliveries and returns of orders."""

import json
from collections import defaultdict

from .convert import read_id, read_name, read_text, to_decimal_text
from .days import DayVerbs

SHIPMENT_FIELDS = (
    "name",
    "sale_id",
    "state",
    "picking_type_code",
    "location_id",
    "location_dest_id",
    "return_id",
    "backorder_id",
    "scheduled_date",
    "date_done",
    "carrier_id",
    "carrier_tracking_ref",
    "carrier_tracking_url",
)
SHIPMENT_STATES = {"assigned": "ready", "done": "shipped", "cancel": "cancelled"}
# steps inside the warehouse are of no interest to the customer
OUTGOING = ("outgoing", "dropship")
# until 17 a drop-shipment is an arrival (stock_dropshipping/models/res_company.py)
INCOMING = ("incoming",)


class ShipmentVerbs(DayVerbs):
    """What ``order_status`` tells of shipments."""

    def _read_shipments(self, order_ids):
        """``{order id: [Shipment]}``: deliveries and returns."""
        answers = defaultdict(list)
        if not order_ids or not self.get_field("stock.picking", "sale_id"):
            return answers
        rows = self.search_read(
            "stock.picking",
            [
                ("sale_id", "in", order_ids),
                ("picking_type_code", "in", OUTGOING + INCOMING),
            ],
            SHIPMENT_FIELDS,
        )
        usages = self._get_usages(
            read_id(row, name)
            for row in rows
            for name in ("location_id", "location_dest_id")
        )
        directions = {row["id"]: get_direction(row, usages) for row in rows}
        rows = [row for row in rows if directions[row["id"]]]
        items = self._read_shipment_items({row["id"]: row["state"] for row in rows})
        for row in rows:
            is_return = directions[row["id"]] == "back"
            answers[row["sale_id"][0]].append(
                self._shipment(row, items[row["id"]], is_return)
            )
        return answers

    def _get_usages(self, location_ids):
        """What locations are for: asked once per session.

        :return: dict ``{location id: usage}``
        """
        known = self._facts.setdefault("location_usages", {})
        missing = set(location_ids) - known.keys() - {None}
        if missing:
            rows = self.search_read(
                "stock.location",
                [("id", "in", sorted(missing))],
                ["usage"],
                context={"active_test": False},
            )
            known.update({row["id"]: row["usage"] for row in rows})
        return known

    def _read_shipment_items(self, states):
        """:param dict states: of the transfers, by id
        :return: dict ``{transfer id: [ShipmentItem]}``"""
        items = defaultdict(list)
        if not states:
            return items
        done = self.get_name("stock.move", "done")
        rows = self.search_read(
            "stock.move",
            [("picking_id", "in", sorted(states))],
            [
                "picking_id",
                "product_id",
                "product_uom_qty",
                done,
                "product_uom",
                "state",
            ],
        )
        for row in rows:
            picking_id = row["picking_id"][0]
            # what was not shipped, without a backorder, stays in the transfer as cancelled
            # (stock/models/stock_move.py, _action_done)
            if row["state"] == "cancel" and states[picking_id] != "cancel":
                continue
            name = read_name(row, "product_id")
            code, _bracket, text = name.removeprefix("[").partition("] ")
            quantity = row[done if row["state"] == "done" else "product_uom_qty"]
            items[picking_id].append(
                {
                    "product_code": code if text else "",
                    "description": text or name,
                    "quantity": to_decimal_text(quantity),
                    "unit": read_name(row, "product_uom"),
                }
            )
        return items

    def _shipment(self, row, items, is_return):
        return {
            "remote_id": str(row["id"]),
            "number": read_text(row, "name"),
            "url": self.get_url("stock.picking", row["id"]),
            "state": SHIPMENT_STATES.get(row["state"], "waiting"),
            "is_backorder": bool(row.get("backorder_id")),
            "is_return": is_return,
            # moments there, days for us
            "scheduled_date": self.get_day(read_text(row, "scheduled_date")),
            # a cancelled transfer has one as well
            "done_date": (
                self.get_day(read_text(row, "date_done"))
                if row["state"] == "done"
                else ""
            ),
            "carrier": read_name(row, "carrier_id"),
            "tracking_number": read_text(row, "carrier_tracking_ref"),
            "tracking_url": get_tracking_url(read_text(row, "carrier_tracking_url")),
            "items": items,
        }


def get_direction(row, usages):
    """Which way a transfer of an order goes, by where its goods are and get to: the kind of
    transfer does not tell, neither of drop-shipments nor of a delivery in exchange.

    :param dict row: of the transfer
    :param dict usages: of locations, by id
    :return: ``out`` to the customer, ``back`` from the customer, or None: of no interest to
        the customer, such as the arrival of what was bought for the order
    """
    source, target = (
        usages.get(read_id(row, name), "")
        for name in ("location_id", "location_dest_id")
    )
    if target == "customer":
        return "out"
    if source == "customer":
        return "back"
    # between companies of one database
    if target == "transit" and row["picking_type_code"] in OUTGOING:
        return "out"
    if source == "transit" and row.get("return_id"):
        return "back"
    return None


def get_tracking_url(text):
    """The first link: carriers with several parcels give a JSON list ``[[ref, url]]``
    (``stock_delivery``, ``get_multiple_carrier_tracking``)."""
    if not text.startswith("["):
        return text
    try:
        return json.loads(text)[0][1]
    except (ValueError, LookupError, TypeError):
        return ""
