from odoo import api, models


class IntegrationProductMapping(models.Model):
    """A mapping made, changed or confirmed decides what a catalogue entry is."""

    _inherit = "integration.product.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._note_catalog(set(lines.mapped("remote_id")))
        return lines

    def write(self, vals):
        if not {"remote_id", "remote_value_id", "remote_code", "state"} & vals.keys():
            return super().write(vals)
        before = set(self.mapped("remote_id"))
        result = super().write(vals)
        self._note_catalog(before | set(self.mapped("remote_id")))
        return result

    def _note_catalog(self, remote_ids):
        if self.env.context.get("integration_catalog"):
            return
        for connector in self.connector_id:
            # sudo: entries follow mappings, whoever keeps those
            self.env["integration.catalog.item"].sudo()._mark_pending(
                connector.sudo(),
                [("remote_id", "in", [item for item in remote_ids if item])],
            )


class IntegrationValueMapping(models.Model):
    """A unit or tax that gets its counterpart lets the products come in that wait for it."""

    _inherit = "integration.value.mapping"

    def _wake_jobs(self):
        result = super()._wake_jobs()
        values = self.filtered(lambda line: line.kind in ("unit", "tax"))
        if not self.env.context.get("integration_catalog"):
            for connector in values.connector_id:
                # sudo: see above
                self.env["integration.catalog.item"].sudo()._mark_pending(
                    connector.sudo(), [("is_missing_value", "=", True)]
                )
        return result
