from odoo import api, fields, models


class IntegrationComplaintStep(models.Model):
    """Something that was done about a complaint in the ERP, or a change of its state."""

    _name = "integration.complaint.step"
    _description = "Step of a Complaint"
    _order = "complaint_id, date, id"

    complaint_id = fields.Many2one(
        "integration.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, index=True
    )
    remote_key = fields.Char(required=True, help="What it is, over there.")
    date = fields.Datetime()
    kind = fields.Selection(
        [
            ("state", "State"),
            ("return", "Return"),
            ("credit_note", "Credit Note"),
            ("quotation", "Quotation"),
            ("part_added", "Part Used"),
            ("part_removed", "Part Removed"),
            ("part_recycled", "Part Recycled"),
            ("other", "Other"),
        ],
        "What",
        required=True,
    )
    name = fields.Char("Details")
    remote_number = fields.Char("Number")
    remote_url = fields.Char("Link")
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("cancelled", "Cancelled")]
    )
    # as the ERP counts it, which may be in a unit nobody has here
    quantity = fields.Float(digits="Product Unit")
    unit_name = fields.Char("Unit")
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency")

    _key_uniq = models.UniqueIndex(
        "(complaint_id, remote_key)", "This step is there already."
    )

    @api.depends("kind", "name", "remote_number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for step in self:
            step.display_name = " ".join(
                filter(None, [kinds.get(step.kind), step.remote_number, step.name])
            )

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_url:
            return False
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}
