from odoo import api, fields, models

OWN_CHANNEL = "queue_job_channel"
RUNNERS = [
    ("cron", "Scheduled actions"),
    ("queue_job", "Job queue (queue_job)"),
    (OWN_CHANNEL, "Job queue, in a channel of its own"),
]
# in it, runs serve all connectors side by side that have no channel of their own
COMMON_CHANNEL = "root.integration"


class IntegrationConnector(models.Model):
    """Who works off a connector's part of the queue."""

    _inherit = "integration.connector"

    runner = fields.Selection(
        RUNNERS,
        "Worked off by",
        required=True,
        default=lambda self: self._default_runner(),
        tracking=True,
        help="Scheduled actions, and runs of the job queue in the common channel, serve all"
        " their connectors side by side. In a channel of its own a connector has runs of"
        " its own, as many at once as the capacity of its channel allows.",
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
        help="How many runs are asked for; the capacity of the channel may let fewer start."
        " Of the connectors of the common channel, the one that asks for most counts.",
    )

    _runner_lanes_positive = models.Constraint(
        "CHECK (runner_lanes > 0)", "Runs at once must be at least 1."
    )

    @api.model
    def _default_runner(self):
        # sudo: a setting of the database
        parameter = self.env["ir.config_parameter"].sudo()
        return parameter.get_param("integration_queue_job.default_runner") or "cron"

    @api.depends("runner")
    def _compute_runner_channel(self):
        for connector in self:
            connector.runner_channel = COMMON_CHANNEL
            if connector._get_channel_owner():
                connector.runner_channel += f".{connector._get_channel()}"

    def _get_channel_owner(self):
        """:return: the connector that the channel of its runs belongs to: itself, or none"""
        return self.filtered(lambda connector: connector.runner == OWN_CHANNEL)

    def _get_channel(self):
        """Name of its channel, below that of all connectors."""
        self.ensure_one()
        return f"connector_{self.id}"

    @api.model_create_multi
    def create(self, vals_list):
        connectors = super().create(vals_list)
        connectors._ensure_channels()
        return connectors

    def write(self, vals):
        result = super().write(vals)
        if "runner" in vals:
            self._ensure_channels()
            self.env["integration.lane"]._wake_up(connectors=self)
        return result

    @api.private
    def _ensure_channels(self):
        """A channel needs a record, to say how long finished runs are kept: those of a
        channel without one are kept for as long as any, and each wake-up is one."""
        # sudo: whoever sets up a connector need not manage the job queue
        Channel = self.env["queue.job.channel"].sudo()
        parent = self.env.ref(
            "integration_queue_job.channel_integration", raise_if_not_found=False
        )
        names = {owner._get_channel() for owner in self._get_channel_owner()}
        if not names or not parent:
            return
        known = Channel.search(
            [("parent_id", "=", parent.id), ("name", "in", list(names))]
        )
        Channel.create(
            [
                {
                    "name": name,
                    "parent_id": parent.id,
                    "removal_interval": parent.sudo().removal_interval,
                }
                for name in sorted(names - set(known.mapped("name")))
            ]
        )
