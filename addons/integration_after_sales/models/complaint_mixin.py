from odoo import api, fields, models


class IntegrationComplaintMixin(models.AbstractModel):
    """Customers, opportunities and quotations show their complaints."""

    _name = "integration.complaint.mixin"
    _description = "Has Complaints"

    complaint_count = fields.Integer(
        "Complaints",
        compute="_compute_complaint_count",
        # who may read complaints; users of integrations without Sales may not
        groups=(
            "sales_team.group_sale_salesman,integration_hub.group_integration_manager"
        ),
    )

    def _compute_complaint_count(self):
        field_name = self._get_complaint_field()
        counts = dict(
            self.env["integration.complaint"]._read_group(
                [(field_name, "in", self.ids)], [field_name], ["__count"]
            )
        )
        for record in self:
            record.complaint_count = counts.get(record._origin, 0)

    @api.model
    def _get_complaint_field(self):
        """Field of a complaint that leads here."""
        raise NotImplementedError

    def _prepare_complaint_defaults(self):
        """:return: values of a complaint that is made from here"""
        self.ensure_one()
        return {self._get_complaint_field(): self.id}

    def action_view_complaints(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_after_sales.integration_complaint_action"
        )
        return {
            **action,
            "display_name": self.env._("Complaints: %s", self.display_name),
            "domain": [(self._get_complaint_field(), "=", self.id)],
            "context": {
                f"default_{name}": value
                for name, value in self._prepare_complaint_defaults().items()
            },
        }
