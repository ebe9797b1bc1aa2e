from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..json_diff import get_diff, get_item_names

MOST_LINES = 40
# operations that change nothing over there: what they bring is received
READINGS = ("check", "image", "load", "parties", "pull", "read")
# of a job, to say what it sent or read
TOLD_FIELDS = ("operation", "payload", "request", "answer", "sent_at", "flow_id")


class IntegrationTimeline(models.Model):
    """Everything sent and received for a record, in the order in which it happened."""

    _name = "integration.timeline"
    _description = "Sent and Received"
    _auto = False
    _order = "moment desc, id desc"
    _depends = {
        "integration.job": [
            "operation",
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
            SELECT job.id * 2 AS id,
                   CASE WHEN job.operation = ANY(%s) THEN 'in' ELSE 'out' END
                   AS direction, job.connector_id,
                   job.company_id, job.res_model, job.res_id, job.name,
                   COALESCE(job.started_at, job.create_date) AS moment,
                   job.id AS job_id, NULL::integer AS change_id, job.state, job.batch
              FROM integration_job job
             WHERE job.res_id IS NOT NULL
               -- what a reading has brought is told by itself
               AND NOT EXISTS (SELECT FROM integration_change news
                                WHERE news.job_id = job.id
                                  AND news.res_model = job.res_model
                                  AND news.res_id = job.res_id)
             UNION ALL
            SELECT change.id * 2 + 1, 'in', change.connector_id, connector.company_id,
                   change.res_model, change.res_id, change.name, change.moment,
                   change.job_id, change.id, 'done', pull.batch
              FROM integration_change change
              JOIN integration_connector connector
                ON connector.id = change.connector_id
              LEFT JOIN integration_job pull ON pull.id = change.job_id
            """,
            list(READINGS),
        )

    # -- what changed -----------------------------------------------------------------

    @api.depends_context("lang")
    def _compute_diff_html(self):
        of_jobs = self.filtered(lambda entry: not entry.change_id)
        earlier = of_jobs._find_earlier()
        # sudo: who sees an entry may see what it is about. All at once, as these are not
        # read along with others
        of_jobs.job_id.union(*earlier.values()).sudo().fetch(TOLD_FIELDS)
        for entry in self - of_jobs:
            change = entry.change_id
            entry.diff_html = entry._render_diff(change.before, change.after)
        for entry in of_jobs:
            job = entry.job_id
            note, is_shown = entry._get_note()
            after = self._get_told(job) if is_shown else None
            if note:
                note = Markup("<p>%s</p>") % note
            if after is not None:
                before = self._get_told_before(job) or self._get_told(
                    earlier.get(job.id, job.browse())
                )
                entry.diff_html = note + entry._render_diff(before, after)
            else:
                entry.diff_html = note or entry._render_nothing()

    def _get_note(self):
        # sudo: see _compute_diff_html
        job = self.job_id.sudo()
        if job.operation in READINGS or job.state != "done":
            return "", True
        return job.flow_id._get_handler()._get_told_note(job)

    def _get_told(self, job):
        """:return: what of a job people are shown: what it sent or would send, or has
        read; None for nothing"""
        if not job:
            return None
        # sudo: see _compute_diff_html
        job = job.sudo()
        handler = job.flow_id._get_handler()
        if job.operation in READINGS:
            return (
                handler._get_shown_answer(job.answer["value"]) if job.answer else None
            )
        request = job._get_sent_request()
        return handler._get_shown_request(job.payload if request is None else request)

    def _get_told_before(self, job):
        # sudo: see _compute_diff_html
        job = job.sudo()
        if job.operation in READINGS:
            return None
        request = job._get_sent_request()
        return request and job.flow_id._get_handler()._get_shown_before(request)

    def _find_earlier(self):
        """:return: dict ``{job id: the one that has sent the same before}``. What stands
        behind the colon of a key is what was done with it."""
        jobs = self.job_id
        if not jobs:
            return {}
        self.env["integration.job"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT job.id, earlier.id
                  FROM integration_job job
                  JOIN LATERAL (
                       SELECT before.id
                         FROM integration_job before
                        WHERE before.res_model = job.res_model
                          AND before.res_id = job.res_id
                          AND before.flow_id = job.flow_id
                          AND split_part(before.idempotency_key, ':', 1)
                              = split_part(job.idempotency_key, ':', 1)
                          AND before.id < job.id
                          AND before.state = 'done'
                          -- it had nothing to send
                          AND NOT COALESCE(
                              jsonb_exists(before.request, 'is_same'), FALSE)
                        ORDER BY before.id DESC
                        LIMIT 1) earlier ON TRUE
                 WHERE job.id = ANY(%s)
                """,
                list(jobs.ids),
            )
        )
        return {job_id: jobs.browse(earlier_id) for job_id, earlier_id in rows}

    def _render_nothing(self):
        is_done = self.state == "done"
        if self.direction == "in":
            text = (
                self.env._("Nothing came back.")
                if is_done
                else self.env._("Not read yet.")
            )
        else:
            text = (
                self.env._("Nothing had changed, so nothing was sent.")
                if is_done
                else self.env._("Not sent yet.")
            )
        return Markup('<span class="text-muted">%s</span>') % text

    def _render_diff(self, before, after):
        diff = get_diff(before, after)
        if not diff:
            return Markup('<span class="text-muted">%s</span>') % self.env._(
                "The same as before."
            )
        # "order:17" is what a change is about
        within = (self.change_id.key or "").split(":")[:1]
        labels = self.env["integration.field.label"]._get_labels(within)
        names = {**get_item_names(before), **get_item_names(after)}
        rows = Markup("").join(
            Markup(
                '<tr><td class="text-muted">%s</td>'
                '<td class="text-danger text-decoration-line-through">%s</td>'
                '<td class="text-success">%s</td></tr>'
            )
            % (
                labels.get_path(path, names),
                labels.get_value(path, old),
                labels.get_value(path, new),
            )
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
