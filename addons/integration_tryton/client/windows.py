"""Reading what changed since the last time, page by page, without losing any of it.

A *window* takes all records changed at or after a moment (``since``) in the order of their
ids, so that pages neither skip nor repeat. Tryton stamps a change with the moment its
transaction began (``CURRENT_TIMESTAMP``, trytond/model/modelsql.py), and the change can be
seen only once the transaction has ended: the next window therefore begins an overlap
earlier than this one did.
"""

import datetime
import json
from dataclasses import dataclass, field

# longer than any transaction of the server is expected to take
OVERLAP = datetime.timedelta(minutes=5)
# records remembered as seen in the overlap; more of them are merely read twice
SEEN_LIMIT = 2000


@dataclass
class Window:
    """One pass over the changes, as kept in a cursor.

    :param since: changed at or after; None takes everything
    :param int after: ids up to this one were given already
    :param until: newest stamp there was when the window began
    :param dict seen: fingerprints of what the last window met, by id
    :param dict fresh: the same of this window
    :param dict extra: stamps of changes found by other ways than the search itself, by id
    :param list ahead: ids that were found and are still to be given
    :param bool is_searched: whether nothing is left to be searched, only to be given
    """

    since: datetime.datetime | None = None
    after: int = 0
    until: datetime.datetime | None = None
    seen: dict = field(default_factory=dict)
    fresh: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)
    ahead: list = field(default_factory=list)
    is_searched: bool = False

    @classmethod
    def from_cursor(cls, cursor):
        values = json.loads(cursor) if cursor else {}
        return cls(
            since=_parse(values.get("since")),
            after=values.get("after") or 0,
            until=_parse(values.get("until")),
            seen=values.get("seen") or {},
            fresh=values.get("fresh") or {},
            extra=values.get("extra") or {},
            ahead=values.get("ahead") or [],
            is_searched=bool(values.get("is_searched")),
        )

    def to_cursor(self):
        return json.dumps(
            {
                "since": self.since.isoformat() if self.since else None,
                "after": self.after,
                "until": self.until.isoformat() if self.until else None,
                "seen": dict(list(self.seen.items())[-SEEN_LIMIT:]),
                "fresh": dict(list(self.fresh.items())[-SEEN_LIMIT:]),
                "extra": self.extra,
                "ahead": self.ahead,
                "is_searched": self.is_searched,
            },
            separators=(",", ":"),
        )

    @property
    def is_new(self):
        return self.until is None and not self.after

    def get_next(self):
        """The window that follows once this one is through."""
        since = self.until - OVERLAP if self.until else self.since
        return Window(since=since, seen=self.fresh)

    def to_page(self, rows, limit):
        """
        :param list rows: of this page, in the order of their ids
        :param int limit: how many were asked for
        :return: dict ``{cursor, more}``, as answers by pages tell it
        """
        more = len(rows) == limit
        if more:
            self.after = rows[-1]["id"]
        return {
            "cursor": (self if more else self.get_next()).to_cursor(),
            "more": more,
        }

    def get_domain(self, *prefixes):
        """Clauses of a change at or after ``since``, of the record itself (prefix ``""``)
        or of what hangs on it (``"invoices."`` …); none without ``since``.

        ``create_date`` is never later than ``write_date``, which is null until the first
        write: either of them will do.
        """
        if self.since is None:
            return []
        return [
            "OR",
            *(
                [f"{prefix}{name}", ">=", self.since]
                for prefix in prefixes
                for name in ("create_date", "write_date")
            ),
        ]


def get_newest_stamp(client, model, domain):
    """:return: moment of the newest change to any record of ``domain``, or None"""
    stamps = []
    for order in (["write_date", "DESC NULLS LAST"], ["id", "DESC"]):
        rows = client.search_read(
            model, domain, ["create_date", "write_date"], order=[order], limit=1
        )
        stamps += [row["write_date"] or row["create_date"] for row in rows]
    return max(stamps, default=None)


def _parse(text):
    return datetime.datetime.fromisoformat(text) if text else None
