from odoo import fields, models

from .integration_feedback import READERS


class IntegrationCompetitor(models.Model):
    """Whom customers buy from instead."""

    _name = "integration.competitor"
    _description = "Competitor"
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    feedback_ids = fields.One2many(
        "integration.feedback", "competitor_id", groups=READERS
    )
    feedback_count = fields.Integer(
        "Named", compute="_compute_feedback_count", groups=READERS
    )

    _name_uniq = models.UniqueIndex(
        "(lower(name))", "This competitor is there already."
    )

    def _compute_feedback_count(self):
        counts = dict(
            self.env["integration.feedback"]._read_group(
                [("competitor_id", "in", self.ids)], ["competitor_id"], ["__count"]
            )
        )
        for competitor in self:
            competitor.feedback_count = counts.get(competitor, 0)

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            # sudo: the summaries that name it are made anew, whoever has feedback in them
            self.sudo().feedback_ids.product_id._enqueue_feedback("renamed")
        return result
