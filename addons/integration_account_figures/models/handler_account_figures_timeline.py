from odoo import api, models


class HandlerAccountFiguresPull(models.AbstractModel):
    """What people are shown of a reading: the figures of that customer."""

    _inherit = "integration.handler.account_figures_pull"

    @api.private
    def _get_shown_answer(self, answer):
        figures = next(iter((answer or {}).get("figures", {}).values()), None)
        if not figures:
            return None
        # what this ERP does not tell stands on the flow
        return {name: value for name, value in figures.items() if name != "missing"}
