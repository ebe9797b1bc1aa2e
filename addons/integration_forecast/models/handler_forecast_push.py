from odoo import api, models

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    get_hold_back,
)
from odoo.addons.integration_hub.client.batch import SYSTEM_KINDS

_lt = TextMaker(__name__)

# rows sent by one job, unless the flow sets another number
PAGE_SIZE = 500
# refusals named in the job's message
NAMED = 5


class HandlerForecastPush(models.AbstractModel):
    """The weighted pipeline goes into the ERP's planning (ERP-10).

    Each run adds up the open deals and sends the figures that have come to differ from
    those sent before, page by page. Setting a figure can be repeated; the documents they
    stand in are looked up by period before one is made.
    """

    _name = "integration.handler.forecast_push"
    _description = "Sales Forecast to the ERP"
    _inherit = ["integration.handler"]

    _filter_model = "crm.lead"
    _gathers_changes = True
    _not_sent = ("due",)

    def _prepare(self, flow, jobs):
        forecasts = self.env["integration.forecast"]
        if jobs[:1].trigger != "more":
            forecasts._refresh(flow)
        plans = forecasts._prepare_plans(flow, flow.batch_size or PAGE_SIZE)
        return dict.fromkeys(jobs, plans)

    @staticmethod
    def _call(client, requests):
        return [_send(client, request) for request in requests]

    @staticmethod
    def _get_system_warnings(client):
        place = client.forecast_place()
        return [sentence for sentence in (place["missing"], place["place"]) if sentence]

    @api.private
    def _renew_requests(self, flow, requests):
        """Figures of an earlier day are not set once more: what is no longer planned here
        by now would never be taken back. What a person has corrected is of today."""
        return {
            job: ValidationError(
                _lt(
                    "Figures of an earlier day are not sent once more. Choose “As it would"
                    " be sent today”: what is different in the ERP by now is found by a"
                    " first load of the flow."
                )
            )
            if job.trigger == "replay" or job.state in ("done", "cancelled")
            else request
            for job, request in requests.items()
        }

    def _apply(self, flow, results):
        forecasts = self.env["integration.forecast"]
        problems = {}
        for job, answer in results:
            forecasts._take_answers(flow, answer)
            own = [("connector_id", "=", flow.connector_id.id)]
            forecasts.invalidate_model()
            if forecasts.search_count([*own, ("is_due", "=", True)], limit=1):
                flow._enqueue_pull(trigger="more")
                continue
            forecasts._drop_settled(flow)
            counts = dict(forecasts._read_group(own, ["state"], ["__count"]))
            flow.write(
                {
                    "last_run": self.env.cr.now(),
                    "last_message": self.env._(
                        "In the ERP: %(sent)s figures. Not mapped: %(unmapped)s, not"
                        " planned there: %(unplanned)s, refused: %(refused)s",
                        sent=counts.get("sent", 0),
                        unmapped=counts.get("unmapped", 0),
                        unplanned=counts.get("unplanned", 0),
                        refused=counts.get("refused", 0),
                    ),
                }
            )
            if counts.get("refused"):
                problems[job] = self._get_problem(flow, counts["refused"])
                # the next try sends anew, it does not come back to this answer
                job.answer = False
        return problems

    def _get_problem(self, flow, count):
        rows = self.env["integration.forecast"].search(
            [("connector_id", "=", flow.connector_id.id), ("state", "=", "refused")],
            limit=NAMED,
        )
        return ValidationError(
            _lt(
                "%(count)s figures of the forecast were refused: %(reasons)s",
                count=count,
                reasons=" · ".join(
                    dict.fromkeys(
                        f"{row.product_id.display_name}, {row.period}: {row.message}"
                        for row in rows
                    )
                ),
            )
        )


def _send(client, request):
    """:return: the request with what became of each period, or the error of all"""
    plans = request["periods"]
    if not plans:
        return {**request, "periods": []}
    documents = client.forecast_read(
        [
            {
                **{name: plan[name] for name in ("key", "month", "warehouse_id")},
                # a month may have figures of thousands of others
                "product_ids": [row["product_id"] for row in plan["rows"]],
            }
            for plan in plans
        ]
    )
    if any(map(_is_missing_some, plans, documents)) and (
        hold_back := get_hold_back(request.get("unsettled_until"))
    ):
        return hold_back
    answers = client.forecast_write(
        [
            {
                **{n: plan[n] for n in ("key", "month", "warehouse_id", "rows")},
                "document": document,
            }
            for plan, document in zip(plans, documents, strict=True)
        ]
    )
    for answer in answers:
        # what has got through is set once more by the next try
        if isinstance(answer, IntegrationError) and answer.kind in SYSTEM_KINDS:
            return answer
    return {
        "due": request["due"],
        "odd": request["odd"],
        "periods": [
            {**plan, "error": answer.message}
            if isinstance(answer, IntegrationError)
            else {**plan, "answer": answer}
            for plan, answer in zip(plans, answers, strict=True)
        ],
    }


def _is_missing_some(plan, document):
    """Whether something would be created, which must not be done twice."""
    known = {row["product_id"] for row in document["rows"]} if document else set()
    return any(
        row["product_id"] not in known and row["quantity"] != "0"
        for row in plan["rows"]
    )
