from odoo import api, fields, models
from odoo.tools import SQL, format_duration


class IntegrationConnector(models.Model):
    """How far a connector has caught up with what was collected while it stood still.

    What was there at the start is known by its ids, so nothing is written per job; the
    rest is counted in indexes, when somebody looks.
    """

    _inherit = "integration.connector"

    catch_up_started_at = fields.Datetime(
        "Started Catching Up", readonly=True, copy=False
    )
    catch_up_last_job = fields.Integer(readonly=True, copy=False, aggregator=None)
    catch_up_total = fields.Integer("To Catch Up", readonly=True, copy=False)
    catch_up_remaining = fields.Integer(
        "Still to Do", compute="_compute_catch_up", compute_sudo=True
    )
    catch_up_done = fields.Integer(
        "Done since the Start", compute="_compute_catch_up", compute_sudo=True
    )
    catch_up_percent = fields.Float(
        "Catching Up", compute="_compute_catch_up", compute_sudo=True, aggregator=None
    )
    catch_up_per_minute = fields.Float(
        "Done per Minute",
        compute="_compute_catch_up",
        compute_sudo=True,
        digits=(12, 0),
    )
    catch_up_time_left = fields.Char(
        "Time Left", compute="_compute_catch_up", compute_sudo=True
    )
    is_catching_up = fields.Boolean(compute="_compute_catch_up", compute_sudo=True)

    @api.depends("catch_up_started_at", "catch_up_total", "catch_up_last_job", "state")
    def _compute_catch_up(self):
        remaining = self._count_to_catch_up()
        now = fields.Datetime.now()
        for connector in self:
            left = min(remaining.get(connector.id, 0), connector.catch_up_total)
            done = connector.catch_up_total - left
            seconds = 0.0
            if connector.catch_up_started_at:
                seconds = (now - connector.catch_up_started_at).total_seconds()
            connector.is_catching_up = bool(left) and connector.state == "running"
            connector.catch_up_remaining = left
            connector.catch_up_done = done
            connector.catch_up_percent = (
                100.0 * done / connector.catch_up_total if left else 0.0
            )
            connector.catch_up_per_minute = 60.0 * done / max(seconds, 1.0)
            connector.catch_up_time_left = (
                connector._get_duration_text(left * seconds / done)
                if done and left
                else False
            )

    def _get_duration_text(self, seconds):
        if seconds < 60:
            return self.env._("less than a minute")
        if seconds < 3600:
            return self.env._("about %s min", round(seconds / 60))
        return self.env._("about %s h", format_duration(seconds / 3600))

    def _count_to_catch_up(self):
        """What was there when they started and is still to be done without anybody's help:
        not what waits for a later try, for a person, or belongs to a stopped flow.

        :return: dict ``{connector id: number}``
        """
        behind = self.filtered("catch_up_started_at")
        if not behind:
            return {}
        self.env["integration.job"].flush_model(["state", "next_try", "blocked_by_id"])
        self.env["integration.flow"].flush_model(["state", "active", "connector_id"])
        behind.flush_recordset(["catch_up_last_job"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
            SELECT connector.id,
                   (SELECT COUNT(*)
                      FROM integration_flow flow
                      JOIN integration_job job ON job.flow_id = flow.id
                       AND job.state IN ('waiting', 'retrying')
                       AND job.blocked_by_id IS NULL
                       AND job.next_try <= %(now)s
                       AND job.id <= connector.catch_up_last_job
                     WHERE flow.connector_id = connector.id
                       AND flow.state = 'running' AND flow.active)
                 + (SELECT COUNT(*)
                      FROM integration_job job
                     WHERE job.connector_id = connector.id AND job.state = 'running'
                       AND job.id <= connector.catch_up_last_job)
                 + (SELECT COUNT(*)
                      FROM integration_job awaited
                      JOIN integration_job job ON job.blocked_by_id = awaited.id
                     WHERE job.connector_id = connector.id
                       AND job.state IN ('waiting', 'retrying')
                       AND job.id <= connector.catch_up_last_job
                       AND awaited.state IN ('waiting', 'retrying', 'running'))
              FROM integration_connector connector
             WHERE connector.id = ANY(%(ids)s)
                    """,
                    ids=list(behind.ids),
                    now=self.env["integration.lane"]._now(),
                )
            )
        )

    # -- start and stop ---------------------------------------------------------------

    def action_start(self):
        result = super().action_start()
        self._start_catching_up()
        return result

    def action_pause(self):
        self.check_access("write")
        self._stop_catching_up()
        return super().action_pause()

    def _start_catching_up(self):
        last_job = (
            self.env["integration.job"].sudo().search([], order="id desc", limit=1)
        )
        self.write(
            {
                "catch_up_started_at": fields.Datetime.now(),
                "catch_up_last_job": last_job.id,
                "catch_up_total": 0,
            }
        )
        # sudo: the number alone
        waiting = self.sudo()._count_to_catch_up()
        for connector in self:
            if total := waiting.get(connector.id):
                connector.catch_up_total = total
            else:
                connector._stop_catching_up()

    def _stop_catching_up(self):
        self.write({"catch_up_started_at": False, "catch_up_last_job": 0})

    @api.model
    @api.private
    def _forget_caught_up(self):
        """What has been caught up with is not counted any more; called now and then."""
        behind = self.search(
            [("catch_up_started_at", "!=", False), ("state", "=", "running")]
        )
        waiting = behind._count_to_catch_up()
        behind.filtered(
            lambda connector: not waiting.get(connector.id)
        )._stop_catching_up()
