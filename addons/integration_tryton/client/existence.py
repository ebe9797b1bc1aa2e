"""What of the records that our orders name is still there (contract: orders)."""

from odoo.addons.integration_hub.client import in_chunks

from .encoding import pick_ids
from .protocol import ANY_ACTIVE

FIND_SIZE = 500
# model and what it takes to be named by an order. A party that was merged into another one
# stays behind (trytond/modules/party/party.py, wizard ``party.replace``); a product that is
# archived can't be sold.
KINDS = {
    "party": ("party.party", [ANY_ACTIVE, ["replaced_by", "=", None]]),
    "address": ("party.address", [ANY_ACTIVE]),
    "product": ("product.product", []),
}


class ExistenceMixin:
    """``record_exists``."""

    def record_exists(self, kind, remote_ids):
        model, domain = KINDS[kind]
        there = set()
        for chunk in in_chunks(pick_ids(remote_ids), FIND_SIZE):
            rows = self.search_read(model, [["id", "in", chunk], *domain], ["id"])
            there |= {str(row["id"]) for row in rows}
        return [remote_id in there for remote_id in remote_ids]
