"""Steps of the jobs of a load; see ``integration_load.py``."""

from odoo import fields

from ..client import TextMaker, ValidationError

_lt = TextMaker(__name__)

# what one job of a load looks at
PAGE_SIZE = 100
# operations of its jobs: a check writes nothing, so no stopped flow is in its way
CHECK = "load_check"
LOAD = "load"
OPERATIONS = (CHECK, LOAD)
# operation of the jobs a load of a flow that reads queues: see ``integration.handler.read.load``
READ = "load_read"


class Steps:
    """Takes the place of a flow's own steps (see ``integration.handler``); all else is the
    flow's.

    :param handler: handler of the flow, with ``_has_load``
    """

    def __init__(self, handler):
        self.handler = handler
        self.env = handler.env

    @classmethod
    def of(cls, handler):
        """A lane takes ``_call`` from the class, and hands no handler to it."""
        call = staticmethod(type(handler)._load_call)
        return type(cls.__name__, (cls,), {"_load_call": call})(handler)

    def __getattr__(self, name):
        return getattr(self.handler, name)

    # the snapshots and requests of a load are not those of the flow

    def _take_snapshots(self, flow, jobs):
        return {job: job.payload for job in jobs}

    def _renew_requests(self, flow, requests):
        return requests

    def _check_request(self, flow, job, request):
        """The structure says enough: what a load reads makes nothing."""


class LoadSteps(Steps):
    """The three steps of a lane for the jobs of a load, on top of a flow's hooks."""

    def _get_load(self, job):
        return self.env["integration.load"].browse(job.payload["load_id"]).exists()

    def _find_replays(self, jobs):
        """A page is of the load it belongs to, and of that one time: once more, its lines
        would be there twice.

        :return: dict ``{job: ValidationError}``
        """
        return {
            job: ValidationError(
                _lt(
                    "A page of a load is not worked off once more by itself. Check once"
                    " more, then load, on the form of the load."
                )
            )
            for job in jobs
            if job.trigger == "replay" or job.state in ("done", "cancelled")
        }

    def _renew_requests(self, flow, requests):
        return {**requests, **self._find_replays(requests)}

    def _prepare(self, flow, jobs):
        requests = self._find_replays(jobs)
        for job in jobs:
            if job in requests:
                continue
            load = self._get_load(job)
            if load.state == "checking":
                found = self.handler._load_find_records(
                    flow, load.cursor or None, PAGE_SIZE
                )
                requests[job] = {"check": found}
            else:
                requests[job] = {"check": None}
        return requests

    @classmethod
    def _call(cls, client, requests):
        return [
            cls._load_call(client, request["check"]) if request["check"] else {}
            for request in requests
        ]

    def _apply(self, flow, results):
        for job, answer in results:
            load = self._get_load(job)
            if not load:
                continue
            if load.is_stopped:
                # however many were queued, they are taken back page by page
                load._take_back()
                continue
            if load.state == "checking":
                rows = self.handler._load_compare(flow, answer)
                load._add_page(rows, answer.get("cursor"), answer.get("total"))
                if load.state == "checking":
                    load._enqueue_page()
            elif load.state == "loading":
                if load._queue_lines():
                    load._enqueue_page()
                else:
                    load.write({"state": "done", "finished_at": fields.Datetime.now()})

    def _on_problem(self, flow, failures):
        """The load's own form shows it."""

    def _on_waiting(self, flow, jobs):
        """The load's own form shows it."""

    def _on_cancelled(self, flow, jobs):
        """The load's own form shows it."""


class ReadSteps(Steps):
    """The three steps for the jobs that a load of a flow that reads has queued."""

    def _prepare(self, flow, jobs):
        return {
            job: self.handler._load_prepare(
                flow, self.handler._load_find(flow, [("id", "in", job.payload["ids"])])
            )
            for job in jobs
        }

    @classmethod
    def _call(cls, client, requests):
        return [cls._load_call(client, request) for request in requests]

    def _apply(self, flow, results):
        for job, answer in results:
            self.handler.with_context(integration_job_id=job.id)._load_write(
                flow, answer
            )
