from odoo import fields, models

from .integration_connector import RUNNERS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    integration_default_runner = fields.Selection(
        RUNNERS,
        "New Connectors Are Worked off by",
        config_parameter="integration_queue_job.default_runner",
        default="cron",
    )
