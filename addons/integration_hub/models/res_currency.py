from odoo import api, models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.private
    def _get_known_rate(self, to_currency, company, date):
        """What one of this currency is in another, where somebody has said so: one that is
        not in use here may have a rate of long ago, and Odoo takes 1 for none.

        :param to_currency: ``res.currency``
        :param company: ``res.company``, whose rates count
        :param date: of the rate
        :return: float, or None where one of the two is not in use or has no rate
        """
        self.ensure_one()
        if self == to_currency:
            return 1.0
        foreign = (self | to_currency) - company.currency_id
        rated = self.env["res.currency.rate"]._read_group(
            [
                ("currency_id", "in", foreign.filtered("active").ids),
                ("company_id", "in", (False, company.root_id.id)),
            ],
            ["currency_id"],
        )
        if len(rated) < len(foreign):
            return None
        return self._get_conversion_rate(self, to_currency, company, date)
