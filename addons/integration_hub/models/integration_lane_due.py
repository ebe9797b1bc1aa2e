import logging
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.tools import SQL

from .batch_steps import as_internal
from .integration_load import PRIORITY as LOAD_PRIORITY
from .job_order import IS_NEXT_OF_RECORD
from .load_steps import CHECK

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """Jobs that may go over in one call: of one flow, operation and priority; with what a
    lane has to know for each batch of them, read once.

    ``start`` is the place, ``(next_try, id)``, of the first one that is due,
    ``has_record`` whether that one is of a record, whose order has to be kept, and
    ``most_crashes`` how often a lane died with one of them, at most."""

    priority: int
    flow: Any
    operation: str
    start: tuple
    has_record: bool
    most_crashes: int
    connector: Any
    handler: Any
    size: int
    is_probing: bool
    is_budgeted: bool
    carries_deals: bool
    has_failed: bool
    is_slow: bool
    has_told_problem: bool
    parallel_calls: int
    call_places: int

    @property
    def key(self):
        return self.flow.id, self.operation, self.priority

    def get_condition(self):
        """The waiting jobs of this turn, ``job``, whenever they are due."""
        return SQL(
            "job.flow_id = %s AND job.operation = %s AND job.priority = %s AND %s",
            self.flow.id,
            self.operation,
            self.priority,
            IS_WAITING,
        )


# of the claim index; what waits for another job is not in it
IS_WAITING = SQL("job.state IN ('waiting', 'retrying') AND job.blocked_by_id IS NULL")
# The turns for which jobs wait: one step in the claim index for each, however many
# jobs there are (PostgreSQL reads all of them for a DISTINCT).
TURNS = SQL(
    """
    RECURSIVE turn AS (
        (SELECT job.flow_id, job.operation, job.priority
           FROM integration_job job
          WHERE %(is_waiting)s
          ORDER BY job.flow_id, job.operation, job.priority
          LIMIT 1)
        UNION ALL
        SELECT following.*
          FROM turn, LATERAL (
               SELECT job.flow_id, job.operation, job.priority
                 FROM integration_job job
                WHERE %(is_waiting)s
                  AND (job.flow_id, job.operation, job.priority)
                      > (turn.flow_id, turn.operation, turn.priority)
                ORDER BY job.flow_id, job.operation, job.priority
                LIMIT 1) following)
    """,
    is_waiting=IS_WAITING,
)
IS_OF_TURN = SQL(
    "job.flow_id = turn.flow_id AND job.operation = turn.operation"
    " AND job.priority = turn.priority AND %s",
    IS_WAITING,
)


class IntegrationLane(models.AbstractModel):
    """What is due, found without looking at what is not."""

    _inherit = "integration.lane"

    @api.model
    def _get_at_work_condition(self, served=None, operation=None):
        """Flows and connectors that this lane serves and that nobody has stopped. The check
        of a load, which writes nothing, comes before either has been started.

        :param served: condition on ``connector``, else that of this lane
        :param operation: of the jobs, ``SQL``; else that of ``turn``
        """
        return SQL(
            "flow.active AND connector.active"
            " AND (flow.state = 'running' AND connector.state = 'running'"
            " OR %s = %s AND connector.state IN ('tested', 'running')) AND %s",
            operation or SQL("turn.operation"),
            CHECK,
            served or self._get_served_condition(),
        )

    @api.model
    def _get_served_condition(self):
        """Which connectors this lane serves: all, or what an addon restricts it to.

        :return: ``SQL`` on ``connector``"""
        return SQL("TRUE")

    @api.model
    def _find_turns(self):
        """What there is to do, most urgent first.

        :return: list of :class:`Turn`
        """
        rows = self.env.execute_query(
            SQL(
                """
            WITH %(turns)s
            SELECT turn.priority, turn.flow_id, turn.operation, due.next_try, due.id,
                   due.res_id IS NOT NULL, (
                       SELECT COALESCE(MAX(job.crashes), 0)
                         FROM integration_job job
                        WHERE %(is_of_turn)s AND job.crashes > 0
                          AND job.next_try <= %(now)s)
              FROM turn
              JOIN integration_flow flow ON flow.id = turn.flow_id
              JOIN integration_connector connector
                ON connector.id = flow.connector_id
              JOIN LATERAL (
                   SELECT job.next_try, job.id, job.res_id
                     FROM integration_job job
                    WHERE %(is_of_turn)s AND job.next_try <= %(now)s AND %(is_next)s
                    ORDER BY job.next_try, job.id
                    LIMIT 1) due ON TRUE
             WHERE %(is_at_work)s
               AND (connector.resting_until IS NULL OR connector.resting_until <= %(now)s)
             ORDER BY turn.priority, turn.flow_id, turn.operation
                """,
                turns=TURNS,
                is_of_turn=IS_OF_TURN,
                is_next=IS_NEXT_OF_RECORD,
                is_at_work=self._get_at_work_condition(),
                now=self._now(),
            )
        )
        flows = self.env["integration.flow"].browse(row[1] for row in rows)
        turns = []
        for flow, row in zip(flows, rows, strict=True):
            try:
                turns.append(self._get_turn(flow, *row))
            except Exception as error:
                self._stop_by_defect(flow.connector_id, error)
        return turns

    @api.model
    def _stop_by_defect(self, connector, error):
        """What the code of one system fails with stops its connector, before its jobs fail
        one by one; the others go on.

        :param error: exception, on the way to a call
        """
        # which fails as well where the connection is gone, and ends the run
        self.env.cr.rollback()
        if isinstance(error, TransactionRollbackError):
            # somebody changed the same rows meanwhile: it goes on the next time
            return
        _logger.error(
            "Nothing can be sent to connector %s", connector.id, exc_info=error
        )
        try:
            connector._stop_by_error(as_internal(error))
            self._commit()
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Connector %s can't be stopped", connector.id)

    def _get_turn(
        self, flow, priority, _id, operation, next_try, job_id, has_record, most_crashes
    ):
        # from here on: handlers, their texts, and what becomes of jobs
        connector = flow.connector_id._speak()
        flow = flow.with_env(connector.env)
        is_probing = connector._is_probing()
        handler = flow._get_handler(operation)
        return Turn(
            priority=priority,
            flow=flow,
            operation=operation,
            start=(next_try, job_id),
            has_record=has_record,
            most_crashes=most_crashes,
            connector=connector,
            handler=handler,
            size=1 if is_probing else flow._get_batch_size(),
            is_probing=is_probing,
            is_budgeted=bool(connector.calls_per_day),
            carries_deals=handler._carries_deals and priority < LOAD_PRIORITY,
            has_failed=bool(connector.failures_in_a_row),
            is_slow=bool(connector.calls_while_slow),
            has_told_problem=bool(flow.problem_activity_id),
            parallel_calls=connector.parallel_calls,
            call_places=connector._get_call_places(),
        )

    @api.model
    def _find_next_moment(self):
        """When the next job becomes due that is not due yet, or None.

        What is due is not looked at, however much of it there is: its budget may be used
        up, or other lanes may be at it. While a connector rests, all of its jobs are
        waited for, the first one for all of them.
        """
        [[moment]] = self.env.execute_query(
            SQL(
                """
            WITH %(turns)s
            SELECT MIN(GREATEST(next.moment, connector.resting_until))
              FROM turn
              JOIN integration_flow flow ON flow.id = turn.flow_id
              JOIN integration_connector connector
                ON connector.id = flow.connector_id
              JOIN LATERAL (
                   SELECT job.next_try AS moment
                     FROM integration_job job
                    WHERE %(is_of_turn)s
                      AND job.next_try > CASE
                          WHEN connector.resting_until > %(now)s THEN '-infinity'
                          ELSE %(now)s END
                    ORDER BY job.next_try, job.id
                    LIMIT 1) next ON TRUE
             WHERE %(is_at_work)s
                """,
                turns=TURNS,
                is_of_turn=IS_OF_TURN,
                is_at_work=self._get_at_work_condition(),
                now=self._now(),
            )
        )
        return moment

    @api.model
    def _count_due(self):
        # capped: it tells the cron whether to come back, and people how much about
        [[count]] = self.env.execute_query(
            SQL(
                """
            WITH %(turns)s
            SELECT COUNT(*)
              FROM turn
              JOIN integration_flow flow ON flow.id = turn.flow_id
              JOIN integration_connector connector
                ON connector.id = flow.connector_id
              JOIN LATERAL (
                   SELECT job.*
                     FROM integration_job job
                    WHERE %(is_of_turn)s AND job.next_try <= %(now)s
                    ORDER BY job.next_try, job.id
                    LIMIT 1000) job ON TRUE
             WHERE %(is_at_work)s AND %(is_next)s
               AND (connector.resting_until IS NULL OR connector.resting_until <= %(now)s)
                """,
                turns=TURNS,
                is_of_turn=IS_OF_TURN,
                is_next=IS_NEXT_OF_RECORD,
                is_at_work=self._get_at_work_condition(),
                now=self._now(),
            )
        )
        return count
