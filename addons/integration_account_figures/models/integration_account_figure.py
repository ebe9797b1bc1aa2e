from odoo import api, fields, models
from odoo.tools import format_amount


class IntegrationAccountFigure(models.Model):
    """How a customer stands in one ERP, as last read."""

    _name = "integration.account.figure"
    _description = "Account Figures"
    _order = "partner_id, connector_id"
    _rec_name = "partner_id"

    connector_id = fields.Many2one(
        "integration.connector", required=True, readonly=True, ondelete="cascade"
    )
    connector_name = fields.Char(related="connector_id.name", string="ERP", store=True)
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    receivable = fields.Monetary(readonly=True)
    overdue = fields.Monetary(readonly=True)
    has_credit_limit = fields.Boolean(readonly=True)
    credit_limit = fields.Monetary(readonly=True)
    credit_used = fields.Monetary(readonly=True)
    is_limit_reached = fields.Boolean(
        compute="_compute_is_limit_reached", store=True, string="Limit Reached"
    )
    is_on_hold = fields.Boolean("Credit Hold", readonly=True)
    has_margin = fields.Boolean(readonly=True)
    margin = fields.Monetary("Margin (12 months)", readonly=True)
    margin_percent = fields.Float("Margin (%)", digits=(6, 1), readonly=True)
    read_at = fields.Datetime("Read", readonly=True)
    message = fields.Char(compute="_compute_message")

    _partner_uniq = models.UniqueIndex(
        "(partner_id, connector_id)", "These figures are there already."
    )

    @api.depends("has_credit_limit", "credit_limit", "credit_used")
    def _compute_is_limit_reached(self):
        for figure in self:
            currency = figure.currency_id
            figure.is_limit_reached = (
                figure.has_credit_limit
                and currency.compare_amounts(figure.credit_used, figure.credit_limit)
                >= 0
            )

    @api.depends("overdue", "is_limit_reached", "is_on_hold", "connector_id.name")
    @api.depends_context("lang")
    def _compute_message(self):
        """What a salesperson has to know; False where there is nothing to say."""
        for figure in self:
            parts = []
            if figure.currency_id.compare_amounts(figure.overdue, 0) > 0:
                parts.append(
                    self.env._(
                        "%(amount)s overdue in %(erp)s",
                        amount=format_amount(
                            self.env, figure.overdue, figure.currency_id
                        ),
                        erp=figure.connector_name,
                    )
                )
            if figure.is_on_hold:
                parts.append(self.env._("on credit hold"))
            elif figure.is_limit_reached:
                parts.append(
                    self.env._(
                        "credit limit of %s reached",
                        format_amount(
                            self.env, figure.credit_limit, figure.currency_id
                        ),
                    )
                )
            message = ", ".join(parts)
            if parts and figure.currency_id.compare_amounts(figure.overdue, 0) <= 0:
                message = f"{figure.connector_name}: {message}"
            figure.message = message or False

    @api.private
    def _is_holding(self):
        """Orders of this customer are likely to be stopped in the ERP."""
        self.ensure_one()
        return self.is_on_hold or self.is_limit_reached

    @api.private
    def _filter_asking(self):
        """Those whose flow asks before a deal is won."""
        return self.filtered(
            lambda figure: (
                figure._is_holding()
                and figure.connector_id._get_flow(
                    "account_figures_pull"
                ).credit_hold_policy
                == "ask"
            )
        )
