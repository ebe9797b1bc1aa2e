from odoo import api, fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("customer_push", "Customers")],
        ondelete={"customer_push": "cascade"},
    )
    archive_policy = fields.Selection(
        [
            ("archive", "Archive there as well"),
            ("keep", "Leave them as they are there"),
        ],
        "Archived or Deleted Here",
        default="archive",
        required=True,
        help="Nothing is ever deleted in the other system.",
    )
    customer_scope = fields.Selection(
        [
            ("linked", "Those known over there"),
            ("filter", "Also new ones that match the filter"),
        ],
        "Which Customers",
        default="linked",
        required=True,
        help="Customers of won deals, and those linked by a load, are known over there. A"
        " filter sends others as soon as they are created or changed.",
    )

    @api.private
    def _filter_new_customers(self, customers):
        """Those of ``customers`` that are sent although no order has asked for them."""
        self.ensure_one()
        if self.customer_scope != "filter":
            return customers.browse()
        return self._filter_records(customers.filtered("active"))
