from odoo import api, models


class IntegrationHandler(models.AbstractModel):
    """What of requests and answers people are shown (``integration.timeline``)."""

    _inherit = "integration.handler"

    @api.private
    def _get_shown_request(self, request):
        """What of a request is for people: what is sent, without what only this side
        needs.

        :param request: as made by ``_prepare``, or a snapshot
        :return: JSON structure; None where nothing of it is sent
        """
        if not isinstance(request, dict):
            return request
        # what handlers answer where nothing has changed since it was sent
        if request.get("is_same"):
            return None
        return {
            name: value
            for name, value in request.items()
            if name not in (*self._not_sent, "unsettled_until")
        }

    @api.private
    def _get_shown_before(self, request):
        """What was sent before, where a request says so itself; else the job before tells.

        :return: as :meth:`_get_shown_request`
        """
        return None

    @api.private
    def _get_told_note(self, job):
        """What has to be said of a job beside what it sent, or in place of it.

        :param job: ``integration.job``, one that is no reading
        :return: ``(text, is_shown)``: a sentence or "", and whether what was sent is shown
        """
        return "", True

    @api.private
    def _get_shown_answer(self, answer):
        """What of the answer to a reading is for people.

        :param answer: as made by ``_call``
        :return: JSON structure; None for nothing
        """
        return answer
