from odoo import api, fields, models


class IntegrationErpDocumentMixin(models.AbstractModel):
    """What documents of an ERP have in common. Written by flows, never by people."""

    _name = "integration.erp.document.mixin"
    _description = "Document in the ERP"
    _rec_name = "remote_number"
    _rec_names_search = ["remote_number", "remote_id"]

    connector_id = fields.Many2one(
        "integration.connector",
        "System",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    # salespeople may not read connectors, yet want to know which system it is
    connector_name = fields.Char("ERP", related="connector_id.name", related_sudo=True)
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True, related_sudo=True
    )
    remote_id = fields.Char("ID in ERP", required=True, readonly=True)
    remote_number = fields.Char("Number", readonly=True, index="trigram")
    remote_url = fields.Char("Link", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    received_hash = fields.Char(readonly=True)

    @api.depends("remote_number", "remote_id")
    def _compute_display_name(self):
        for document in self:
            document.display_name = document.remote_number or document.remote_id

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_url:
            return False
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}

    @api.private
    def _get_numbers(self):
        return ", ".join(self.mapped("display_name"))

    @api.model
    @api.private
    def _get_currencies(self, codes):
        """:return: dict ``{ISO code: res.currency}``, archived ones too"""
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes))])
        )
        return {currency.name: currency for currency in currencies}
