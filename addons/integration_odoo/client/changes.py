"""Which of our orders changed: paging by time through three models."""

import json
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

MOMENT = "%Y-%m-%d %H:%M:%S"
# A record bears the moment its transaction began, and shows up once that has ended. No
# call lasts longer than limit_time_real (120 s unless configured); clocks may differ too.
OVERLAP = timedelta(seconds=300)
INVOICE_TYPES = ("out_invoice", "out_refund")


class ChangeVerbs:
    """``order_changes``.

    Odoo moves ``write_date`` on every write, stored computed fields included
    (``odoo/orm/models.py``, ``_write_multi``): a payment changes ``payment_state`` and
    ``amount_residual`` of the invoice, a delivery the ``state`` of the transfer. Each of
    the three models is read by itself from where its last page ended. Once all three are
    at their end, the next turn begins where this one began, less an overlap.
    """

    def order_changes(self, cursor, limit, key_prefix):
        position = self._read_cursor(cursor, key_prefix)
        found = {}
        sources = {
            "order": self._find_changed_orders,
            "invoice": self._find_orders_of_invoices,
            "shipment": self._find_orders_of_shipments,
        }
        for source, find in sources.items():
            while source not in position["done"] and len(found) < limit:
                place = position["places"].get(source) or {"since": position["since"]}
                order_ids, place, is_last = find(place, limit, key_prefix)
                found.update(dict.fromkeys(order_ids))
                if position["began"] is None:
                    position["began"] = self._get_remote_time()
                position["places"][source] = place
                if is_last:
                    position["done"].append(source)
        more = len(position["done"]) < len(sources)
        return {
            "remote_ids": [str(order_id) for order_id in found],
            "cursor": json.dumps(position if more else self._next_turn(position)),
            "more": more,
        }

    def _read_cursor(self, cursor, key_prefix):
        position = {"began": None, "places": {}, "done": []}
        if cursor:
            return {**position, **json.loads(cursor)}
        # nothing of ours is older than our first order, and the ERP may be full of others
        first = self.search_read(
            "sale.order",
            [_key_domain("origin", key_prefix)],
            ["create_date"],
            order="create_date, id",
            limit=1,
        )
        since = first[0]["create_date"] if first else self._get_remote_time()
        return {**position, "since": since}

    def _next_turn(self, position):
        # a source that is not there has told no time
        since = position["since"]
        if position["began"]:
            began = datetime.strptime(position["began"], MOMENT)
            since = max(since, (began - OVERLAP).strftime(MOMENT))
        return {"since": since}

    def _get_remote_time(self):
        """The clock of the server, at its last answer; ours if it does not tell."""
        try:
            moment = parsedate_to_datetime(self.last_headers["Date"])
        except (KeyError, TypeError, ValueError):
            return time.strftime(MOMENT, time.gmtime())
        return moment.strftime(MOMENT)

    def _get_next_position(self, position, rows, limit):
        """Of a pass over what changed since a moment, in the order of ids: so its pages
        neither skip nor repeat. The next one begins where this one began, less an overlap.

        :param dict position: ``since``, of a pass under way also ``after`` (an id) and
            ``began``; empty for the first page ever
        :param list rows: the page that was read from there, just now
        :return: ``(position of the next page, whether this pass has one more)``
        """
        began = position.get("began") or self._get_remote_time()
        if len(rows) == limit:
            since, after = position.get("since"), rows[-1]["id"]
            return {"since": since, "after": after, "began": began}, True
        moment = datetime.strptime(began, MOMENT) - OVERLAP
        return {"since": moment.strftime(MOMENT)}, False

    # -- sources ----------------------------------------------------------------------

    def _find_changed_orders(self, place, limit, key_prefix):
        rows, place, is_last = self._read_page(
            "sale.order", [_key_domain("origin", key_prefix)], [], place, limit
        )
        return [row["id"] for row in rows], place, is_last

    def _find_orders_of_invoices(self, place, limit, key_prefix):
        if not self.has_model("account.move"):
            return [], place, True
        # whose they are is asked of the few that changed: a search through their lines would
        # have the database look at every invoice of ours, each time
        rows, place, is_last = self._read_page(
            "account.move",
            [("move_type", "in", INVOICE_TYPES)],
            ["reversed_entry_id"],
            place,
            limit,
        )
        move_ids = {row["id"] for row in rows}
        move_ids |= {
            row["reversed_entry_id"][0] for row in rows if row.get("reversed_entry_id")
        }
        if not move_ids:
            return [], place, is_last
        orders = self.search_read(
            "sale.order",
            [
                ("invoice_ids", "in", sorted(move_ids)),
                _key_domain("origin", key_prefix),
            ],
            ["id"],
        )
        return [row["id"] for row in orders], place, is_last

    def _find_orders_of_shipments(self, place, limit, key_prefix):
        if not self.get_field("stock.picking", "sale_id"):
            return [], place, True
        rows, place, is_last = self._read_page(
            "stock.picking",
            [_key_domain("sale_id.origin", key_prefix)],
            ["sale_id"],
            place,
            limit,
        )
        return [row["sale_id"][0] for row in rows], place, is_last

    # -- paging -----------------------------------------------------------------------

    def _read_page(self, model, domain, fields, place, limit):
        """A page of records by time of change.

        Odoo keeps microseconds and tells seconds, and what one transaction wrote bears one
        moment. So a page ends between two seconds; a second that fills a page by itself
        is read by id.

        :param dict place: ``since``, a second; ``after_id`` while inside that second
        :return: rows, next place, whether this was the last page
        """
        since, after_id = place["since"], place.get("after_id")
        if after_id is not None:
            until = _next_second(since)
            rows = self.search_read(
                model,
                [
                    *domain,
                    ("write_date", ">=", since),
                    ("write_date", "<", until),
                    ("id", ">", after_id),
                ],
                ["write_date", *fields],
                limit=limit,
            )
            if len(rows) == limit:
                return rows, {"since": since, "after_id": rows[-1]["id"]}, False
            return rows, {"since": until}, False
        rows = self.search_read(
            model,
            [*domain, ("write_date", ">=", since)],
            ["write_date", *fields],
            order="write_date, id",
            limit=limit,
        )
        if len(rows) < limit:
            return rows, place, True
        last = rows[-1]["write_date"]
        if rows[0]["write_date"] == last:
            return [], {"since": last, "after_id": 0}, False
        return (
            [row for row in rows if row["write_date"] < last],
            {"since": last},
            False,
        )


def _key_domain(path, prefix):
    # "_" and "%" mean themselves here
    pattern = prefix.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    return (path, "=like", f"{pattern}%")


def _next_second(moment):
    return (datetime.strptime(moment, MOMENT) + timedelta(seconds=1)).strftime(MOMENT)
