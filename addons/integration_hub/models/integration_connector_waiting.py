from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

# of what was tried in vain, the kinds that waiting helps against
WAITING_KINDS = ["network", "outcome_unknown", "rate_limit"]


class IntegrationConnector(models.Model):
    """Until when a connector waits, and why."""

    _inherit = "integration.connector"

    wait_reason = fields.Selection(
        [
            ("failures", "Does not answer"),
            ("limit", "Asked us to slow down"),
            ("budget", "Daily budget used up"),
            ("share", "Only what is kept for won deals is left"),
        ],
        compute="_compute_wait",
    )
    wait_until = fields.Datetime(compute="_compute_wait")
    wait_text = fields.Char(compute="_compute_wait")

    @api.depends("state", "resting_until", "failures_in_a_row", "calls_per_day")
    @api.depends_context("lang", "tz")
    def _compute_wait(self):
        for connector in self:
            reason, until = connector._get_wait()
            connector.wait_reason = reason
            connector.wait_until = until
            connector.wait_text = connector._get_wait_text(reason, until)

    def _get_wait(self):
        """:return: tuple of reason and moment; both False where it does not wait"""
        now = fields.Datetime.now()
        if self.state != "running":
            return False, False
        if self._is_probing() and self.resting_until:
            return "failures", self.resting_until
        if self.resting_until and self.resting_until > now:
            return "limit", self.resting_until
        budget = self._get_budget()
        if budget == "free":
            return False, False
        midnight = datetime.combine(now.date() + timedelta(days=1), time.min)
        return "budget" if budget == "used" else "share", midnight

    def _get_wait_text(self, reason, until):
        values = {
            "moment": until and format_datetime(self.env, until, dt_format="short"),
            "count": self.calls_per_day,
        }
        if reason == "failures":
            return self.env._(
                "It did not answer properly several times, and is left alone until"
                " %(moment)s. Then it is tried again with a single record; nothing is lost"
                " meanwhile.",
                **values,
            )
        if reason == "limit":
            return self.env._(
                "It asked us to slow down, and is left alone until %(moment)s. Nothing is"
                " lost meanwhile.",
                **values,
            )
        if reason == "budget":
            return self.env._(
                "Today’s %(count)s calls are made: it goes on at %(moment)s. Where that is"
                " too late, and the other system allows more, raise the daily budget in the"
                " settings.",
                **values,
            )
        if reason == "share":
            return self.env._(
                "Of today’s %(count)s calls only those kept for won deals are left; all else"
                " goes on at %(moment)s.",
                **values,
            )
        return False

    def action_try_now(self):
        """A person knows that the system is back, or that it was not meant so."""
        self.check_access("write")
        self.write(
            {"resting_until": False, "calls_while_slow": 0, "answers_while_slow": 0}
        )
        self.env["integration.job"].flush_model()
        # what a lane is at, it has in hand
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_job
               SET next_try = %(now)s, write_uid = %(uid)s, write_date = %(now)s
             WHERE id = ANY(ARRAY(
                   SELECT id FROM integration_job
                    WHERE connector_id = ANY(%(connectors)s) AND state = 'retrying'
                      AND blocked_by_id IS NULL AND next_try > %(now)s
                      AND error_kind = ANY(%(kinds)s)
                      FOR UPDATE SKIP LOCKED))
                """,
                now=self.env.cr.now(),
                uid=self.env.uid,
                connectors=list(self.ids),
                kinds=WAITING_KINDS,
            )
        )
        self.env["integration.job"].invalidate_model(["next_try"])
        self.env["integration.lane"]._wake_up(connectors=self)
        return True
