"""The calls a connector may make, counted over all lanes, processes and hosts."""

import logging
from dataclasses import dataclass

import psycopg2
from psycopg2.pool import PoolError

from odoo.sql_db import db_connect
from odoo.tools import SQL

from ..client import HeldBackError, TextMaker

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

# seconds until what could not be counted is tried again
UNCOUNTED_REST = 10.0
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")


@dataclass(frozen=True)
class CallMeter:
    """Takes one call after the other from what the connector allows; a client asks it
    before each. Whoever asks, wherever: they share one row a day.

    One statement on a connection of its own, committed at once: nobody waits for the
    transaction of a lane, and a call that went out stays counted whatever becomes of it.

    :param str database: name of it
    :param int connector_id: whose calls these are
    :param float seconds_between_calls: from the start of a call to that of the next one;
        0 for no limit
    :param int calls_per_day: from midnight to midnight UTC; 0 for no limit
    :param float reserved_calls: of these, what is kept for won deals
    """

    database: str
    connector_id: int
    seconds_between_calls: float = 0.0
    calls_per_day: int = 0
    reserved_calls: float = 0.0

    def __call__(self, carries_deals, longest):
        """Take one call.

        :param bool carries_deals: what is kept for won deals may be used
        :param float longest: seconds; a call that would have to wait longer is not taken
        :return: seconds until it may go out
        :raise HeldBackError: none is to be had
        """
        budget = None
        if self.calls_per_day:
            budget = self.calls_per_day - (0 if carries_deals else self.reserved_calls)
        try:
            with db_connect(self.database).cursor() as cursor:
                # who comes at the same time waits for this row, instead of failing on it
                cursor.connection.set_session(
                    isolation_level="READ COMMITTED", autocommit=True
                )
                return self._take(cursor, budget, max(longest, 0.0))
        except (psycopg2.Error, PoolError) as error:
            _logger.warning(
                "A call of connector %s can't be counted", self.connector_id, exc_info=1
            )
            raise HeldBackError(
                _lt("The database was too busy to count this call: nothing was sent."),
                type(error).__name__,
                UNCOUNTED_REST,
            ) from error

    def _take(self, cursor, budget, longest):
        cursor.execute(
            SQL(
                """
            INSERT INTO integration_usage AS used (connector_id, day, calls, next_call)
            SELECT %(connector)s, %(now)s::date, 1, next.call + %(gap)s
              FROM (SELECT GREATEST(%(now)s, MAX(earlier.next_call)) AS call
                      FROM integration_usage earlier
                     WHERE earlier.connector_id = %(connector)s
                       AND earlier.day = %(now)s::date - 1) next
             WHERE %(budget)s > 0 AND next.call <= %(now)s + %(longest)s
                ON CONFLICT (connector_id, day) DO UPDATE
               SET calls = used.calls + 1,
                   next_call = GREATEST(used.next_call, %(now)s) + %(gap)s
             WHERE used.calls < %(budget)s
               AND (used.next_call IS NULL OR used.next_call <= %(now)s + %(longest)s)
            RETURNING EXTRACT(EPOCH FROM used.next_call - %(gap)s - %(now)s)
                """,
                connector=self.connector_id,
                now=NOW,
                gap=SQL("make_interval(secs => %s)", self.seconds_between_calls),
                budget=SQL("'Infinity'::float8")
                if budget is None
                else SQL("%s::float8", budget),
                longest=SQL("make_interval(secs => %s)", longest),
            )
        )
        if taken := cursor.fetchone():
            return max(float(taken[0]), 0.0)
        raise self._explain(cursor, budget)

    def _explain(self, cursor, budget):
        cursor.execute(
            SQL(
                """
            SELECT COALESCE(SUM(calls) FILTER (WHERE day = %(now)s::date), 0),
                   EXTRACT(EPOCH FROM MAX(next_call) - %(now)s)
              FROM integration_usage
             WHERE connector_id = %(connector)s AND day >= %(now)s::date - 1
                """,
                connector=self.connector_id,
                now=NOW,
            )
        )
        calls, seconds = cursor.fetchone()
        if budget is not None and calls >= budget:
            # nobody is asked to wait: what is left is looked at before jobs are taken
            return HeldBackError(
                _lt(
                    "The calls of the day are used up, or kept for won deals: nothing was"
                    " sent. It goes on tomorrow; where that is too late, raise the daily"
                    " budget of the connector."
                )
            )
        return HeldBackError(
            _lt("By its calls per second it is not its turn yet: nothing was sent."),
            retry_after=max(float(seconds or 0), 0.0),
        )
