from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from ..client import IntegrationError
from ..translation import say

STEPS = ("system", "access", "test", "flows", "preview")


class IntegrationConnector(models.Model):
    """The guided way from nothing to a running connector: system, address and key, test,
    what to sync, a look at what would happen, start."""

    _inherit = "integration.connector"

    setup_step = fields.Selection(
        [
            ("system", "System"),
            ("access", "Address and Key"),
            ("test", "Test"),
            ("flows", "What to Sync"),
            ("preview", "What Would Happen"),
        ],
        "Set-Up",
        default="system",
        required=True,
        readonly=True,
        copy=False,
    )
    is_preview_wanted = fields.Boolean(readonly=True, copy=False)
    preview_html = fields.Html(
        "What Would Happen", readonly=True, copy=False, sanitize=True
    )
    previewed_at = fields.Datetime("Looked At", readonly=True, copy=False)

    @api.onchange("system_type")
    def _onchange_system_type(self):
        if not self.name and self.system_type:
            labels = dict(self._fields["system_type"]._description_selection(self.env))
            self.name = labels.get(self.system_type)

    # -- actions ----------------------------------------------------------------------

    def action_setup_next(self):
        self.ensure_one()
        self.check_access("write")
        getattr(self, f"_leave_setup_{self.setup_step}")()
        self.setup_step = STEPS[min(STEPS.index(self.setup_step) + 1, len(STEPS) - 1)]
        return True

    def action_setup_back(self):
        self.ensure_one()
        self.check_access("write")
        self.setup_step = STEPS[max(STEPS.index(self.setup_step) - 1, 0)]
        return True

    def action_setup_start(self):
        """Begin to sync, and show where one sees how it goes."""
        self.ensure_one()
        self.action_start()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_hub.integration_connector_action"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%s has started.", self.name),
                "type": "success",
                "next": {**action, "target": "main"},
            },
        }

    def action_preview(self):
        """Ask the first free lane to look at both sides; nothing is written there."""
        self.check_access("write")
        self.write({"is_preview_wanted": True, "preview_html": False})
        return self.action_test_connection()

    def _leave_setup_system(self):
        if not self.system_type:
            raise UserError(self.env._("Choose the system first."))

    def _leave_setup_access(self):
        if not self.url:
            raise UserError(self.env._("Enter the address of %s.", self.name))
        # which of them it takes depends on the system; the test says what is wrong
        if (self.use_api_key or self.use_password) and not (
            self.api_key_is_set or self.password_is_set
        ):
            raise UserError(self.env._("Enter the key or the password as well."))
        self.action_test_connection()

    def _leave_setup_test(self):
        if self.is_testing:
            raise UserError(self.env._("The test is under way. It takes a moment."))
        if self.state == "draft" or self.missing_message:
            raise UserError(
                self.env._(
                    "The connection does not work yet. Go back, correct what the message"
                    " says, and test again."
                )
            )

    def _leave_setup_flows(self):
        self.action_preview()

    def _leave_setup_preview(self):
        """The last one: it is left by *Start*."""

    # -- what would happen ------------------------------------------------------------

    @api.private
    def _run_test(self):
        is_preview_wanted = self.is_preview_wanted
        result = super()._run_test()
        if is_preview_wanted:
            # no row stays locked while the system is asked for more
            self.env["integration.lane"]._commit()
            if not self.error_message and not self.missing_message:
                self._run_preview()
            # until now the form has waited for it
            self.is_preview_wanted = False
        return result

    def _run_preview(self):
        """Compare both sides and keep what was found as a table. Called by a scheduled
        action."""
        speaker, exchanges = self._speak(), []
        try:
            with speaker._get_client() as client:
                try:
                    rows = [
                        *speaker._preview_waiting(),
                        *speaker._preview(client),
                        *speaker._preview_later(),
                    ]
                finally:
                    exchanges = client.exchanges
        except IntegrationError as error:
            self.error_message = say(speaker.env, error.message)
            rows = None
        except UserError as error:
            self.error_message = str(error)
            rows = None
        self.env["integration.exchange"]._log(self, exchanges)
        if rows is not None:
            self.write(
                {
                    "preview_html": speaker._render_preview(rows),
                    "previewed_at": self.env.cr.now(),
                }
            )

    @api.private
    def _preview(self, client):
        """What would happen if the connector were started: flow addons add their rows.
        Nothing is changed over there.

        :param client: of the system, open
        :return: list of dicts: ``what``, ``count``, ``amount`` (formatted, or empty),
            ``outcome`` (a sentence) and ``level`` (success, info, warning or muted)
        """
        return []

    def _preview_waiting(self):
        """What was collected while the connector stood still.

        :return: as :meth:`_preview`
        """
        if not self.waiting_job_count:
            return []
        return [
            {
                "what": self.env._("Changes collected while it stood still"),
                "count": self.waiting_job_count,
                "outcome": self.env._("go out once you start it"),
                "level": "info",
            }
        ]

    def _preview_later(self):
        """Flows that are to be looked at one by one, before their first run.

        :return: as :meth:`_preview`
        """
        return [
            {
                "what": flow.name,
                "count": "",
                "outcome": self.env._(
                    "nothing: it is paused. To see what it would do, use First Load on it:"
                    " that writes nothing"
                )
                if flow.state == "paused"
                else self.env._(
                    "not at once: its first run is on %(moment)s. To see before what it would"
                    " do, use First Load on it",
                    moment=format_datetime(self.env, flow.next_run),
                ),
                "level": "muted",
            }
            for flow in self.flow_ids._get_to_look_at()
        ]

    def _render_preview(self, rows):
        if not rows:
            return Markup("<p>%s</p>") % self.env._(
                "Nothing is there yet that would be synced."
            )
        return Markup(
            '<table class="table table-sm"><thead><tr><th>%s</th>'
            '<th class="text-end">%s</th><th class="text-end">%s</th><th>%s</th></tr>'
            "</thead><tbody>%s</tbody></table>"
        ) % (
            self.env._("What"),
            self.env._("How Many"),
            self.env._("Amount"),
            self.env._("What Would Happen"),
            Markup("").join(
                Markup(
                    '<tr><td>%s</td><td class="text-end">%s</td>'
                    '<td class="text-end">%s</td><td class="text-%s">%s</td></tr>'
                )
                % (
                    row["what"],
                    row["count"],
                    row.get("amount", ""),
                    row.get("level", "muted"),
                    row["outcome"],
                )
                for row in rows
            ),
        )
