from odoo import api, models


class HandlerFeedbackPush(models.AbstractModel):
    """What people are shown of what was sent: the summary, line by line."""

    _inherit = "integration.handler.feedback_push"

    @api.private
    def _get_shown_request(self, request):
        request = super()._get_shown_request(request)
        if not isinstance(request, dict) or "summary" not in request:
            # a snapshot, which names the product alone
            return None
        summary = request["summary"]
        return {"title": summary["title"], "text": summary["text"].splitlines()}
