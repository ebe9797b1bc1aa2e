from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..json_diff import get_diff

MOST_LINES = 40


class IntegrationTimeline(models.Model):
    """Everything sent and received for a record, in the order in which it happened."""

    _name = "integration.timeline"
    _description = "Sent and Received"
    _auto = False
    _order = "moment desc, id desc"
    _depends = {
        "integration.job": [
            "create_date",
            "started_at",
            "connector_id",
            "company_id",
            "res_model",
            "res_id",
            "name",
            "state",
            "batch",
        ],
        "integration.change": [
            "connector_id",
            "res_model",
            "res_id",
            "name",
            "moment",
            "job_id",
        ],
    }

    moment = fields.Datetime("When", readonly=True)
    direction = fields.Selection([("out", "Sent"), ("in", "Received")], readonly=True)
    connector_id = fields.Many2one("integration.connector", "System", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", readonly=True, aggregator=None
    )
    name = fields.Char("What", readonly=True)
    job_id = fields.Many2one("integration.job", "Job", readonly=True)
    change_id = fields.Many2one("integration.change", "Change", readonly=True)
    state = fields.Selection(
        lambda self: (
            self.env["integration.job"]
            ._fields["state"]
            ._description_selection(self.env)
        ),
        "Status",
        readonly=True,
    )
    batch = fields.Char(readonly=True)
    error_message = fields.Text(related="job_id.error_message")
    diff_html = fields.Html("What Changed", compute="_compute_diff_html")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT job.id * 2 AS id, 'out' AS direction, job.connector_id,
                   job.company_id, job.res_model, job.res_id, job.name,
                   COALESCE(job.started_at, job.create_date) AS moment,
                   job.id AS job_id, NULL::integer AS change_id, job.state, job.batch
              FROM integration_job job
             WHERE job.res_id IS NOT NULL
             UNION ALL
            SELECT change.id * 2 + 1, 'in', change.connector_id, connector.company_id,
                   change.res_model, change.res_id, change.name, change.moment,
                   change.job_id, change.id, 'done', pull.batch
              FROM integration_change change
              JOIN integration_connector connector
                ON connector.id = change.connector_id
              LEFT JOIN integration_job pull ON pull.id = change.job_id
            """
        )

    # -- what changed -----------------------------------------------------------------

    def _compute_diff_html(self):
        before = self._find_sent_before()
        for entry in self:
            if entry.direction == "in":
                diff = get_diff(entry.change_id.before, entry.change_id.after)
            else:
                diff = get_diff(before.get(entry.job_id.id), entry.job_id.payload)
            entry.diff_html = entry._render_diff(diff)

    def _find_sent_before(self):
        """:return: dict ``{job id: snapshot}`` of what was sent last under the same key"""
        jobs = self.job_id
        if not jobs:
            return {}
        self.env["integration.job"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                SELECT job.id, earlier.payload
                  FROM integration_job job
                  JOIN LATERAL (
                       SELECT before.payload
                         FROM integration_job before
                        WHERE before.res_model = job.res_model
                          AND before.res_id = job.res_id
                          AND before.flow_id = job.flow_id
                          AND before.idempotency_key = job.idempotency_key
                          AND before.id < job.id
                          AND before.state = 'done'
                        ORDER BY before.id DESC
                        LIMIT 1) earlier ON TRUE
                 WHERE job.id = ANY(%s)
                    """,
                    list(jobs.ids),
                )
            )
        )

    def _render_diff(self, diff):
        if not diff:
            return Markup('<span class="text-muted">%s</span>') % self.env._(
                "The same as before."
            )
        rows = Markup("").join(
            Markup(
                '<tr><td class="text-muted">%s</td>'
                '<td class="text-danger text-decoration-line-through">%s</td>'
                '<td class="text-success">%s</td></tr>'
            )
            % (" › ".join(path), _shown(old), _shown(new))
            for path, old, new in diff[:MOST_LINES]
        )
        if len(diff) > MOST_LINES:
            rows += Markup('<tr><td colspan="3">%s</td></tr>') % self.env._(
                "… and %s more. The exchange has all of it.", len(diff) - MOST_LINES
            )
        return Markup(
            '<table class="table table-sm mb-0"><thead><tr><th>%s</th>'
            '<th class="text-nowrap">%s</th><th class="text-nowrap">%s</th>'
            "</tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("What"), self.env._("Before"), self.env._("After"), rows)

    # -- actions ----------------------------------------------------------------------

    @api.model
    def _get_action(self, name, records):
        """:param records: list of ``(model name, ids)`` whose timeline is shown together
        :return: action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_hub.integration_timeline_action"
        )
        domain = fields.Domain.OR(
            fields.Domain("res_model", "=", model) & fields.Domain("res_id", "in", ids)
            for model, ids in records
        )
        return {
            **action,
            "display_name": self.env._("Sent and Received: %s", name),
            "domain": list(domain),
        }

    def action_view_exchanges(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exchanges"),
            "res_model": "integration.exchange",
            "views": [(False, "list"), (False, "form")],
            "domain": [("batch", "=", self.batch)],
        }

    def action_open_job(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "integration.job",
            "res_id": self.job_id.id,
            "views": [(False, "form")],
        }


def _shown(value):
    return "" if value in (None, False) else str(value)
