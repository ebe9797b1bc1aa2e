from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationCheckCustomer(models.TransientModel):
    """Several customers over there could be ours, which a check has found out before the
    deal is won: a person says which one it is, and the order goes there."""

    _name = "integration.check.customer"
    _description = "Choose the Customer in the ERP before Won"
    _inherit = ["integration.candidate.mixin"]

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    connector_id = fields.Integer(readonly=True)
    connector_name = fields.Char(readonly=True)
    line_ids = fields.One2many("integration.check.customer.line", "wizard_id")

    @api.model
    def _open(self, lead, check, finding):
        """
        :param check: ``integration.order.check``, as superuser
        :param dict finding: with ``candidates``
        :return: action that shows the dialog
        """
        candidates = {
            candidate["remote_id"]: {**candidate, "id": candidate["remote_id"]}
            for candidate in finding["candidates"]
        }
        wizard = self.create(
            {
                "lead_id": lead.id,
                "partner_id": finding["ids"][0],
                "connector_id": check.connector_id.id,
                "connector_name": check.connector_id.name,
                "line_ids": self._prepare_lines(candidates),
            }
        )
        return wizard._show(self.env._("Which customer is this in the ERP?"))

    def _choose(self, line):
        """The chosen one is this customer from now on; the deal is checked anew."""
        self.ensure_one()
        self.lead_id.check_access("write")
        # sudo: links are not the salesperson's to write; the check has offered these
        check = (
            self.env["integration.order.check"]
            .sudo()
            .search(
                [
                    ("lead_id", "=", self.lead_id.id),
                    ("connector_id", "=", self.connector_id),
                ]
            )
        )
        chosen = next(
            (
                candidate
                for finding in check.findings or []
                if self.partner_id.ids == finding["ids"]
                for candidate in finding.get("candidates", [])
                if candidate["remote_id"] == line.remote_id
            ),
            None,
        )
        if not chosen:
            raise UserError(self.env._("It was checked anew meanwhile. Look again."))
        links = self.env["integration.external.id"].sudo()
        taken = links._get_local_ids(
            check.connector_id, "party", "res.partner", [chosen["remote_id"]]
        )
        if owner := taken.get(chosen["remote_id"]):
            raise UserError(
                self.env._(
                    "%(remote)s is linked to %(owner)s here. Merge the two contacts, or"
                    " choose another one.",
                    remote=chosen["name"],
                    owner=self.env["res.partner"].sudo().browse(owner).display_name,
                )
            )
        links._bind(
            check.connector_id,
            "party",
            [
                (
                    self.partner_id,
                    {
                        "remote_id": chosen["remote_id"],
                        "remote_number": chosen["number"],
                        "remote_url": chosen["url"],
                    },
                )
            ],
        )
        self.lead_id.action_check_with_erp()
        return {"type": "ir.actions.act_window_close"}


class IntegrationCheckCustomerLine(models.TransientModel):
    _name = "integration.check.customer.line"
    _description = "Customer to Choose before Won"
    _inherit = ["integration.candidate.line.mixin"]

    wizard_id = fields.Many2one(
        "integration.check.customer", required=True, ondelete="cascade", index=True
    )
