from odoo import api, fields, models
from odoo.tools import SQL

from .problem_cause import Cause, get_causes


class IntegrationCause(models.Model):
    """Something that holds jobs up: a product without counterpart, a refused key.

    A cause is written once, when it is met first, and kept: whether it still holds
    anything up follows from the jobs (``integration.problem``).
    """

    _name = "integration.cause"
    _description = "Cause of Errors"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    key = fields.Char(required=True)
    kind = fields.Char(required=True)
    res_model = fields.Char("Model")
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", aggregator=None
    )

    _key_uniq = models.UniqueIndex("(connector_id, key)")

    @api.private
    def _note(self, connector, jobs):
        """Keep why jobs stand still, as their error says: three statements, however many.

        :param connector: ``integration.connector`` of all ``jobs``
        :param jobs: ``integration.job`` whose error was just written
        """
        causes = {
            job.id: get_causes(
                job.error_kind,
                job.error_message,
                # sudo: whom the lane works for need not be a manager
                job.sudo().error_detail,
                job.res_model,
                job.res_id,
            )
            for job in jobs
            if job.error_kind
        }
        if not causes:
            return
        ids = self._ensure(
            connector, {cause for own in causes.values() for cause in own}
        )
        self.env["integration.cause.job"]._replace(
            [
                (job_id, ids[cause.key])
                for job_id, own in causes.items()
                for cause in own
            ]
        )

    @api.private
    def _note_stop(self, connector):
        """The connector has stopped: that holds up whatever waits."""
        self._ensure(connector, {Cause("authentication", "authentication")})

    def _ensure(self, connector, causes):
        """:return: dict ``{key: id}`` of ``causes``"""
        causes = sorted(causes)
        # existing rows are left alone: lanes side by side must not wait for each other
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_cause
                (connector_id, key, kind, res_model, res_id, create_date, write_date)
            SELECT %(connector)s, found.key, found.kind, NULLIF(found.res_model, ''),
                   NULLIF(found.res_id, 0), %(now)s, %(now)s
              FROM UNNEST(%(keys)s, %(kinds)s, %(models)s, %(ids)s)
                   AS found(key, kind, res_model, res_id)
             WHERE NOT EXISTS (
                   SELECT FROM integration_cause known
                    WHERE known.connector_id = %(connector)s AND known.key = found.key)
            ON CONFLICT (connector_id, key) DO NOTHING
                """,
                connector=connector.id,
                now=self.env.cr.now(),
                keys=[cause.key for cause in causes],
                kinds=[cause.kind for cause in causes],
                models=[cause.res_model for cause in causes],
                ids=[cause.res_id for cause in causes],
            )
        )
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT key, id FROM integration_cause"
                    " WHERE connector_id = %s AND key = ANY(%s)",
                    connector.id,
                    [cause.key for cause in causes],
                )
            )
        )

    @api.autovacuum
    def _gc_causes(self):
        """What nobody waits for any more is met anew if it comes back."""
        self.env["integration.cause.job"]._remove_settled()
        self.env.cr.execute(
            """
            DELETE FROM integration_cause cause
             WHERE cause.kind <> 'authentication' AND NOT EXISTS (
                   SELECT FROM integration_cause_job link
                    WHERE link.cause_id = cause.id)
            """
        )
