from collections import defaultdict

from odoo import api, fields, models


class CrmLead(models.Model):
    """Feedback is gathered on the opportunity; a lost deal is feedback by itself."""

    _inherit = "crm.lead"

    feedback_ids = fields.One2many(
        "integration.feedback",
        "lead_id",
        "Product Feedback",
        domain=[("kind", "!=", "lost")],
    )
    # archived ones and those of a loss included: what goes, or moves, with the deal
    all_feedback_ids = fields.One2many(
        "integration.feedback",
        "lead_id",
        "All Product Feedback",
        context={"active_test": False},
    )
    competitor_id = fields.Many2one(
        "integration.competitor",
        "Lost to",
        tracking=True,
        help="Who got the deal, where that is known.",
    )

    # -- CRUD -------------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        changes = {
            name: vals[name]
            for name in ("lost_reason_id", "competitor_id")
            if name in vals
        }
        lost = changes and self.filtered(lambda lead: lead.won_status == "lost")
        if lost:
            # sudo: of deals one may write, what was noted of their loss follows
            lost.sudo()._get_lost_feedback().write(changes)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_feedback(self):
        """With the deal goes what was said, which then leaves the summaries as well."""
        # sudo: of deals one may delete, all of it
        self.sudo().all_feedback_ids.unlink()

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        was, now = (
            {lead_id for lead_id, value in status.items() if value["is_lost"]}
            for status in (old_status_by_lead, new_status_by_lead)
        )
        # sudo: see write
        leads = self.sudo().filtered(lambda lead: lead.type == "opportunity")
        leads.filtered(lambda lead: lead.id in now - was)._note_lost()
        leads.filtered(lambda lead: lead.id in was - now)._get_lost_feedback().unlink()
        return result

    # -- a lost deal ------------------------------------------------------------------

    def _get_lost_feedback(self):
        """Archived ones as well: there is one of each."""
        Feedback = self.env["integration.feedback"].with_context(active_test=False)
        return Feedback.search([("lead_id", "in", self.ids), ("kind", "=", "lost")])

    def _prepare_lost_values(self):
        self.ensure_one()
        return {
            "lost_reason_id": self.lost_reason_id.id,
            "competitor_id": self.competitor_id.id,
        }

    def _note_lost(self):
        """A row for each product of the deal, with what it would have brought."""
        known = {(item.lead_id, item.product_id) for item in self._get_lost_feedback()}
        self.env["integration.feedback"].create(
            [
                {
                    **lead._prepare_lost_values(),
                    "lead_id": lead.id,
                    "product_id": product.id,
                    "kind": "lost",
                    "lost_value": value,
                    "date": fields.Date.context_today(lead),
                    "user_id": lead.user_id.id,
                    "company_id": lead._get_feedback_company().id,
                }
                for lead in self
                for product, value in lead._get_product_values().items()
                if (lead, product) not in known
            ]
        )

    def _get_last_quotation(self):
        self.ensure_one()
        orders = self.order_ids.filtered(
            lambda order: order.order_line.filtered("product_id")
        )
        open_orders = orders.filtered(lambda order: order.state != "cancel") or orders
        return open_orders.sorted("id")[-1:]

    def _get_feedback_company(self):
        """A deal of no company is of the one that has quoted it."""
        return (
            self.company_id or self._get_last_quotation().company_id or self.env.company
        )

    def _get_product_values(self):
        """The deal's products with their untaxed amounts in the currency of
        ``_get_feedback_company``: of what was quoted last, else of its own lines.

        :return: dict ``{product.product: float}``
        """
        self.ensure_one()
        values = defaultdict(float)
        company = self._get_feedback_company()
        for line in self._get_last_quotation().order_line:
            if line.product_id and not line.display_type:
                values[line.product_id] += line.currency_id._convert(
                    line.price_subtotal,
                    company.currency_id,
                    company,
                    line.order_id.date_order or fields.Date.today(),
                )
        # the flow of won deals brings lines of opportunities
        if not values and "lead_line_ids" in self._fields:
            for line in self.lead_line_ids.filtered("product_id"):
                values[line.product_id] += line.price_subtotal
        return dict(values)

    def _merge_dependences(self, opportunities):
        """What was said of the others is said of the one that stays; their losses go with
        them."""
        result = super()._merge_dependences(opportunities)
        # sudo: whoever may merge them takes along what colleagues have noted
        said = opportunities.sudo().all_feedback_ids.filtered(
            lambda item: item.kind != "lost"
        )
        if said:
            said.lead_id = self
            # or they would go with the deals they were of
            opportunities.invalidate_recordset(["all_feedback_ids", "feedback_ids"])
        return result
