"""Which of our orders changed in Tryton (contract: ``order_changes``).

A sale's own ``write_date`` moves with its states only; a part payment or the note of a
carrier moves that of the invoice or shipment alone. So all of them are looked at, in one
search over the sales; see :mod:`.windows` for how nothing gets lost between two of them.
"""

import hashlib
import json

from .windows import Window, get_newest_stamp

STAMPS = ("create_date", "write_date")
# ids of orders found by one search
SEARCHED_AT_ONCE = 1000


class ChangesMixin:
    def order_changes(self, cursor, limit, key_prefix):
        window = Window.from_cursor(cursor)
        own_domain = [
            ["company", "=", self.company_id],
            self.get_prefix_domain(key_prefix),
        ]
        if window.is_new:
            # of any sale: it only has to be early enough
            window.until = get_newest_stamp(
                self, "sale.sale", [["company", "=", self.company_id]]
            )
            if window.since:
                window.extra = self._find_changed_around(window, key_prefix, own_domain)
        if not window.ahead and not window.is_searched:
            window.ahead = self._search_changed(window, own_domain, limit)
        ids, window.ahead = window.ahead[:limit], window.ahead[limit:]
        more = bool(window.ahead) or not window.is_searched
        if window.since:
            ids = self._drop_seen(ids, window)
        if not more:
            window = window.get_next()
        return {
            "remote_ids": [str(order_id) for order_id in ids],
            "cursor": window.to_cursor(),
            "more": more,
        }

    def _search_changed(self, window, own_domain, limit):
        """The search looks at all that hangs on the sales, which takes its time, however
        few are wanted: what it finds is given page by page.

        :return: list of ids; ``window`` knows whether these were the last ones
        """
        count = max(limit, SEARCHED_AT_ONCE)
        rows = self.search_read(
            "sale.sale",
            [
                *own_domain,
                ["id", ">", window.after],
                window.get_domain("", *self._get_related_prefixes()),
            ],
            ["id"],
            order=[["id", "ASC"]],
            limit=count,
        )
        ids = [row["id"] for row in rows]
        if len(ids) == count:
            window.after = ids[-1]
            return ids
        window.is_searched = True
        around = [int(item) for item in window.extra if item not in window.fresh]
        return list(dict.fromkeys([*ids, *around]))

    def _get_related_prefixes(self):
        prefixes = ["invoices.", "shipments.", "shipment_returns."]
        if "stock_package" in self.modules:
            # tracking numbers are written to the packages
            prefixes.append("shipments.packages.")
        return prefixes

    def _find_changed_around(self, window, key_prefix, own_domain):
        """Orders whose credit notes or returns changed: no field of a sale leads there.

        :return: dict ``{order id as text: [stamps]}``
        """
        found = {}
        credit_notes = self.search_read(
            "account.invoice",
            [
                ["type", "=", "out"],
                self.get_prefix_domain(key_prefix, "origin_invoices.sales."),
                window.get_domain(""),
            ],
            [*STAMPS, "origin_invoices.sales"],
        )
        for row in credit_notes:
            for invoice in row["origin_invoices."]:
                for order_id in invoice["sales"]:
                    found.setdefault(str(order_id), []).extend(_get_stamps(row))
        returns = self.search_read(
            "sale.sale",
            [
                ["company", "=", self.company_id],
                ["origin", "like", "sale.sale,%"],
                window.get_domain("", *self._get_related_prefixes()),
            ],
            [*STAMPS, "origin", *self._get_stamp_fields()],
        )
        for row in returns:
            order_id = row["origin"].partition(",")[2]
            found.setdefault(order_id, []).extend(_get_stamps(row))
        if not found:
            return {}
        # an invoice may be of other orders as well, a return of anybody's
        own = self.search_read(
            "sale.sale", [*own_domain, ["id", "in", sorted(map(int, found))]], ["id"]
        )
        return {str(row["id"]): found[str(row["id"])] for row in own}

    def _get_stamp_fields(self):
        return [
            f"{prefix}{stamp}"
            for prefix in self._get_related_prefixes()
            for stamp in STAMPS
        ]

    def _drop_seen(self, ids, window):
        """Of orders in the overlap only those that are not as they were given last time.

        All stamps count, not the newest alone: a transaction that took long shows up
        with an old one.
        """
        new_ids = []
        fields = [*STAMPS, *self._get_stamp_fields()]
        rows = self.read_existing("sale.sale", ids, fields)
        for order_id in filter(rows.get, ids):
            stamps = _get_stamps(rows[order_id])
            stamps += window.extra.get(str(order_id), [])
            fingerprint = hashlib.blake2b(
                json.dumps(sorted(stamps)).encode(), digest_size=6
            ).hexdigest()
            window.fresh[str(order_id)] = fingerprint
            if window.seen.get(str(order_id)) != fingerprint:
                new_ids.append(order_id)
        return new_ids


def _get_stamps(row):
    """All stamps of a row and of what was read along with it, as text."""
    stamps = [row[name].isoformat() for name in STAMPS if row.get(name)]
    for name, related in row.items():
        if name.endswith("."):
            for item in related:
                stamps += _get_stamps(item)
    return stamps
