import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models

from ..order_findings import BLOCKING


class IntegrationOrderCheck(models.Model):
    """What the ERP has said of a deal before it was won."""

    _name = "integration.order.check"
    _description = "Check before Won"
    _order = "id"
    _rec_name = "lead_id"

    connector_id = fields.Many2one(
        "integration.connector", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("local", "Not Asked Yet"),
            ("waiting", "Being Checked"),
            ("done", "Checked"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    checked_at = fields.Datetime("Checked", readonly=True)
    fingerprint = fields.Char(readonly=True, help="Of what was checked.")
    findings = fields.Json(readonly=True)
    error_message = fields.Text(readonly=True)

    _lead_uniq = models.UniqueIndex("(lead_id, connector_id)")

    @api.model
    @api.private
    def _get_fingerprint(self, payloads):
        """Whether a deal is still what was checked.

        :param list payloads: snapshots of its orders (see ``integration.payload``)
        """
        # winning itself gives it a date
        lasting = [{**payload, "order_date": ""} for payload in payloads]
        text = json.dumps(lasting, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @api.private
    def _is_favourable(self):
        """Whether the ERP had nothing against what was checked."""
        return self.state == "done" and not any(
            item["severity"] == BLOCKING for item in self.findings or []
        )

    @api.private
    def _is_too_old(self, flow):
        """Whether the ERP was asked longer ago than ``flow`` lets an answer count."""
        hours = flow.won_check_hours
        return bool(
            hours
            and self.checked_at
            and self.checked_at < self.env.cr.now() - timedelta(hours=hours)
        )

    @api.private
    def _write_result(self, lead, connector, values):
        """Keep what came of a check, whoever asked first.

        :param lead: ``crm.lead``
        :param connector: ``integration.connector``
        :param dict values: fields of the check
        """
        check = self.search(
            [("lead_id", "=", lead.id), ("connector_id", "=", connector.id)]
        )
        if check:
            check.write(values)
        else:
            check = self.create(
                {"lead_id": lead.id, "connector_id": connector.id, **values}
            )
        return check
