from odoo import api, fields, models
from odoo.fields import Domain

# of jobs nobody asked for
UNASKED = ("created", "changed", "load")


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
    def _get_customer_domain(self):
        """Customers that are sent unasked: those of the flow's company and of all
        companies that match the filter."""
        self.ensure_one()
        return (
            Domain(
                [
                    ("parent_id", "=", False),
                    ("company_id", "in", [False, self.company_id.id]),
                    # users and companies of this database are nobody's customers
                    ("partner_share", "=", True),
                    ("id", "not in", self.env["res.company"].search([]).partner_id.ids),
                    ("active", "=", True),
                ]
            )
            & self._get_filter()
        )

    @api.private
    def _filter_new_customers(self, customers):
        """Those of ``customers`` that are sent although no order has asked for them."""
        self.ensure_one()
        if self.customer_scope != "filter" or not customers:
            return customers.browse()
        return customers.filtered_domain(self._get_customer_domain())

    @api.private
    def _find_nobodies(self, jobs):
        """Jobs nobody asked for whose contact is none to be sent by now: it became a user
        or somebody's contact, say, or the filter was changed."""
        self.ensure_one()
        unasked = jobs.filtered(lambda job: job.trigger in UNASKED)
        partners = self.env["res.partner"].browse(unasked.mapped("res_id")).exists()
        ruled_out = partners - partners.filtered_domain(self._get_customer_domain())
        return unasked.filtered(lambda job: job.res_id in ruled_out.ids)
