from odoo import api, fields, models
from odoo.fields import Domain

from ..fingerprint import ADDRESS_FIELDS, PARTY_FIELDS

# of jobs nobody asked for
UNASKED = ("created", "changed", "load")
# what stands for these fields of ``contract.Party`` and ``contract.Address`` here
OUR_FIELDS = {
    "code": "ref",
    "country_code": "country_id",
    "kind": "type",
    "state_code": "state_id",
}
SENT_FIELDS = {OUR_FIELDS.get(name, name) for name in (*PARTY_FIELDS, *ADDRESS_FIELDS)}
# of a customer or an address, what can be the ERP's
OWNABLE_FIELDS = sorted(SENT_FIELDS - {"active", "is_company", "lang", "ref", "type"})


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[
            ("customer_push", "Customers"),
            ("customer_pull", "Customers changed there"),
        ],
        ondelete={"customer_push": "cascade", "customer_pull": "cascade"},
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

    erp_owned_field_ids = fields.Many2many(
        "ir.model.fields",
        "integration_flow_erp_owned_field_rel",
        string="The ERP Owns",
        domain=lambda self: [
            ("model", "=", "res.partner"),
            ("name", "in", OWNABLE_FIELDS),
        ],
        help="What is changed of these in the ERP is taken over here. Changed on both sides,"
        " each keeps its own and a person is asked. The other fields are ours: what"
        " stands there in their place stays there until they are changed here.",
    )
    erp_owned_scope = fields.Selection(
        [
            ("legal", "Customers; legal and invoicing addresses of companies"),
            ("all", "Customers, contacts and all addresses"),
        ],
        "Of Whom",
        default="legal",
        required=True,
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
