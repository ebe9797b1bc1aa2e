from odoo import api, fields, models

RUNNERS = [
    ("cron", "Scheduled actions"),
    ("queue_job", "Job queue (queue_job)"),
]


class IntegrationConnector(models.Model):
    """Who works off a connector's part of the queue."""

    _inherit = "integration.connector"

    runner = fields.Selection(
        RUNNERS,
        "Worked off by",
        required=True,
        default=lambda self: self._default_runner(),
        tracking=True,
        help="The lanes of the scheduled actions serve all their connectors together. On"
        " the job queue this connector has runs of its own, in a channel of its own.",
    )
    runner_channel = fields.Char(
        "Channel",
        compute="_compute_runner_channel",
        help="Give it a capacity in the server's configuration, such as"
        " ODOO_QUEUE_JOB_CHANNELS=root:4,root.integration:3",
    )
    runner_lanes = fields.Integer(
        "Runs at Once",
        default=1,
        help="How many runs of this connector are asked for; the capacity of its channel"
        " may let fewer start.",
    )

    _runner_lanes_positive = models.Constraint(
        "CHECK (runner_lanes > 0)", "Runs at once must be at least 1."
    )

    @api.model
    def _default_runner(self):
        # sudo: a setting of the database
        parameter = self.env["ir.config_parameter"].sudo()
        return parameter.get_param("integration_queue_job.default_runner") or "cron"

    def _compute_runner_channel(self):
        for connector in self:
            connector.runner_channel = f"root.integration.connector_{connector.id}"

    def write(self, vals):
        result = super().write(vals)
        if "runner" in vals:
            self.env["integration.lane"]._wake_up(connectors=self)
        return result
