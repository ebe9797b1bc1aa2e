from odoo import api, models


class HandlerComplaintPush(models.AbstractModel):
    """What people are shown of what was sent: the complaint."""

    _inherit = "integration.handler.complaint_push"

    @api.private
    def _get_shown_request(self, request):
        request = super()._get_shown_request(request)
        if isinstance(request, dict) and "complaint" in request:
            return {"complaint": request["complaint"]}
        return request


class HandlerComplaintPull(models.AbstractModel):
    _inherit = "integration.handler.complaint_pull"

    @api.private
    def _get_shown_answer(self, answer):
        """Of a person's reading: one complaint."""
        state = next(iter((answer or {}).get("states", {}).values()), None)
        return {"complaint": state} if state else None
