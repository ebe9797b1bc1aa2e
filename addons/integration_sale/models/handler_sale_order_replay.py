from odoo import models
from odoo.exceptions import ValidationError

from ..decimals import to_decimal
from ..order_search import get_search
from .crm_lead_content import Content, Issue

# of a line's request, what has to be a number
NUMBERS = ("quantity", "unit_price", "discount")
# of a request without a key
TOTALS = ("total_untaxed", "total")
# what else it may be found by
LOOKUP = ("known_id", "not_ours", "lost")


class HandlerSaleOrderPush(models.AbstractModel):
    """Orders once more, corrected by hand, or told from others without a key."""

    _inherit = "integration.handler.sale_order_push"

    _not_sent = (*LOOKUP, "problem")

    # -- replay -----------------------------------------------------------------------

    def _take_snapshots(self, flow, jobs):
        """The deals as they stand today; of what no longer can be sent, the old one."""
        snapshots = super()._take_snapshots(flow, jobs)
        payloads = self.env["integration.payload"].with_company(flow.company_id)
        for job in jobs:
            content = self._find_content(flow, job)
            if content:
                # with what a person has said about sending it
                snapshots[job] = {
                    **job.payload,
                    **payloads._prepare_order(*content),
                }
        return snapshots

    def _find_content(self, flow, job):
        """:return: :class:`Content` that bears the job's key today, or None"""
        lead = self.env["crm.lead"].browse(job.payload["lead_id"]).exists()
        if not lead or not lead.partner_id and not lead.order_ids:
            return None
        orders = self.env["sale.order"].browse(job.payload["order_ids"]).exists()
        if orders:
            return Content(lead, orders, job.idempotency_key)
        found = lead._choose_content(
            flow, self.env["integration.erp.order"], jobs=job, take_open=True
        )
        if isinstance(found, Issue):
            return None
        return next(
            (content for content in found if content.key == job.idempotency_key), None
        )

    def _renew_requests(self, flow, requests):
        """A deal that is no longer won gets no order any more, whatever was sent once; and
        the order we know of by now is the one, even where little of it is as it was."""
        unwanted = self._find_unwanted({job: job.payload for job in requests})
        return self._prepare_lookup(
            flow,
            {
                job: {
                    **{
                        name: value
                        for name, value in request.items()
                        if name not in self._not_sent
                    },
                    "is_wanted": job not in unwanted,
                }
                for job, request in requests.items()
            },
        )

    # -- corrected by hand ------------------------------------------------------------

    def _check_request(self, flow, job, request):
        self._check_numbers(request)
        if flow.connector_id.key_storage == "none":
            before = job._get_request_to_correct()
            if isinstance(before, dict) and before.keys() >= set(TOTALS):
                self._check_search(job, before, request)
                self._check_totals(before, request)

    def _check_numbers(self, request):
        """:raise ValidationError: what has to be a number is none"""
        numbers = {
            self.env._("Line %s", line["key"]): (line, NUMBERS)
            for line in request["order"]["lines"]
        }
        names = [name for name in ("expected", *TOTALS) if name in request]
        numbers[self.env._("Totals")] = (request, names)
        for where, (values, names) in numbers.items():
            for name in names:
                if not _is_number(values[name]):
                    raise ValidationError(
                        self.env._(
                            "%(where)s: %(name)s must be a number, such as 12.50.",
                            where=where,
                            name=name,
                        )
                    )

    def _check_search(self, job, before, request):
        """An order that may be there already is looked for by what went out: without a key
        there is nothing else to find it by."""
        if job._find_unsettled() and get_search(before) != get_search(request):
            raise ValidationError(
                self.env._(
                    "The answer to an earlier call was lost, so the order may be there"
                    " already. It is looked for by number, reference, customer, date,"
                    " currency and totals: these must stay. Retry the job first."
                )
            )

    def _check_totals(self, before, request):
        """Should the answer to this one be lost, it is looked for by its totals."""
        if _get_amount(before) != _get_amount(request) and any(
            before[name] == request[name] for name in TOTALS
        ):
            raise ValidationError(
                self.env._(
                    "The lines come to another amount now, so the totals are others as"
                    " well. Correct total_untaxed and total too: without a key, the order"
                    " is looked for by them."
                )
            )

    # -- without a key ----------------------------------------------------------------

    def _prepare(self, flow, jobs):
        return self._prepare_lookup(flow, super()._prepare(flow, jobs))

    def _prepare_lookup(self, flow, prepared):
        """What an order may be found by that isn't found by what is sent now.

        :param dict prepared: ``{job: request}``, or what keeps it from being sent
        :return: the same, with ``known_id``, and without a key totals, ``not_ours`` and
            ``lost``
        """
        requests = {
            job: request
            for job, request in prepared.items()
            if isinstance(request, dict)
        }
        if flow.connector_id.key_storage == "none":
            return {**prepared, **self._add_lost(self._add_search(flow, requests))}
        known = self._find_known_ids(flow, requests.values())
        return {
            **prepared,
            **{
                job: {**request, "known_id": known[request["order"]["key"]]}
                for job, request in requests.items()
                if request["order"]["key"] in known
            },
        }

    def _find_known_ids(self, flow, requests):
        """Our key lies in a field that people over there may write to; an order whose id
        we know is that order all the same.

        :return: dict ``{key: remote id}``
        """
        orders = self.env["integration.erp.order"].search_fetch(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("key", "in", [request["order"]["key"] for request in requests]),
            ],
            ["key", "remote_id"],
        )
        return {order.key: order.remote_id for order in orders if order.remote_id}

    def _add_lost(self, requests):
        """An order that a lost call may have made is looked for as that call had it:
        meanwhile the deal may have become another one, and its mappings, too.

        :return: dict ``{job: request}``, with what else is looked for in ``lost``
        """
        jobs = self.env["integration.job"].union(*requests)
        lost = jobs._get_lost_requests()
        added = {}
        for job, request in requests.items():
            searches = []
            for former in lost.get(job.id, ()):
                for search in [*former.get("lost", ()), get_search(former)]:
                    if search not in [*searches, get_search(request)]:
                        searches.append(search)
            added[job] = {**request, "lost": searches} if searches else request
        return added

    def _add_search(self, flow, requests):
        """What an order is found by that bears no key there, with the one we know of, and
        those that are not this one.

        :param dict requests: ``{job: request}``
        :return: the same, with that
        """
        payloads = {job: job.payload for job in requests}
        orders = self.env["integration.erp.order"].search_fetch(
            [
                ("connector_id", "=", flow.connector_id.id),
                "|",
                ("key", "in", [item["key"] for item in payloads.values()]),
                (
                    "partner_id",
                    "in",
                    [item["partner_id"] for item in payloads.values()],
                ),
            ],
            ["key", "remote_id", "partner_id"],
        )
        by_key, by_customer = orders.grouped("key"), orders.grouped("partner_id")
        found = {}
        for job, request in requests.items():
            payload = payloads[job]
            own = by_key.get(payload["key"], orders.browse())
            customer = self.env["res.partner"].browse(payload["partner_id"])
            others = by_customer.get(customer, orders.browse()) - own
            found[job] = {
                **{name: payload[name] for name in TOTALS},
                # what a person has put right is what is looked for
                **request,
                "known_id": payload.get("remote_id") or own[:1].remote_id or "",
                "not_ours": [
                    *others.mapped("remote_id"),
                    *payload.get("ruled_out", []),
                ],
            }
        return found

    def _take_none(self, flow, job):
        """Those that were offered are not it; others may still turn up."""
        candidates = (job.error_detail or {}).get("candidates") or []
        ruled_out = [candidate["id"] for candidate in candidates]
        job._queue_again({"ruled_out": [*job.payload.get("ruled_out", []), *ruled_out]})


def _get_amount(request):
    """What the lines come to, as they are priced."""
    return sum(
        to_decimal(line["quantity"])
        * to_decimal(line["unit_price"])
        * (100 - to_decimal(line["discount"]))
        for line in request["order"]["lines"]
    )


def _is_number(text):
    try:
        return to_decimal(text).is_finite()
    except ArithmeticError:
        return False
