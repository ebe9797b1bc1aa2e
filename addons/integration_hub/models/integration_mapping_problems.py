from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationMappingMixin(models.AbstractModel):
    """The dialog in which a problem's mapping is made; see ``integration.problem``."""

    _inherit = "integration.mapping.mixin"

    problem_effect = fields.Char("Once Mapped", compute="_compute_problem_effect")

    @api.depends("connector_id")
    def _compute_problem_effect(self):
        for line in self:
            line.problem_effect = line._find_problem().effect

    def _find_problem(self):
        """:return: ``integration.problem`` that this line would end, or empty"""
        self.ensure_one()
        record = self._get_local_record()
        return self.env["integration.problem"].search(
            [
                ("connector_id", "=", self.connector_id.id),
                ("kind", "=", "mapping"),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ],
            limit=1,
        )

    def _get_local_record(self):
        """:return: our record that the line is about"""
        raise NotImplementedError

    def _confirm_alone(self):
        """Somebody has looked at this one line."""
        self.action_confirm()

    def action_end_problem(self):
        """Take what is chosen, and let go on what waited for it."""
        self.ensure_one()
        if not self.remote_id:
            raise UserError(
                self.env._("Choose first what this is in %s.", self.connector_id.name)
            )
        # saving the dialog has let them go on already: said as it was when it was opened
        effect = self.env.context.get("integration_effect")
        if self.state == "proposed":
            self._confirm_alone()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Mapped: %s.", effect)
                if effect
                else self.env._("Mapped. What waited for it goes on."),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class IntegrationProductMapping(models.Model):
    _inherit = "integration.product.mapping"

    def _get_local_record(self):
        return self.product_id

    def _confirm_alone(self):
        # with the factor that stands beside it
        self.action_confirm_factor()


class IntegrationValueMapping(models.Model):
    _inherit = "integration.value.mapping"

    def _get_local_record(self):
        return self.env[self.res_model].browse(self.res_id)
