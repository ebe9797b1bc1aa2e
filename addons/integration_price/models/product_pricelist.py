from odoo import api, fields, models
from odoo.exceptions import UserError

# what somebody may still say of a list that is the ERP's
OWN_FIELDS = {"sequence", "country_group_ids"}


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    integration_connector_id = fields.Many2one(
        "integration.connector",
        "From ERP",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The prices of this list are the ERP's; they are changed there.",
    )
    is_integration_owned = fields.Boolean(
        "Kept by the ERP",
        compute="_compute_is_integration_owned",
        # whether a flow keeps a list is known to whoever may read the list
        compute_sudo=True,
        help="The ERP keeps this list: its flow is on.",
    )
    integration_remote_id = fields.Char("Remote ID", readonly=True, copy=False)
    integration_read_at = fields.Datetime("Prices Read", readonly=True, copy=False)

    _integration_uniq = models.UniqueIndex(
        "(integration_connector_id, integration_remote_id)"
        " WHERE integration_connector_id IS NOT NULL",
        "This price list of the ERP is here already.",
    )

    @api.depends(
        "integration_connector_id.active",
        "integration_connector_id.flow_ids.active",
        "integration_connector_id.flow_ids.state",
    )
    def _compute_is_integration_owned(self):
        for pricelist in self:
            connector = pricelist.integration_connector_id
            pricelist.is_integration_owned = (
                connector.active
                and connector._get_flow("price_pull").state == "running"
            )

    def write(self, vals):
        if vals.keys() - OWN_FIELDS:
            self._check_integration_owner()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_integration(self):
        self._check_integration_owner()

    def _check_integration_owner(self):
        """Prices of the ERP are changed there, by nobody here, as long as they are read."""
        if self.env.context.get("integration_price"):
            return
        # sudo: the name alone
        owned = self.sudo().filtered("is_integration_owned")
        if owned:
            raise UserError(
                self.env._(
                    "The price list %(list)s comes from %(erp)s, which owns its prices."
                    " Change them there; they are read once a day, or at once with “Run"
                    " Now” on the flow. For prices of your own, duplicate the list.",
                    list=owned[0].name,
                    erp=owned[0].integration_connector_id.name,
                )
            )
