import time
import uuid
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import timedelta
from queue import SimpleQueue

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config

from ..client import AuthenticationError
from .job_batch import LEASE, JobBatch

# leases are renewed well before they run out, while calls are under way
RENEW_EVERY = 30.0
# a lane stays with one flow for so long where others wait for their turn
TURN_SECONDS = 10.0
# how long a lane run lasts at most; servers end a cron after limit_time_real_cron
LONGEST_RUN = 60.0
# a lane waits itself for retries that are due so soon; later ones wake a lane up
WAIT_FOR_RETRY = 5.0


class IntegrationLane(models.AbstractModel):
    """Works off the queue. Any number of lanes run side by side, on any number of hosts.

    A lane takes a batch of jobs of one flow (``SKIP LOCKED``, with a lease, committed),
    prepares it, hands the remote call to a thread, and prepares the next batch while the
    remote system works on this one. No row is locked and no transaction open while a
    call is under way.
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
    def _wake_up(self, at=None):
        """Have the lanes look into the queue after commit, or at a moment."""
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
        """Work until nothing is due or the time is used up. Called by ``ir.cron``."""
        lane = f"{self.env.context.get('cron_id', 0)}-{uuid.uuid4().hex[:12]}"
        deadline = time.monotonic() + self._get_run_seconds()
        self._run_connection_tests()
        self._reclaim()
        served, processed = {}, 0
        while time.monotonic() < deadline:
            turn = self._find_turn(served)
            if turn:
                flow, operation = turn
                served[turn] = time.monotonic()
                processed += self._work_off(flow, operation, lane, deadline)
            elif not self._wait_for_retry(deadline):
                break
        remaining = self._count_due()
        if remaining and not processed:
            # nothing of it could be taken: others hold it
            remaining = 0
        self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return processed

    def _get_run_seconds(self):
        limit = config["limit_time_real_cron"]
        if not limit or limit < 0:
            limit = config["limit_time_real"]
        return min(LONGEST_RUN, limit / 2) if limit and limit > 0 else LONGEST_RUN

    @api.model
    def _find_turn(self, served):
        """The flow and operation to work on next: most urgent first, then the one this
        lane has not served for the longest time.

        :param dict served: when this lane served which, by (flow, operation)
        :return: ``(flow, operation)`` or None
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT flow.id, due.operation, MIN(due.priority)
              FROM integration_flow flow
              JOIN integration_connector connector
                ON connector.id = flow.connector_id
              JOIN LATERAL (
                   SELECT job.operation, job.priority
                     FROM integration_job job
                    WHERE job.flow_id = flow.id
                      AND job.state IN ('waiting', 'retrying')
                      AND job.blocked_by_id IS NULL
                      AND job.next_try <= %s
                    ORDER BY job.operation, job.priority, job.id
                    LIMIT 1) due ON TRUE
             WHERE flow.state = 'running' AND flow.active
               AND connector.state = 'running' AND connector.active
             GROUP BY flow.id, due.operation
                """,
                self._now(),
            )
        )
        if not rows:
            return None
        flow_id, operation, _priority = min(
            rows,
            key=lambda row: (
                row[2],
                served.get((self.env["integration.flow"].browse(row[0]), row[1]), 0),
            ),
        )
        return self.env["integration.flow"].browse(flow_id), operation

    def _work_off(self, flow, operation, lane, deadline):
        """Send what is due of one flow, several calls under way at once.

        :return: number of jobs settled
        """
        connector = flow.connector_id
        parallel = connector.parallel_calls
        turn_end = min(deadline, time.monotonic() + TURN_SECONDS)
        try:
            clients = [connector._get_client() for _index in range(parallel)]
        except UserError as error:
            connector._stop_by_error(AuthenticationError(str(error)))
            self._commit()
            return 0
        free_clients = SimpleQueue()
        for client in clients:
            free_clients.put(client)
        settled, in_flight, is_open = 0, deque(), True
        with ThreadPoolExecutor(parallel) as pool:
            while True:
                # one batch more than calls: it is ready when the next call ends
                while is_open and len(in_flight) <= parallel:
                    if time.monotonic() >= turn_end and self._others_are_due(
                        flow, deadline
                    ):
                        is_open = False
                        break
                    batch = JobBatch.claim(self, flow, operation, lane)
                    if not batch:
                        is_open = False
                        break
                    settled += batch.prepare()
                    if batch.requests:
                        batch.submit(pool, free_clients)
                        in_flight.append(batch)
                    elif batch.answers:
                        settled += batch.settle()
                if not in_flight:
                    break
                finished, _pending = wait(
                    [batch.future for batch in in_flight],
                    timeout=RENEW_EVERY,
                    return_when=FIRST_COMPLETED,
                )
                if not finished:
                    self._renew_leases(lane)
                for batch in [item for item in in_flight if item.future in finished]:
                    in_flight.remove(batch)
                    settled += batch.settle()
                    # after one look the queue may hold more, retries for instance
                    is_open = is_open or (
                        connector._is_running() and time.monotonic() < turn_end
                    )
        for client in clients:
            client.close()
        return settled

    def _others_are_due(self, flow, deadline):
        """Whether it is time to hand over: the run is over, or another flow waits."""
        if time.monotonic() >= deadline:
            return True
        turn = self._find_turn({})
        return bool(turn and turn[0] != flow)

    def _wait_for_retry(self, deadline):
        """Sleep until the next retry where that is near; else have a lane woken then.

        :return: whether there is something to do now
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT MIN(job.next_try)
              FROM integration_job job
              JOIN integration_flow flow ON flow.id = job.flow_id
              JOIN integration_connector connector
                ON connector.id = job.connector_id
             WHERE job.state IN ('waiting', 'retrying')
               AND job.blocked_by_id IS NULL
               AND flow.state = 'running' AND connector.state = 'running'
               AND job.next_try > %s
                """,
                self._now(),
            )
        )
        next_try = rows[0][0]
        if not next_try:
            return False
        seconds = (next_try - self._now()).total_seconds()
        if seconds > min(WAIT_FOR_RETRY, deadline - time.monotonic()):
            self._wake_up(at=next_try.replace(microsecond=0) + timedelta(seconds=1))
            self._commit()
            return False
        self._commit()
        time.sleep(max(0.0, seconds) + 0.01)
        self._commit()
        return True

    @api.model
    def _run_connection_tests(self):
        connectors = self.env["integration.connector"].search(
            [("is_testing", "=", True)]
        )
        for connector in connectors:
            try:
                connector._run_test()
                self._commit()
            except TransactionRollbackError:
                # another lane was quicker
                self.env.cr.rollback()

    @api.model
    def _reclaim(self):
        """Take up the jobs of lanes that died: their lease has run out. Whether the call
        had been made is not known, so the record is looked up before anything is sent."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_job job
               SET state = CASE WHEN EXISTS (
                       SELECT FROM integration_job newer
                        WHERE newer.flow_id = job.flow_id
                          AND newer.idempotency_key = job.idempotency_key
                          AND newer.id <> job.id
                          AND newer.state IN
                              ('waiting', 'retrying', 'failed', 'attention'))
                       THEN 'cancelled' ELSE 'retrying' END,
                   lane = NULL, lease_until = NULL, next_try = %(now)s,
                   error_kind = 'outcome_unknown',
                   error_message = %(message)s
             WHERE job.id IN (
                   SELECT id FROM integration_job
                    WHERE state = 'running' AND lease_until < %(now)s
                      FOR UPDATE SKIP LOCKED)
                """,
                now=self._now(),
                message=self.env._(
                    "The server was interrupted while it worked on this. It is looked up "
                    "over there before anything is sent again."
                ),
            )
        )
        self.env["integration.job"].invalidate_model()
        self._commit()

    def _renew_leases(self, lane):
        self.env.cr.execute(
            SQL(
                "UPDATE integration_job SET lease_until = %s"
                " WHERE state = 'running' AND lane = %s",
                self._now() + LEASE,
                lane,
            )
        )
        self._commit()

    def _count_due(self):
        # capped: the number only tells the cron whether to come back
        rows = self.env.execute_query(
            SQL(
                """
            SELECT COUNT(*) FROM (
                SELECT FROM integration_job job
                  JOIN integration_flow flow ON flow.id = job.flow_id
                  JOIN integration_connector connector
                    ON connector.id = job.connector_id
                 WHERE job.state IN ('waiting', 'retrying')
                   AND job.blocked_by_id IS NULL AND job.next_try <= %s
                   AND flow.state = 'running' AND flow.active
                   AND connector.state = 'running' AND connector.active
                 LIMIT 1000) due
                """,
                self._now(),
            )
        )
        return rows[0][0]

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
