from odoo import api, models


class HandlerStockPull(models.AbstractModel):
    """What people are shown of a reading: what each warehouse has."""

    _inherit = "integration.handler.stock_pull"

    @api.private
    def _get_shown_answer(self, answer):
        return {
            level["warehouse_name"]: {
                "available": level["available"],
                "arrivals": {
                    arrival["date"] or "?": arrival["quantity"]
                    for arrival in level["arrivals"]
                },
            }
            for level in (answer or {}).get("levels", [])
        } or None
