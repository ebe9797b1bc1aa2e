from odoo import api, models


class BasePartnerMerge(models.TransientModel):
    """Merged contacts keep their links (Odoo's own merge)."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # before: children still hang on whom they were addresses of.
        # sudo: whoever may merge contacts may not read links and queue
        src_partners.sudo()._move_links(dst_partner.sudo())
        return super()._update_foreign_keys(src_partners, dst_partner)
