from odoo import api, fields, models


class AccountFiguresMixin(models.AbstractModel):
    """Customers, opportunities and quotations show how the customer stands."""

    _name = "integration.account.figures.mixin"
    _description = "Shows Account Figures"

    account_figure_ids = fields.Many2many(
        "integration.account.figure",
        compute="_compute_account_figures",
        groups="integration_hub.group_integration_user",
    )
    account_figures_customer_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_account_figures",
        groups="integration_hub.group_integration_user",
    )
    account_figures_message = fields.Text(
        "Account Figures",
        compute="_compute_account_figures",
        groups="integration_hub.group_integration_user",
    )
    account_figures_read_at = fields.Datetime(
        compute="_compute_account_figures",
        groups="integration_hub.group_integration_user",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_account_figures(self):
        # of a record in a form that is not saved yet: what is saved of its customer
        customers = {record: record._get_account_customer()._origin for record in self}
        figures = (
            self.env["integration.account.figure"]
            .search(
                [
                    ("partner_id", "in", [item.id for item in customers.values()]),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
            .grouped("partner_id")
        )
        none = self.env["integration.account.figure"]
        # sudo: how the flow is set up is not the salesperson's to read
        for record, customer in customers.items():
            own = figures.get(customer, none) if customer else none
            company = record._get_account_company()
            if company:
                own = own.filtered(lambda item, c=company: item.company_id == c)
            shown = own.sudo().filtered(
                lambda item: (
                    item.message
                    and item.connector_id._get_flow(
                        "account_figures_pull"
                    ).credit_hold_policy
                    != "off"
                )
            )
            record.account_figure_ids = own
            record.account_figures_customer_id = customer
            record.account_figures_message = "\n".join(shown.mapped("message")) or False
            record.account_figures_read_at = min(shown.mapped("read_at"), default=False)

    def _get_account_customer(self):
        self.ensure_one()
        return self.partner_id.commercial_partner_id

    def _get_account_company(self):
        """Company whose ERPs count; none for all of the user's."""
        self.ensure_one()
        return self.company_id

    def action_view_account_figures(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Account Figures"),
            "res_model": "integration.account.figure",
            "view_mode": "list,form",
            "domain": [("id", "in", self.account_figure_ids.ids)],
        }

    def action_read_account_figures(self):
        """Have the figures read now: it takes seconds, and nobody waits for it."""
        self.check_access("read")
        customers = self.browse().union(self)
        partners = self.env["res.partner"].union(
            *(record._get_account_customer() for record in customers)
        )
        # sudo: who may see a customer may have the figures read
        count = partners.sudo()._enqueue_account_figures("asked")
        message = (
            self.env._("The figures are being read, and show here in a moment.")
            if count
            else self.env._("This customer is not linked to an ERP yet.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "info" if count else "warning"},
        }
