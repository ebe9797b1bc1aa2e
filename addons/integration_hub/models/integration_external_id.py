from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationExternalId(models.Model):
    """Which record over there is this record here."""

    _name = "integration.external.id"
    _description = "External ID"
    _order = "id desc"
    _rec_name = "remote_number"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    kind = fields.Char(
        required=True,
        default="record",
        help="A record can have several counterparts: a customer, for instance, its"
        " party and its address.",
    )
    kind_label = fields.Char("What", compute="_compute_kind_label")
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", required=True, aggregator=None
    )
    record_name = fields.Char("Record", compute="_compute_record_name")
    remote_id = fields.Char("Remote ID", required=True)
    remote_number = fields.Char(help="What people over there call it.")
    remote_url = fields.Char("Remote Link")
    sent_hash = fields.Char("Fingerprint Sent")
    received_hash = fields.Char("Fingerprint Received")
    sent_at = fields.Datetime("Last Sent")
    received_at = fields.Datetime("Last Received")

    _record_uniq = models.UniqueIndex(
        "(connector_id, kind, res_model, res_id)",
        "This record has a counterpart in this system already.",
    )
    _remote_uniq = models.UniqueIndex(
        "(connector_id, kind, remote_id)",
        "This remote record is linked already.",
    )

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        labels = self.env["integration.field.label"]._get_labels()
        for external_id in self:
            external_id.kind_label = labels.get_path((external_id.kind or "",))

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_record_name(self):
        for model_name, external_ids in self.grouped("res_model").items():
            if model_name not in self.env:
                external_ids.record_name = False
                continue
            # sudo: what a linked record is called is no secret to those who see the link
            records = (
                self.env[model_name]
                .sudo()
                .browse(external_ids.mapped("res_id"))
                .exists()
            )
            names = {record.id: record.display_name for record in records}
            for external_id in external_ids:
                external_id.record_name = names.get(
                    external_id.res_id, self.env._("(deleted)")
                )

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_url:
            return False
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}

    @api.private
    def _get_remote_ids(self, connector, kind, records):
        """:return: dict ``{record id: remote id}`` of those that are linked"""
        return {
            external_id.res_id: external_id.remote_id
            for external_id in self._find(connector, kind, records)
        }

    @api.private
    def _find(self, connector, kind, records):
        """:return: the external ids of ``records``"""
        return self.search_fetch(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
            ],
            ["res_id", "remote_id", "remote_number", "remote_url", "received_hash"],
        )

    @api.private
    def _get_local_ids(self, connector, kind, res_model, remote_ids):
        """:return: dict ``{remote id: record id}`` of those that are linked"""
        found = self.search_fetch(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("res_model", "=", res_model),
                ("remote_id", "in", list(remote_ids)),
            ],
            ["res_id", "remote_id"],
        )
        return {external_id.remote_id: external_id.res_id for external_id in found}

    @api.private
    def _bind(self, connector, kind, bindings):
        """Link records to their counterparts, all in one statement.

        A record that is linked already gets the new counterpart; a counterpart that is
        linked to *another* record is a conflict and raises (unique index).

        :param bindings: list of ``(record, values)``; values hold ``remote_id`` and may
            hold ``remote_number, remote_url, sent_hash, received_hash, sent_at,
            received_at``
        """
        if not bindings:
            return
        now = self.env.cr.now()
        columns = (
            "remote_number",
            "remote_url",
            "sent_hash",
            "received_hash",
            "sent_at",
            "received_at",
        )
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                connector.id,
                connector.company_id.id,
                kind,
                record._name,
                record.id,
                str(values["remote_id"]),
                SQL(", ").join(SQL("%s", values.get(name) or None) for name in columns),
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
            for record, values in bindings
        ]
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_external_id
                (connector_id, company_id, kind, res_model, res_id, remote_id,
                 remote_number, remote_url, sent_hash, received_hash, sent_at,
                 received_at, create_uid, write_uid, create_date, write_date)
            VALUES %s
            ON CONFLICT (connector_id, kind, res_model, res_id) DO UPDATE SET
                remote_id = EXCLUDED.remote_id,
                remote_number = COALESCE(EXCLUDED.remote_number,
                                         integration_external_id.remote_number),
                remote_url = COALESCE(EXCLUDED.remote_url,
                                      integration_external_id.remote_url),
                sent_hash = COALESCE(EXCLUDED.sent_hash,
                                     integration_external_id.sent_hash),
                received_hash = COALESCE(EXCLUDED.received_hash,
                                         integration_external_id.received_hash),
                sent_at = COALESCE(EXCLUDED.sent_at, integration_external_id.sent_at),
                received_at = COALESCE(EXCLUDED.received_at,
                                       integration_external_id.received_at),
                write_uid = EXCLUDED.write_uid,
                write_date = EXCLUDED.write_date
                """,
                SQL(", ").join(rows),
            )
        )
        self.invalidate_model()
