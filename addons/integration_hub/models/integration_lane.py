import logging
import time
from datetime import timedelta

from psycopg2 import Error as PostgresError
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.tools import SQL, config

from ..client import InternalError, OutcomeUnknownError, TextMaker
from .ir_cron_worker import get_begin_of_work, get_sign_of_life
from .job_rows import CRASHES_TO_SUSPECT
from .lane_locks import LANE_CLASS, RECLAIM_CLASS
from .lane_run import LaneRun

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

# how long a lane run lasts at most; servers end a cron after limit_time_real_cron
LONGEST_RUN = 60.0
# left over of what the server allows, for all that is not measured
SPARE = 5.0
# less than this is not worth a run
SHORTEST_RUN = 0.5
# a lane waits itself for retries that are due so soon; later ones wake a lane up
WAIT_FOR_RETRY = 5.0
# a job with which lanes died so often is what kills them, where no other one was under way
# with which they had died again and again
MOST_CRASHES = 3
# ... as is one that never got through, whatever else was under way
MOST_CRASHES_AMONG_OTHERS = 9


class IntegrationLane(models.AbstractModel):
    """Works off the queue. Any number of lanes run side by side, on any number of hosts.

    This model wakes lanes up, takes up what a dead lane left behind, and knows what is
    due; a run itself is a :class:`LaneRun`.
    """

    _name = "integration.lane"
    _description = "Lane of the Sync Queue"

    # -- waking up --------------------------------------------------------------------

    @api.private
    def _get_lane_crons(self):
        # sudo: scheduled actions are nobody's to read; waking a lane up is harmless
        crons = self.env["ir.cron"].sudo()
        for number in range(1, 5):
            cron = self.env.ref(
                f"integration_hub.ir_cron_lane_{number}", raise_if_not_found=False
            )
            if cron and cron.sudo().active:
                crons |= cron.sudo()
        return crons

    @api.private
    def _wake_up(self, at=None, connectors=None):
        """Have the lanes look into the queue after commit, or at a moment.

        :param datetime at: the moment; else at once
        :param connectors: ``integration.connector`` for which there is something new; else
            it may be any
        """
        data = self.env.cr.precommit.data
        if at is None and data.get("integration_hub.lanes_woken"):
            return
        crons = self._get_lane_crons()
        if at is not None:
            # one lane is enough to look after retries
            crons = crons[:1]
        else:
            data["integration_hub.lanes_woken"] = True
        for cron in crons:
            cron._trigger(at)

    # -- the run ----------------------------------------------------------------------

    @api.model
    def _run_lane(self):
        """Work until nothing is due or the time is used up. Called by ``ir.cron``.

        :return: number of jobs settled"""
        end = self._get_end()
        deadline = self._get_deadline(end)
        if deadline - time.monotonic() < SHORTEST_RUN:
            # it was used up by another lane, or by waiting for work; a new trigger, as
            # what this one came for is gone
            self._wake_up()
            self._commit()
            return 0
        self._reclaim()
        run = LaneRun(self, deadline, end)
        try:
            processed = run.work()
        finally:
            run.close()
        # where nothing of it could be taken, others hold it, or a budget is used up
        remaining = self._count_due() if processed else 0
        self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return processed

    @api.model
    def _get_end(self):
        """When all of a run that begins now has to have ended, its last calls as well: what
        is under way then is killed with its worker.

        :return: ``time.monotonic``"""
        now = time.monotonic()
        end, spare = now + 2 * self._get_run_seconds(), SPARE
        if limit := self._get_limit_seconds():
            end = min(end, (get_sign_of_life() or now) + limit)
            # of a short time there has to be something left to work in
            spare = min(spare, limit / 4)
        return end - spare

    @api.model
    def _get_deadline(self, end=None):
        """When a run that begins now takes up nothing new any more: half of the time is for
        the calls that are under way then, but not less than :meth:`_get_call_seconds`.

        :param end: as of :meth:`_get_end`, else worked out
        :return: ``time.monotonic``"""
        now = time.monotonic()
        left = (end or self._get_end()) - now
        deadline = now + left - max(left / 2, self._get_call_seconds())
        return min(deadline, now + self._get_computing_left())

    @api.model
    def _get_computing_left(self):
        """A worker that has computed for longer than the server allows is ended in the midst
        of its calls.

        :return: seconds for which this one may still compute, at least; or infinity"""
        limit = config["limit_time_cpu"]
        if not limit or limit < 0:
            return float("inf")
        now = time.monotonic()
        # what it has computed so far is not known, but not more than the time it took
        return limit * 0.75 - (now - (get_begin_of_work() or now))

    @api.model
    def _get_limit_seconds(self):
        """What the server allows a scheduled action, or 0 for no limit."""
        limit = config["limit_time_real_cron"]
        if not limit or limit < 0:
            limit = config["limit_time_real"]
        return max(limit or 0, 0)

    @api.model
    def _get_call_seconds(self):
        """No call begins that could not last so long."""
        return self._get_run_seconds() / 3

    @api.model
    def _get_run_seconds(self):
        """How long a run lasts at most, and a call as well."""
        limit = self._get_limit_seconds()
        return min(LONGEST_RUN, limit / 2) if limit else LONGEST_RUN

    # -- waiting ----------------------------------------------------------------------

    @api.private
    def _wait_for_next(self, deadline):
        """Sleep until the next job is due where that is near; else have a lane woken then.

        :param float deadline: end of the run, ``time.monotonic``
        :return: whether there is something to do now
        """
        moment = self._find_next_moment()
        if not moment:
            self._commit()
            return False
        seconds = (moment - self._now()).total_seconds()
        if seconds > min(WAIT_FOR_RETRY, deadline - time.monotonic()):
            self._wake_up(at=moment.replace(microsecond=0) + timedelta(seconds=1))
            self._commit()
            return False
        # no transaction is open while we sleep
        self._commit()
        time.sleep(max(0.0, seconds) + 0.01)
        return True

    # -- what else a lane does --------------------------------------------------------

    @api.model
    def _reclaim(self, own_name=""):
        """Take up the jobs of lanes that died.

        A lane is dead when the advisory lock it holds for the length of its run is gone,
        which PostgreSQL sees to the moment its connection ends, or when its lease ran out.

        :param str own_name: of the run that asks, which lives
        :return: whether there were any
        """
        try:
            # one lane at a time: what died together is found together
            [[is_ours]] = self.env.execute_query(
                SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", RECLAIM_CLASS)
            )
            if is_ours:
                self._end_frozen_safely()
            jobs = self._find_abandoned(own_name) if is_ours else None
            if jobs:
                self._take_up(jobs)
            self._commit()
        except (TransactionRollbackError, UniqueViolation):
            # another lane has done it, or one has just come to its end, or one of the jobs
            # was queued again in this very moment
            self.env.cr.rollback()
            return False
        return bool(jobs)

    def _end_frozen_safely(self):
        """What it has under way is taken up even where it may not be ended, as of another
        user of PostgreSQL."""
        try:
            with self.env.cr.savepoint(flush=False):
                self._end_frozen()
        except TransactionRollbackError:
            raise
        except PostgresError:
            _logger.exception("A lane that stands still can't be ended")

    def _end_frozen(self):
        """A lane that has not renewed its lease stands still. What it has written and not
        committed, and its locks, would stop others for as long: its connection is ended,
        and it finds out when it goes on."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT held.pid, pg_terminate_backend(held.pid)
              FROM (SELECT DISTINCT job.lane
                      FROM integration_job job
                     WHERE job.state = 'running' AND job.lease_until < %s) frozen
              JOIN pg_locks held ON held.objid::text = frozen.lane
             WHERE held.locktype = 'advisory' AND held.classid = %s
               AND held.database = (
                   SELECT oid FROM pg_database WHERE datname = current_database())
               AND held.pid <> pg_backend_pid()
                """,
                self._now(),
                LANE_CLASS,
            )
        )
        for pid, _is_told in rows:
            _logger.warning("A lane stood still: its connection %s is ended", pid)

    def _find_abandoned(self, own_name):
        """:return: the jobs of lanes that died, locked"""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT job.id
              FROM integration_job job
             WHERE job.state = 'running'
               AND job.lane IS DISTINCT FROM %(own_name)s
               AND (job.lease_until < %(now)s OR NOT EXISTS (
                   SELECT FROM pg_locks held
                    WHERE held.locktype = 'advisory'
                      AND held.database = (
                          SELECT oid FROM pg_database
                           WHERE datname = current_database())
                      AND held.classid = %(lock_class)s
                      AND held.objid::text = job.lane))
               FOR NO KEY UPDATE OF job SKIP LOCKED
                """,
                now=self._now(),
                lock_class=LANE_CLASS,
                own_name=own_name,
            )
        )
        jobs = self.env["integration.job"].browse([row[0] for row in rows])
        jobs.invalidate_recordset()
        return jobs

    def _take_up(self, jobs):
        now = self._now()
        # those that are here for the first or second time were merely there, as one that
        # is suspected has its lane to itself, and is the only one of all lanes; of several
        # such ones none is to blame
        suspects = jobs.filtered(lambda job: job.crashes >= CRASHES_TO_SUSPECT)
        is_certain = len(suspects) == 1
        most_crashes = MOST_CRASHES if is_certain else MOST_CRASHES_AMONG_OTHERS
        replaced = jobs._find_newer()
        replaced.write({"state": "cancelled", "finished_at": now, "lane": False})
        replaced._release_blocked()
        for connector, of_connector in jobs.grouped("connector_id").items():
            # from now on: nobody knows which of a batch's calls was the last to go out
            settled_at = now + connector._get_settle_time()
            of_connector.filtered("sent_at").unsettled_until = settled_at
            for job in of_connector - replaced:
                crashes = job.crashes + 1
                values = {
                    "state": "retrying",
                    "lane": False,
                    "lease_until": False,
                    "next_try": now,
                    "crashes": crashes,
                }
                if job.sent_at:
                    values |= connector._speak()._get_error_values(
                        OutcomeUnknownError(
                            _lt(
                                "The server was interrupted while it worked on this. It"
                                " is looked up over there before anything is sent again."
                            )
                        )
                    )
                if crashes >= most_crashes:
                    error = InternalError(
                        _lt(
                            "Set aside: the server broke off %(count)s times while it"
                            " worked on this. Look into the server's log before you retry.",
                            count=crashes,
                        )
                    )
                    values |= {
                        "state": "failed",
                        **connector._speak()._get_error_values(error),
                    }
                job.write(values)
            self.env["integration.cause"]._note(connector, of_connector - replaced)

    @api.model
    def _now(self):
        """The clock of the database server, which all hosts share; unlike ``cr.now()`` it
        goes on within a transaction."""
        [[now]] = self.env.execute_query(
            SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        )
        return now

    def _commit(self):
        self.env.cr.commit()
