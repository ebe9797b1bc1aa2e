from odoo import api, fields, models
from odoo.fields import Command


class IntegrationChooseQuotation(models.TransientModel):
    """Which of several open quotations the ERP is to get."""

    _name = "integration.choose.quotation"
    _description = "Choose the Quotation for the ERP"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    is_winning = fields.Boolean(
        readonly=True, help="The choice is made on the Won button: it wins as well."
    )
    line_ids = fields.One2many("integration.choose.quotation.line", "wizard_id")

    def _open(self, lead, is_winning=False):
        """:return: action that shows the dialog"""
        # sudo: colleagues' quotations of this deal are chosen from as well
        quotations = lead.sudo().order_ids._filter_to_choose()
        wizard = self.create(
            {
                "lead_id": lead.id,
                "is_winning": is_winning,
                "line_ids": [
                    Command.create({"sale_order_id": order.id}) for order in quotations
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which quotation goes to the ERP?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_none(self):
        return self._choose(self.env["sale.order"])

    def _choose(self, quotation):
        self.ensure_one()
        lead = self.lead_id
        lead.check_access("write")
        # sudo: these two fields are written by this dialog alone
        lead.sudo().write(
            {"erp_quotation_id": quotation.id, "erp_no_send": not quotation}
        )
        if self.is_winning:
            return lead.action_set_won_rainbowman()
        # sudo: see CrmLead._handle_won_lost
        lead.sudo()._push_won("quotation chosen")
        return {"type": "ir.actions.act_window_close"}


class IntegrationChooseQuotationLine(models.TransientModel):
    _name = "integration.choose.quotation.line"
    _description = "Quotation to Choose"
    _order = "id"

    wizard_id = fields.Many2one(
        "integration.choose.quotation", required=True, ondelete="cascade"
    )
    sale_order_id = fields.Many2one("sale.order", "Quotation", readonly=True)
    # also of a colleague's quotation, see _check_is_of_deal
    date_order = fields.Datetime("Date", related="sale_order_id.date_order")
    user_id = fields.Many2one(string="Salesperson", related="sale_order_id.user_id")
    currency_id = fields.Many2one(related="sale_order_id.currency_id")
    amount_total = fields.Monetary("Total", related="sale_order_id.amount_total")
    state = fields.Selection(string="Status", related="sale_order_id.state")

    @api.constrains("wizard_id", "sale_order_id")
    def _check_is_of_deal(self):
        """Whoever may see the deal chooses among all its quotations, colleagues' too; of
        others a line shows what may be read anyway."""
        # lines are made along with their dialog, with its rights: without sudo
        for line in self.sudo(False):
            deal = line.wizard_id.lead_id
            deal.check_access("read")
            # sudo: only to see whether it is one of them
            if line.sale_order_id.sudo().opportunity_id != deal:
                line.sale_order_id.check_access("read")

    def action_choose(self):
        self.ensure_one()
        return self.wizard_id._choose(self.sale_order_id)
