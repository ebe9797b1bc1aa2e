from odoo import api, models


class BasePartnerMerge(models.TransientModel):
    """Merged contacts have one set of figures of an ERP: of the counterpart that stays
    linked. Those of the others went with them."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # sudo: whoever may merge contacts need not see figures
        figures = self.env["integration.account.figure"].sudo()
        found = figures.search([("partner_id", "in", (src_partners | dst_partner).ids)])
        own = found.filtered(lambda item: item.partner_id == dst_partner)
        seen = set(own.connector_id)
        for figure in found - own:
            if figure.connector_id in seen:
                figures |= figure
            seen.add(figure.connector_id)
        figures.unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)
