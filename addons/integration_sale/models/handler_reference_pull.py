from odoo import api, fields, models

from ..const import PROBLEM_STATES

VALUE_KINDS = (
    "unit",
    "tax",
    "currency",
    "payment_term",
    "country",
    "carrier",
    "salesperson",
    "warehouse",
    "price_list",
)
PAGE_SIZE = 1000


class HandlerReferencePull(models.AbstractModel):
    """Reads what the ERP has to offer: its products and values. Mapping screens pick from
    it, and what is plainly the same is proposed (ERP-9)."""

    _name = "integration.handler.reference_pull"
    _description = "Remote Products and Values"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        # a cursor is kept while there are pages left; without one it is a full reading
        request = {"cursor": flow.cursor or None, "limit": PAGE_SIZE}
        return dict.fromkeys(jobs, request)

    @staticmethod
    def _call(client, requests):
        answers = []
        for request in requests:
            page = client.product_list(request["cursor"], request["limit"])
            answers.append(
                {
                    **page,
                    # values are few: all of them, with the first page
                    "values": {}
                    if request["cursor"]
                    else {kind: client.value_list(kind) for kind in VALUE_KINDS},
                }
            )
        return answers

    @api.private
    def _renew_requests(self, flow, requests):
        """A page of before, read alone, would leave all others as not seen any more."""
        jobs = self.env["integration.job"].union(*requests)
        replays = jobs.filtered(lambda job: job.trigger == "replay")
        return {**requests, **self._prepare(flow, replays)}

    def _apply(self, flow, results):
        connector = flow.connector_id
        remote_values = self.env["integration.remote.value"]
        for _job, answer in results:
            if not flow.cursor:
                flow.last_run = fields.Datetime.now()
            for kind, values in answer["values"].items():
                remote_values._replace(connector, kind, values)
            remote_values._replace(
                connector, "product", answer["products"], complete=False
            )
            if answer["more"]:
                flow.cursor = answer["cursor"]
            else:
                remote_values._archive_unseen(connector, "product", flow.last_run)
                flow.write(
                    {
                        "cursor": False,
                        "last_message": self.env._("Products and values read"),
                    }
                )
                self.env["integration.value.mapping"]._propose(connector)
                self.env["integration.product.mapping"]._propose(connector)
        if flow.cursor:
            flow._enqueue_pull(trigger="more")

    def _on_problem(self, flow, failures):
        """Orders may wait for the first reading: they show that it has failed. Where none
        does, whoever is in charge is told."""
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        waiting = self.env["integration.job"].search(
            [
                ("blocked_by_id", "in", jobs.ids),
                ("blocked_by_id.state", "in", PROBLEM_STATES),
            ]
        )
        if not waiting:
            return super()._on_problem(flow, failures)
        self.env["integration.handler.sale_order_push"]._show_problems(flow, waiting)
