"""Which customers were changed in Tryton (``integration_customer/contract.py``)."""

from .protocol import ANY_ACTIVE
from .windows import Window, get_newest_stamp

# An address written by itself leaves the party's own ``write_date`` as it is; so do an
# identifier and a contact mechanism.
BELONGINGS = ("addresses.", "identifiers.", "contact_mechanisms.")


class PartyNewsMixin:
    """``party_changes``."""

    def party_changes(self, cursor, limit):
        window = Window.from_cursor(cursor)
        if window.is_new:
            # of most of them; it only has to be early enough
            stamps = [
                get_newest_stamp(self, model, [ANY_ACTIVE])
                for model in ("party.party", "party.address")
            ]
            window.until = max(filter(None, stamps), default=None)
        rows = self.search_read(
            "party.party",
            [["id", ">", window.after], window.get_domain("", *BELONGINGS)],
            ["id"],
            order=[["id", "ASC"]],
            limit=limit,
            # a clause of the domain holds for its own level alone: what is nested, and
            # what belongs to the party, would be looked for among the active ones
            context={"active_test": False},
        )
        return {
            "remote_ids": [str(row["id"]) for row in rows],
            **window.to_page(rows, limit),
        }
