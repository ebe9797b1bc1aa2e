from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .. import credential_cipher
from .integration_lane_connection import TESTS

ADMINISTRATOR = "integration_hub.group_integration_administrator"
LANES = [f"integration_hub.ir_cron_lane_{number}" for number in (1, 2, 3, 4)]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    integration_finished_job_days = fields.Integer(
        "Keep Finished Jobs (days)",
        config_parameter="integration_hub.finished_job_days",
        default=90,
    )
    integration_failed_job_days = fields.Integer(
        "Keep Failed Jobs (days)",
        config_parameter="integration_hub.failed_job_days",
        default=365,
        help="0 keeps them until somebody has dealt with them.",
    )
    integration_lane_count = fields.Integer(
        "Lanes", help="How many batches are worked off at once, each by a cron worker."
    )
    integration_key_source = fields.Selection(
        [
            ("environment", "The server's environment"),
            ("configuration", "The server's configuration file"),
            ("data_directory", "A file in the server's data directory"),
        ],
        "Key of the Credentials",
        readonly=True,
    )

    @api.constrains(
        "integration_lane_count",
        "integration_finished_job_days",
        "integration_failed_job_days",
    )
    def _check_integration_settings(self):
        for settings in self:
            if not 1 <= settings.integration_lane_count <= len(LANES):
                raise ValidationError(
                    self.env._("Lanes: choose from 1 to %s.", len(LANES))
                )
            if settings.integration_finished_job_days < 1:
                raise ValidationError(
                    self.env._("Finished jobs are kept for a day at least.")
                )
            failed_days = settings.integration_failed_job_days
            if failed_days and failed_days < settings.integration_finished_job_days:
                raise ValidationError(
                    self.env._(
                        "Failed jobs are kept at least as long as finished ones; 0 keeps"
                        " them until somebody has dealt with them."
                    )
                )

    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "integration_lane_count": len(self._get_integration_lanes("active")) or 1,
            "integration_key_source": credential_cipher.get_key_source(),
        }

    def set_values(self):
        before = self.get_values()["integration_lane_count"]
        super().set_values()
        if not self.integration_failed_job_days:
            # nothing at all would stand for the default
            self.env["ir.config_parameter"].sudo().set_param(
                "integration_hub.failed_job_days", "0"
            )
        lanes = self._get_integration_lanes()
        # only a change counts: the lanes of a neutralised copy are all off, and saving
        # some other setting must not wake them
        if self.integration_lane_count == before:
            return
        for number, lane in enumerate(lanes, start=1):
            active = number <= self.integration_lane_count
            if lane.active != active:
                lane.active = active
        # off in such a copy as well; without it nothing could be started there
        tests = self.env.ref(TESTS, raise_if_not_found=False)
        if tests and not tests.sudo().active:
            # sudo: as for the lanes
            tests.sudo().active = True

    @api.model
    def _get_integration_lanes(self, field_name=None):
        """:return: the scheduled actions that work off the queue, in their order"""
        lanes = (
            self.env["ir.cron"]
            .sudo()
            .union(
                *(
                    lane
                    for xml_id in LANES
                    if (lane := self.env.ref(xml_id, raise_if_not_found=False))
                )
            )
        )
        return lanes.filtered(field_name) if field_name else lanes

    def action_integration_rotate_key(self):
        """Encrypt all credentials anew with the first of the server's keys."""
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(self.env._("Ask an administrator of integrations."))
        # sudo: nobody has rights on credentials
        self.env["integration.credential"].sudo()._rotate_all()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("All credentials bear the current key now."),
                "type": "success",
            },
        }
