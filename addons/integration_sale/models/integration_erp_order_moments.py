from odoo import api, fields, models

# field that keeps the moment -> what the order has to be like
MOMENTS = {
    "accepted_at": ("state", ("confirmed", "done")),
    "paid_at": ("invoice_state", ("paid",)),
}


class IntegrationErpOrder(models.Model):
    """When an order got where it is: an ERP tells how it stands, not since when."""

    _inherit = "integration.erp.order"

    accepted_at = fields.Datetime("Accepted", readonly=True)
    paid_at = fields.Datetime("Paid", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._note_moments()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if {"state", "invoice_state"} & vals.keys():
            self._note_moments()
        return result

    def _note_moments(self):
        now = self.env.cr.now()
        for moment, (name, reached) in MOMENTS.items():
            new = self.filtered(
                lambda order, m=moment, n=name, r=reached: (
                    order[n] in r and not order[m]
                )
            )
            gone = self.filtered(
                lambda order, m=moment, n=name, r=reached: (
                    order[n] not in r and order[m] and order.state != "cancelled"
                )
            )
            if new:
                new.write({moment: now})
            if gone:
                gone.write({moment: False})
