"""What of the records that our orders name is still there."""

from .convert import pick_ids

MODELS = {
    "party": "res.partner",
    # customers and their addresses are of one kind here
    "address": "res.partner",
    "product": "product.product",
}


class ExistenceVerbs:
    """``record_exists``."""

    def record_exists(self, kind, remote_ids):
        rows = self.search_read(
            MODELS[kind],
            [("id", "in", pick_ids(remote_ids))],
            ["id"],
            # an order takes what is archived
            context={"active_test": False},
            purpose="look for what was deleted",
        )
        there = {str(row["id"]) for row in rows}
        return [remote_id in there for remote_id in remote_ids]
