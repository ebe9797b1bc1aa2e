from odoo import fields, models


class IntegrationComplaintKind(models.Model):
    """What a complaint is about. Mapped to what the ERP calls it, where that matters."""

    _name = "integration.complaint.kind"
    _description = "Kind of Complaint"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "This kind is there already.")
