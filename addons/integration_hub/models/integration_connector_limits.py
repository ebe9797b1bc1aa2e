import logging
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from ..client import NotSentError
from ..client.rate_limit import RATE_LIMIT_REST, bound_wait
from .call_meter import CallMeter
from .job_rows import SYSTEM_FAILURES

_logger = logging.getLogger(__name__)

# the circuit breaker: so many failed calls in a row, and the connector rests
FAILURES_TO_REST = 5
FIRST_REST = 30.0
LONGEST_REST = 120.0


class IntegrationConnector(models.Model):
    """How much a system may be asked, and what happens while it fails."""

    _inherit = "integration.connector"

    max_calls_at_once = fields.Integer(
        help="Of all lanes together, on all hosts; 0 sets no limit."
    )
    calls_per_second = fields.Float(
        help="Of all lanes together, on all hosts; 0 sets no limit."
    )
    calls_per_day = fields.Integer(
        "Daily Budget", help="Calls from midnight to midnight UTC; 0 sets no limit."
    )
    reserved_share = fields.Integer(
        "Kept for Won Deals (%)",
        default=20,
        help="This part of the daily budget is for won deals alone, and for what they wait"
        " for.",
    )
    settle_seconds = fields.Float(
        "Lost Calls End After (s)",
        help="A call whose answer got lost may still be at work over there for so long;"
        " until then a record that can't be found is not created again. Take a little"
        " more than the longest a request may run over there (Odoo: limit_time_real). 0"
        " takes what is usual for the system.",
    )
    failures_in_a_row = fields.Integer(
        readonly=True, copy=False, default=0, aggregator=None
    )
    resting_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="The system failed several times in a row, or asked us to slow down. It is"
        " tried again then, with a single record first.",
    )

    _limits_not_negative = models.Constraint(
        "CHECK (max_calls_at_once >= 0 AND calls_per_second >= 0 AND calls_per_day >= 0"
        " AND COALESCE(settle_seconds, 0) >= 0 AND reserved_share BETWEEN 0 AND 100)",
        "Limits can't be negative, and the share kept for won deals is a percentage.",
    )

    @api.private
    def _get_call_places(self):
        """How many calls all lanes together may have under way; 0 for no limit."""
        self.ensure_one()
        return self.max_calls_at_once

    @api.private
    def _get_meter(self):
        """What clients ask before each call.

        :return: :class:`CallMeter`, or None where nothing limits the calls
        """
        self.ensure_one()
        if not self.calls_per_second and not self.calls_per_day:
            return None
        return CallMeter(
            self.env.cr.dbname,
            self.id,
            1 / self.calls_per_second if self.calls_per_second else 0.0,
            self.calls_per_day,
            self._get_reserved_calls(),
        )

    def _get_reserved_calls(self):
        """Of the day's budget, what is kept for won deals."""
        return self.calls_per_day * self.reserved_share / 100

    @api.private
    def _get_budget(self):
        """What is left of the day's budget.

        :return: ``free``; ``kept``, where only what is kept for won deals is left; or
            ``used``
        """
        self.ensure_one()
        if not self.calls_per_day:
            return "free"
        made = self.env["integration.usage"]._get_today(self)
        if made >= self.calls_per_day:
            return "used"
        kept = self._get_reserved_calls()
        return "kept" if made >= self.calls_per_day - kept else "free"

    @api.private
    def _get_deals_wait_condition(self):
        """Jobs that a won deal waits for, such as the one of its customer; and those that
        go before these: of its parent company, or an earlier one of the same record.

        :return: ``SQL`` on ``job``"""
        return SQL(
            """job.id = ANY(ARRAY(
            WITH RECURSIVE awaited AS (
                SELECT deal.blocked_by_id AS id
                  FROM integration_job deal
                  JOIN integration_flow deal_flow ON deal_flow.id = deal.flow_id
                 WHERE deal.connector_id = %s
                   AND deal.blocked_by_id IS NOT NULL
                   AND deal.state IN ('waiting', 'retrying')
                   AND deal_flow.code = ANY(%s)
                UNION
                SELECT earlier.id
                  FROM awaited
                  JOIN integration_job later ON later.id = awaited.id
                  JOIN LATERAL (
                       SELECT later.blocked_by_id AS id
                        WHERE later.blocked_by_id IS NOT NULL
                       UNION ALL
                       SELECT own.id
                         FROM integration_job own
                        WHERE own.res_model = later.res_model
                          AND own.res_id = later.res_id
                          AND own.connector_id = later.connector_id
                          AND own.id < later.id
                          AND own.state IN ('waiting', 'retrying')) earlier ON TRUE)
            SELECT id FROM awaited))""",
            self.id,
            self.env["integration.flow"]._get_deal_codes(),
        )

    @api.private
    def _get_settle_time(self):
        """How long a call whose answer was lost may go on over there."""
        self.ensure_one()
        client_class = self._call_hook("get_client_class")
        return timedelta(seconds=self.settle_seconds or client_class.settle_seconds)

    @api.private
    def _is_probing(self):
        """The system failed and has rested: one record finds out how it is."""
        self.ensure_one()
        return self.failures_in_a_row >= FAILURES_TO_REST

    @api.private
    def _is_failing_as_a_whole(self, error):
        """Whether the error says nothing of the record it was met with: the system asks us
        to slow down, or it fails whatever is sent.

        :param error: ``IntegrationError``, as of which the outcome was noted
        """
        self.ensure_one()
        return error.kind == "rate_limit" or (
            error.kind in SYSTEM_FAILURES and self._is_probing()
        )

    @api.private
    def _note_outcome(self, problems, request_count):
        """Keep count of a system's failures in a row, and let it rest where they mount.

        :param dict problems: ``{job: IntegrationError}`` of one call, and of what it answered
        :param int request_count: how many records went out in it
        """
        self.ensure_one()
        if self._note_limits(problems):
            return
        told = [
            error for error in problems.values() if not isinstance(error, NotSentError)
        ]
        if problems and not told and len(problems) == request_count:
            # nothing was asked, so nothing is known
            return
        failed = len(problems) == request_count and all(
            error.kind in SYSTEM_FAILURES and getattr(error, "was_sent", True)
            for error in told
        )
        if failed:
            # 30 s, 1 min, then every 2 min once there have been too many
            self.env.cr.execute(
                SQL(
                    "UPDATE integration_connector SET failures_in_a_row ="
                    " COALESCE(failures_in_a_row, 0) + 1 WHERE id = %s RETURNING failures_in_a_row",
                    self.id,
                )
            )
            [[failures]] = self.env.cr.fetchall()
            if failures >= FAILURES_TO_REST:
                seconds = FIRST_REST * 2.0 ** min(failures - FAILURES_TO_REST, 10)
                self._rest(min(seconds, LONGEST_REST))
            if failures == self._get_failures_to_tell():
                self._tell_safely(self._tell_of_outage)
        else:
            if self._is_probing():
                # one lane has found out; all may go on
                self.env["integration.lane"]._wake_up(connectors=self)
            if self.failures_in_a_row >= self._get_failures_to_tell():
                self._tell_safely(self._tell_of_recovery)
            self.env.cr.execute(
                SQL(
                    "UPDATE integration_connector"
                    # a rest that the system has asked for stays
                    " SET failures_in_a_row = 0, resting_until = CASE"
                    "   WHEN failures_in_a_row < %s THEN resting_until END"
                    " WHERE id = %s AND failures_in_a_row > 0",
                    FAILURES_TO_REST,
                    self.id,
                )
            )
        self.invalidate_recordset(["failures_in_a_row", "resting_until"], flush=False)
        self._note_pauses(problems)

    @api.private
    def _note_limits(self, problems):
        """Leave a system alone for as long as it asks for.

        :return: whether it did
        """
        limits = [
            error
            for error in problems.values()
            # by our own limits the system as a whole need not rest
            if error.kind == "rate_limit" and not isinstance(error, NotSentError)
        ]
        if limits:
            self._rest(
                max(
                    bound_wait(error.retry_after) or RATE_LIMIT_REST for error in limits
                )
            )
            self.invalidate_recordset(["resting_until"], flush=False)
        return bool(limits)

    @api.private
    def _note_pauses(self, problems):
        """A system that has failed may have said for how long.

        :param dict problems: ``{job: IntegrationError}``
        """
        pauses = [
            bound_wait(error.retry_after)
            for error in problems.values()
            if not isinstance(error, NotSentError)
        ]
        if any(pauses):
            self._rest(max(pauses))
            self.invalidate_recordset(["resting_until"], flush=False)

    def _rest(self, seconds):
        self.env.cr.execute(
            SQL(
                "UPDATE integration_connector"
                " SET resting_until = GREATEST(resting_until, %s) WHERE id = %s",
                self.env["integration.lane"]._now() + timedelta(seconds=seconds),
                self.id,
            )
        )

    # -- people -----------------------------------------------------------------------

    def _get_failures_to_tell(self):
        return max(self.max_attempts, FAILURES_TO_REST)

    def _tell_safely(self, tell):
        """What can't be told must not undo that it is known: the connector shows it."""
        try:
            with self.env.cr.savepoint():
                tell()
                self.env.flush_all()
        except TransactionRollbackError:
            raise
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("Telling people about connector %s failed", self.id)

    def _tell_of_stop(self, message):
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self._speak().env._("%s has stopped", self.name),
            note=message,
            user_id=self._get_person_in_charge().id,
        )

    def _tell_of_outage(self):
        """Once: nothing has to be retried by hand, but somebody may not know of it."""
        speaker = self._speak()
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=speaker.env._("%s has not answered for a long time", self.name),
            note=speaker.env._(
                "Ask whoever runs it. It is tried again by itself every two minutes at"
                " least, for as long as it takes, and nothing is lost: there is nothing to"
                " retry by hand."
            ),
            user_id=self._get_person_in_charge().id,
        )

    def _tell_of_recovery(self):
        self.activity_feedback(
            ["mail.mail_activity_data_warning"],
            feedback=self._speak().env._("It answers again."),
        )
