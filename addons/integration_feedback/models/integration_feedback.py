from odoo import api, fields, models
from odoo.exceptions import UserError

from ..excerpt import get_excerpt
from ..summary import EXCERPTS

# who may read feedback; users of integrations without Sales may not
READERS = "sales_team.group_sale_salesman,integration_hub.group_integration_manager"
# of what a summary is made
SUMMARY_FIELDS = {
    "product_id",
    "lead_id",
    "partner_id",
    "kind",
    "text",
    "competitor_id",
    "lost_reason_id",
    "lost_value",
    "date",
    "company_id",
    "active",
}


class IntegrationFeedback(models.Model):
    """Something a customer said of a product, or a deal lost with it (ERP-13)."""

    _name = "integration.feedback"
    _description = "Product Feedback"
    _order = "date desc, id desc"
    _rec_name = "text"

    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_tmpl_id = fields.Many2one(
        related="product_id.product_tmpl_id", store=True, index=True
    )
    categ_id = fields.Many2one(related="product_id.categ_id", store=True)
    kind = fields.Selection(
        [
            ("wish", "Wish"),
            ("defect", "Defect"),
            ("price", "Price"),
            ("delivery", "Delivery"),
            ("competitor", "Competitor"),
            ("lost", "Deal Lost"),
        ],
        required=True,
        default="wish",
        index=True,
    )
    text = fields.Text(
        "What They Said",
        help="In the customer's words. What goes to the ERP is the beginning of it,"
        " without links, e-mail addresses, long numbers and the names of this customer and"
        " its salesperson. Leave out what else tells who it was.",
    )
    competitor_id = fields.Many2one("integration.competitor", index="btree_not_null")
    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        help="Who said it. The name does not go to the ERP.",
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", index="btree_not_null")
    lost_value = fields.Monetary(
        help="What the deal would have brought, of this product."
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    user_id = fields.Many2one(
        "res.users", "Gathered by", default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    _lost_once = models.UniqueIndex(
        "(lead_id, product_id) WHERE kind = 'lost'",
        "That this deal was lost is on record for the product already.",
    )

    # -- compute ----------------------------------------------------------------------

    @api.depends("lead_id.partner_id")
    def _compute_partner_id(self):
        for feedback in self:
            if feedback.lead_id:
                feedback.partner_id = feedback.lead_id.partner_id
            else:
                feedback.partner_id = feedback.partner_id

    # -- CRUD -------------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """On an opportunity with one product it is mostly about that one."""
        values = super().default_get(fields)
        lead = self.env["crm.lead"].browse(self.env.context.get("feedback_lead_id"))
        if "product_id" in fields and "product_id" not in values and lead.exists():
            # sudo: a colleague may have quoted it; which product it is, the deal's
            # salesperson may know
            products = [*lead.sudo()._get_product_values()]
            if len(products) == 1:
                values["product_id"] = products[0].id
        if "company_id" in fields and lead.exists().company_id:
            values["company_id"] = lead.company_id.id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kind(vals)
            # of a deal, it is of the deal's company
            lead = self.env["crm.lead"].browse(vals.get("lead_id"))
            if lead.company_id:
                vals["company_id"] = lead.company_id.id
            elif not vals.get("company_id"):
                vals.pop("company_id", None)
        feedback = super().create(vals_list)
        feedback.product_id._enqueue_feedback("gathered")
        return feedback

    def write(self, vals):
        self._check_kind(vals)
        if not SUMMARY_FIELDS & vals.keys():
            return super().write(vals)
        before = self.product_id
        result = super().write(vals)
        (before | self.product_id)._enqueue_feedback("changed")
        return result

    def unlink(self):
        products = self.product_id
        result = super().unlink()
        products._enqueue_feedback("deleted")
        return result

    def _check_kind(self, vals):
        """:raise UserError: what losing a deal notes is written by hand"""
        if self.env.su or "kind" not in vals:
            return
        if vals["kind"] == "lost" or "lost" in self.mapped("kind"):
            raise UserError(
                self.env._(
                    "Lost deals are noted by themselves, when an opportunity with products"
                    " is marked lost. Choose what the customer said it was about."
                )
            )

    # -- for the summary --------------------------------------------------------------

    @api.private
    def _find_people(self):
        """Who is to be left out of excerpts, found at once for many.

        :param self: feedback of any number of products
        :return: dict ``{customer id: res.partner}`` for those whose words may be shown
        """
        shown = self.browse()
        spoken = self.filtered(lambda item: (item.text or "").strip())
        for of_product in spoken.grouped("product_id").values():
            # no more are shown
            shown |= of_product._sort_newest()[:EXCERPTS]
        partners = shown.partner_id | shown.lead_id.partner_id
        # those who have left as well
        people = partners.with_context(active_test=False).search_fetch(
            [("commercial_partner_id", "in", partners.commercial_partner_id.ids)],
            ["name", "street", "street2", "zip", "commercial_partner_id"],
        )
        return people.grouped(lambda person: person.commercial_partner_id.id)

    def _sort_newest(self):
        return self.sorted(lambda item: (item.date, item.id), reverse=True)

    @api.private
    def _prepare_rows(self, people):
        """What :func:`..summary.make_summary` takes, the newest first.

        :param dict people: of :meth:`_find_people`
        """
        rows, excerpts = [], 0
        for item in self._sort_newest():
            # no more are shown
            excerpt = item._get_excerpt(people) if excerpts < EXCERPTS else ""
            excerpts += bool(excerpt)
            rows.append(
                {
                    "month": item.date.strftime("%Y-%m"),
                    "kind": item.kind,
                    "value": item.lost_value if item.kind == "lost" else 0.0,
                    "reason": item.lost_reason_id.name or "",
                    "competitor": item.competitor_id.name or "",
                    "excerpt": excerpt,
                }
            )
        return rows

    def _get_excerpt(self, people):
        """What they said, without who they are as far as that is known."""
        self.ensure_one()
        if not (self.text or "").strip():
            return ""
        lead = self.lead_id
        customers = (self.partner_id | lead.partner_id).commercial_partner_id
        known = customers.union(
            *(people.get(item, customers) for item in customers.ids)
        )
        names = [
            *known.mapped("name"),
            lead.partner_name,
            lead.contact_name,
            self.user_id.name,
            lead.user_id.name,
        ]
        places = [
            place
            for record in (*known, lead)
            for place in (record.street, record.street2, record.zip)
        ]
        return get_excerpt(self.text, names, places)
