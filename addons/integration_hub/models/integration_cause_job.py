from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationCauseJob(models.Model):
    """Which job stands still for which cause, and since when."""

    _name = "integration.cause.job"
    _description = "Job Held Up by a Cause"
    _log_access = False

    cause_id = fields.Many2one(
        "integration.cause", required=True, ondelete="cascade", index=True
    )
    job_id = fields.Many2one("integration.job", required=True, ondelete="cascade")
    since = fields.Datetime(required=True)

    _link_uniq = models.UniqueIndex("(job_id, cause_id)")

    @api.private
    def _replace(self, links):
        """These are the causes of these jobs now. One that a job had before keeps its date.

        :param links: list of ``(job id, cause id)``
        """
        job_ids, cause_ids = (list(ids) for ids in zip(*links, strict=True))
        self.env.cr.execute(
            SQL(
                """
            WITH found AS (
                SELECT * FROM UNNEST(%(jobs)s, %(causes)s) AS found(job_id, cause_id)),
            gone AS (
                DELETE FROM integration_cause_job link
                 WHERE link.job_id = ANY(%(jobs)s)
                   AND (link.job_id, link.cause_id) NOT IN (
                       SELECT job_id, cause_id FROM found))
            INSERT INTO integration_cause_job (job_id, cause_id, since)
            SELECT job_id, cause_id, %(now)s FROM found
            ON CONFLICT (job_id, cause_id) DO NOTHING
                """,
                jobs=job_ids,
                causes=cause_ids,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_model()

    @api.private
    def _remove_settled(self):
        self.env.cr.execute(
            """
            DELETE FROM integration_cause_job link
             USING integration_job job
             WHERE job.id = link.job_id AND job.state IN ('done', 'cancelled')
            """
        )
        self.invalidate_model()


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    cause_link_ids = fields.One2many("integration.cause.job", "job_id", readonly=True)
