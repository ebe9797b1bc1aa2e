"""What becomes of the jobs of a batch that came to nothing; see ``job_batch.py``."""

import logging
import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo.exceptions import UserError

from ..client import (
    AuthenticationError,
    HeldBackError,
    StillUnknownError,
    TextMaker,
)
from ..client.rate_limit import bound_wait
from .batch_steps import get_back_off

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

# cancelled by a person, and not there yet
NOT_YET = _lt(
    "An answer got lost, and the record is not there. It is looked up once more when the"
    " lost call has surely ended; it is not made any more."
)
# ... and surely not there
NOT_FOUND = {
    "state": "cancelled",
    "unsettled_until": False,
    "error_kind": False,
    "error_message": False,
    "error_detail": False,
}


class BatchProblems:
    """The errors of a batch; the base of :class:`JobBatch`, whose attributes it uses."""

    def _settle_called(self, problems):
        """What came of the calls. A job that is another lane's by now is left to that one,
        which has to know of a call that may still be at work, however."""
        if not problems:
            return
        ours = self._get_ours(problems)
        lost = self.env["integration.job"].union(
            *(
                job
                for job, error in problems.items()
                if job not in ours and _may_be_at_work(error)
            )
        )
        if lost:
            settle_time = self.turn.connector._get_settle_time()
            lost.unsettled_until = self.lane_model._now() + settle_time
        own = {job: error for job, error in problems.items() if job in ours}
        self._note_settled(own)
        self._settle_problems(own)

    def _settle_problems(self, problems):
        """Do with each error what its kind asks for (requirements §6)."""
        if not problems:
            return
        self.env.flush_all()
        connector = self.turn.connector
        now = self.lane_model._now()
        for_people, to_write, not_found = [], {}, self.env["integration.job"]
        newer = self.env["integration.job"].union(*problems)._find_newer()
        is_refused = any(
            isinstance(error, AuthenticationError) for error in problems.values()
        )
        is_outdated = is_refused and self._is_outdated()
        for job, error in problems.items():
            if job.is_called_off and isinstance(error, StillUnknownError):
                error = StillUnknownError(NOT_YET)
            values = {
                "lane": False,
                "lease_until": False,
                # whatever it came to, it has not killed its lane
                "crashes": 0,
                **connector._get_error_values(error),
                "duration": time.monotonic() - self.started,
            }
            if _may_be_at_work(error):
                values["unsettled_until"] = now + connector._get_settle_time()
            if job in newer:
                values |= {"state": "cancelled", "finished_at": now}
            elif job in self.last_looks and isinstance(error, StillUnknownError):
                values |= {**NOT_FOUND, "finished_at": now}
                not_found |= job
            elif isinstance(error, AuthenticationError):
                # not the job's fault: it goes on once the credentials are mended
                if not is_outdated:
                    connector._stop_by_error(error)
                values |= {"state": "waiting", "attempts": job.attempts - 1}
            elif isinstance(error, HeldBackError):
                # by limits of ours: what was answered is kept, this goes on where it stood
                pause = timedelta(seconds=bound_wait(error.retry_after))
                values |= {
                    "state": "waiting",
                    "attempts": job.attempts - 1,
                    "next_try": now + pause,
                }
            elif error.is_retried and (
                connector._is_failing_as_a_whole(error)
                or job.attempts < connector.max_attempts
                or isinstance(error, StillUnknownError)
            ):
                values |= {
                    "state": "retrying",
                    "next_try": now + timedelta(seconds=get_back_off(job, error)),
                }
                if connector._is_failing_as_a_whole(error):
                    # however long that lasts: the job is left tries of its own
                    values["attempts"] = min(job.attempts, connector.max_attempts // 2)
                if isinstance(error, StillUnknownError):
                    # nothing was tried: it is decided by the try after the waiting
                    values["attempts"] = min(job.attempts, connector.max_attempts - 1)
                is_unknown = error.kind == "outcome_unknown"
                if is_unknown and not error.was_sent and job.unsettled_until:
                    # the waiting is over then: no need to sleep longer than that
                    values["next_try"] = min(
                        values["next_try"], max(now, job.unsettled_until)
                    )
            else:
                values["state"] = "attention" if error.needs_attention else "failed"
                for_people.append((job, error))
            to_write[job] = values
        self._write_problems(to_write)
        jobs = self.env["integration.job"].union(*problems)
        self.env["integration.cause"]._note(connector, jobs)
        # what waited for a job that gave way to a newer one looks again whom to wait for
        jobs.filtered(lambda job: job.state == "cancelled")._release_blocked()
        if not_found:
            self._tell_people(self.handler._on_not_found, not_found)
        if for_people:
            self._tell_people(self.handler._on_problem, for_people)
            # what the run knows of this flow is out of date now
            self.run.turns.clear()

    def _is_outdated(self):
        """Whether who was refused came with credentials that were replaced since, or went
        to another address."""
        if not self.client:
            return False
        connector = self.turn.connector
        self.env.invalidate_all(flush=False)
        try:
            settings = connector._get_connection_settings()
        except UserError:
            return False
        before = self.client.settings
        return (settings.url, settings.credentials, settings.options) != (
            before.url,
            before.credentials,
            before.options,
        )

    def _tell_people(self, tell, *what):
        """What can't be told must not undo that it is known: the queue shows it.

        :param tell: takes the flow and ``what``
        """
        try:
            with self.env.cr.savepoint():
                tell(self.flow, *what)
                self.env.flush_all()
        except TransactionRollbackError:
            raise
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception(
                "Telling people about failures of %s failed", self.flow.code
            )

    def _write_problems(self, values):
        """Write to many jobs at once.

        :param dict values: ``{job: what to write}``
        """
        if not values:
            return
        try:
            with self.env.cr.savepoint():
                for job, of_job in values.items():
                    job.write(of_job)
                self.env.flush_all()
        except UniqueViolation:
            self.env.invalidate_all(flush=False)
            if len(values) > 1:
                for job, of_job in values.items():
                    self._write_problems({job: of_job})
                return
            # queued again in this very moment: the newer job stands
            [(job, of_job)] = values.items()
            job.write(
                {
                    **of_job,
                    "state": "cancelled",
                    "blocked_by_id": False,
                    "finished_at": self.lane_model._now(),
                }
            )

    def _note_settled(self, problems):
        """Refused once the lost call has surely ended: so nothing of it is there."""
        now = self.lane_model._now()
        self.env["integration.job"].union(
            *(
                job
                for job, error in problems.items()
                if error.kind == "validation"
                and job.unsettled_until
                and job.unsettled_until <= now
            )
        ).unsettled_until = False


def _may_be_at_work(error):
    """Whether a call with the record in it went out and may go on over there, whoever
    retries by hand."""
    kinds = ("outcome_unknown", "internal")
    return error.kind in kinds and getattr(error, "was_sent", False)
