from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationChange(models.Model):
    """What another system told us about a record, and what it had told before."""

    _name = "integration.change"
    _description = "Received Change"
    _order = "id desc"
    _log_access = False

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", index=True
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", required=True, aggregator=None
    )
    key = fields.Char(required=True, help="What it is about, over there.")
    name = fields.Char(required=True)
    moment = fields.Datetime(required=True)
    job_id = fields.Many2one(
        "integration.job", ondelete="set null", index="btree_not_null"
    )
    before = fields.Json()
    after = fields.Json()
    is_superseded = fields.Boolean(
        readonly=True,
        default=False,
        help="More was received about the same since: this one is kept for people alone.",
    )

    _record_idx = models.Index("(res_model, res_id)")
    _key_idx = models.Index("(connector_id, key, id DESC)")
    _superseded_idx = models.Index("(moment) WHERE is_superseded")

    @api.private
    def _note(self, connector, entries):
        """Keep what came in, beside what had come in before: three queries a batch. The
        last that is known of each key stays, however old: the next one is compared with
        it.

        :param connector: ``integration.connector``
        :param entries: list of dicts ``record``, ``key``, ``name`` and ``after``; and
            ``before`` where that is not what had come in, but what it was here
        """
        if not entries:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (key) key, after, id FROM integration_change"
                " WHERE connector_id = %s AND key = ANY(%s)"
                " ORDER BY key, id DESC",
                connector.id,
                [entry["key"] for entry in entries],
            )
        )
        known = {key: after for key, after, _id in rows}
        self.browse(change_id for *_values, change_id in rows).is_superseded = True
        now = self.env.cr.now()
        self.create(
            [
                {
                    "connector_id": connector.id,
                    "res_model": entry["record"]._name,
                    "res_id": entry["record"].id,
                    "key": entry["key"],
                    "name": entry["name"],
                    "moment": now,
                    "job_id": self.env.context.get("integration_job_id"),
                    "before": entry.get("before", known.get(entry["key"])),
                    "after": entry["after"],
                }
                for entry in entries
            ]
        )
