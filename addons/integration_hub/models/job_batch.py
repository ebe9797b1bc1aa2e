"""A batch of jobs on its way through a lane; see ``integration_lane.py``."""

import logging
import time
from datetime import timedelta
from random import uniform

from psycopg2.extensions import TransactionRollbackError

from ..client import IntegrationError, InternalError, TextMaker
from . import job_rows
from .batch_settle import BatchSettling
from .batch_steps import FOREVER, as_internal, get_moment_here, make_call
from .integration_handler import Blocked
from .job_order import find_circles

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

SERIALIZATION_TRIES = 5
# seconds, spread, so that two lanes don't meet again
STAND_BACK = 0.5


class JobBatch(BatchSettling):
    """Jobs of one flow on their way: claimed, prepared, called, settled."""

    def __init__(self, run, turn, mark, rows, is_suspect=False, is_awaited=False):
        """
        :param rows: of ``job_rows.claim``
        :param bool is_suspect: lanes died with it again and again
        :param bool is_awaited: won deals wait for all of them
        """
        # which speaks the language of whoever is in charge
        self.env = turn.connector.env
        jobs = self.env["integration.job"]
        self.run = run
        self.lane_model = run.lane_model
        self.turn = turn
        self.flow = turn.flow
        self.handler = turn.handler
        self.mark = mark
        self.jobs = jobs.browse(row[0] for row in rows)
        self.answered = jobs.browse(row[0] for row in rows if row[1])
        self.given = jobs.browse(row[0] for row in rows if row[2])
        self.have_record = any(row[3] for row in rows)
        self.unsettled = {row[0]: row[4] for row in rows}
        # it may be what kills lanes: nothing else is under way in this one meanwhile
        self.is_suspect = is_suspect
        # a step is made anew, in a new transaction
        self.is_repeated = False
        # its calls may use what is kept for won deals
        self.carries_deals = turn.carries_deals or is_awaited
        self.started = time.monotonic()
        self.sending = {}  # id of what goes out -> whether it was called off meanwhile
        self.requests = {}  # job -> request
        self.last_looks = jobs.browse()  # those called off that are there now, or never
        self.answers = {}  # job -> answer
        self.packed = {}  # job -> answer, as it is stored
        self.exchanges = []
        self.future = None
        self.client = None
        self.is_back = False  # the call has ended, and its answers are kept
        self.unapplied = {}  # job -> error met where its answer was applied
        # job -> error of its call; None where a call has not come back
        self.problems = {}

    @classmethod
    def claim(cls, run, turn, only=None, is_suspect=False):
        """Take the next batch, committed: from here on a crash is noticed.

        :param turn: :class:`Turn`
        :param only: which of its jobs may go, ``SQL`` on ``job``: those that won deals wait
            for; else all
        :param is_suspect: take one with which lanes died again and again, else none of them
        :return: ``(batch, is_last)``; no batch where nothing is due
        """
        for attempt in range(SERIALIZATION_TRIES):
            try:
                rows, is_last = [], False
                if is_suspect:
                    mark, rows = job_rows.claim(run, turn, 1, job_rows.IS_SUSPECT, only)
                elif turn.key in run.crashed:
                    # whatever was there when a lane died comes first: it may have to be
                    # looked up over there. It goes by few: one of it may be the cause
                    few = max(turn.size // job_rows.CRASHED_PART, 1)
                    few = min(few, job_rows.MOST_CRASHED)
                    mark, rows = job_rows.claim(
                        run, turn, few, job_rows.HAS_CRASHED, only
                    )
                if not rows and not is_suspect:
                    run.crashed.discard(turn.key)
                    mark, rows = job_rows.claim(run, turn, turn.size, only=only)
                    is_last = len(rows) < turn.size
                run.lane_model._commit()
                break
            except TransactionRollbackError:
                # another lane took the rows between our snapshot and our lock
                run.env.cr.rollback()
                if attempt == SERIALIZATION_TRIES - 1:
                    return None, True
        if not rows:
            return None, not is_suspect
        # mappings and settings may have been changed since the last batch
        run.env.invalidate_all()
        batch = cls(run, turn, mark, rows, is_suspect, is_awaited=bool(only))
        return batch, is_last

    # -- before the call --------------------------------------------------------------

    def prepare(self):
        """Make the requests.

        :return: number of jobs that are settled by this alone
        """
        # their call was made and answered in an earlier run: only its effects are missing
        self.answers.update({job: job.answer["value"] for job in self.answered})
        jobs = self.jobs - self.answered
        requests, blocked, settled = self._prepare_or_settle(jobs)
        if blocked:
            self._in_fresh_transactions(lambda: self._release_if_done(blocked))
        now = self.lane_model._now() if any(self.unsettled.values()) else None
        self.requests = {
            job: {**request, **self._get_terms(job, self.sending[job.id], now)}
            for job, request in requests.items()
        }
        return settled

    def _get_terms(self, job, is_called_off, now):
        """What a call has to keep to, as of this very moment."""
        moment = self.unsettled[job.id]
        if not is_called_off:
            until = get_moment_here(moment, now) if moment else None
            return {"unsettled_until": until}
        if not moment or moment <= now:
            # nothing that was lost can come any more: it is there now, or never
            self.last_looks |= job
        return {"unsettled_until": FOREVER, "is_called_off": True}

    def _prepare_or_settle(self, jobs):
        """:return: as :meth:`_prepare`, whatever happens"""
        try:
            return self._in_fresh_transactions(lambda: self._prepare(jobs))
        except Exception as error:
            self.env.cr.rollback()
            if len(jobs) > 1:
                # one that can't be prepared must not hold up the others
                requests, blocked, settled = {}, {}, 0
                for job in jobs:
                    of_job = self._prepare_or_settle(job)
                    requests |= of_job[0]
                    blocked |= of_job[1]
                    settled += of_job[2]
                return requests, blocked, settled
            _logger.exception("Preparing a job of %s failed", self.flow.code)
            self._settle_problems(
                {job: as_internal(error) for job in self._get_ours(jobs)}
            )
            self.lane_model._commit()
            return {}, {}, len(jobs)

    def _prepare(self, jobs):
        """:return: tuple (``{job: request}`` of what may go out, the blocked ones, number
        of jobs settled)"""
        if self.is_repeated:
            jobs = self._get_ours(jobs)
        problems, blocked = {}, {}
        # what a person has corrected, or wants repeated, goes out as it is
        given = {job: job.given_request for job in jobs & self.given}
        prepared, requests = {}, {}
        if given:
            prepared |= self.handler._renew_requests(self.flow, given)
            jobs -= self.given
        if jobs:
            prepared |= self.handler._prepare(self.flow, jobs)
        for job, request in prepared.items():
            if isinstance(request, IntegrationError):
                problems[job] = request
            elif isinstance(request, Blocked):
                blocked[job] = request.job
            else:
                requests[job] = request
        # the intent is on record before anything goes out
        sending = job_rows.note_sent(requests, self.mark, self.have_record)
        self.sending |= sending
        held = [job for job in requests if job.id not in sending]
        # had this lane been held up for longer than its lease, they might be another's
        ours = self._get_ours([*problems, *blocked, *held])
        blocked = {job: other for job, other in blocked.items() if job in ours}
        self._block(blocked)
        self._settle_problems({job: problems[job] for job in problems if job in ours})
        self._stand_back([job for job in held if job in ours])
        self.lane_model._commit()
        requests = {job: item for job, item in requests.items() if job.id in sending}
        return requests, blocked, len(problems) + len(blocked)

    def _stand_back(self, jobs):
        """Another lane has taken a job of the same record in the same moment: both give
        way, then they come in their order."""
        pause = uniform(STAND_BACK, 2 * STAND_BACK)
        self._give_back(
            {
                job: {
                    "state": "retrying",
                    "attempts": job.attempts - 1,
                    "next_try": self.lane_model._now() + timedelta(seconds=pause),
                }
                for job in jobs
            }
        )

    def _block(self, blocked):
        self._give_back(
            {
                job: {
                    "state": "waiting",
                    "blocked_by_id": other.id,
                    "attempts": job.attempts - 1,
                    "crashes": 0,
                }
                for job, other in blocked.items()
            }
        )
        self._settle_problems(self._find_circles(blocked))

    def _find_circles(self, blocked):
        """Who waits for itself would wait for ever, and nobody would ever be told.

        :return: dict ``{job: IntegrationError}``
        """
        if not blocked:
            return {}
        circles = find_circles(self.env["integration.job"].union(*blocked))
        circles.blocked_by_id = False
        return {
            job: InternalError(
                _lt(
                    "This waits for “%(job)s”, which in turn waits for this: neither would"
                    " ever go. Cancel one of the two, or do by hand over there what it is"
                    " for; then retry the other.",
                    job=blocked[job].name,
                )
            )
            for job in circles
        }

    def _give_back(self, values):
        """Put jobs back into the queue, but for those whose change is queued again.

        :param dict values: ``{job: what to write}``
        """
        if not values:
            return
        newer = self.env["integration.job"].union(*values)._find_newer()
        now = self.lane_model._now() if newer else None
        self._write_problems(
            {
                job: {"state": "cancelled", "finished_at": now}
                if job in newer
                else of_job
                for job, of_job in values.items()
            }
        )
        replaced = [job for job in values if job.state == "cancelled"]
        self.env["integration.job"].union(*replaced)._release_blocked()

    def _in_fresh_transactions(self, step):
        """Run ``step``, again where somebody changed the same rows meanwhile.

        PostgreSQL then refuses our older snapshot (REPEATABLE READ); only a new
        transaction helps, a savepoint does not. ``step`` commits by itself.
        """
        for attempt in range(1, SERIALIZATION_TRIES + 1):
            self.is_repeated = attempt > 1
            try:
                return step()
            except TransactionRollbackError:
                self.env.cr.rollback()
                if attempt == SERIALIZATION_TRIES:
                    raise
                time.sleep(uniform(0.0, 0.05 * 2**attempt))

    def _release_if_done(self, blocked):
        """The awaited job may have been done between our look and our commit."""
        others = self.env["integration.job"].browse(
            {other.id for other in blocked.values()}
        )
        others.invalidate_recordset(["state"])
        others.filtered(
            lambda job: job.state in ("done", "cancelled")
        )._release_blocked()
        self.lane_model._commit()

    def give_back(self):
        """There is no time left to send it, or no sense in it now: the jobs go back into
        the queue as they were."""
        self._in_fresh_transactions(self._give_back_unsent)

    def _give_back_unsent(self):
        self._give_back(
            {
                job: {
                    "state": "retrying" if job.attempts > 1 else "waiting",
                    "attempts": job.attempts - 1,
                    "lane": False,
                    "lease_until": False,
                    "sent_at": False,
                }
                for job in self._get_ours([*self.requests, *self.answers])
            }
        )
        self.lane_model._commit()

    # -- the call ---------------------------------------------------------------------

    def submit(self, pool, client):
        """Have a thread call. It gets plain data and gives plain data."""
        self.client = client
        self.problems = None
        client.carries_deals = self.carries_deals
        self.future = pool.submit(
            make_call, type(self.handler)._call, client, list(self.requests.values())
        )

    def _get_ours(self, jobs):
        """Those of ``jobs`` that nobody has taken from this lane."""
        if not jobs:
            return self.env["integration.job"]
        jobs = self.env["integration.job"].browse(job.id for job in jobs)
        return job_rows.get_ours(jobs, self.mark)
