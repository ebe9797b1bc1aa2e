from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class IntegrationFlow(models.Model):
    """Which records a flow is about: those that match its filter."""

    _inherit = "integration.flow"

    filter_model = fields.Char(compute="_compute_filter_model")

    @api.depends("code")
    def _compute_filter_model(self):
        for flow in self:
            flow.filter_model = flow._get_filter_model()

    @api.constrains("filter_domain", "code")
    def _check_filter_domain(self):
        """A filter nobody can read would stand in the way of every change."""
        for flow in self:
            model_name = flow._get_filter_model()
            if not model_name:
                continue
            try:
                self.env[model_name].search_count(flow._get_filter(), limit=1)
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._(
                        "The filter can't be read: %(reason)s", reason=str(error)
                    )
                ) from error

    def _get_filter_model(self):
        """:return: model of the records the filter is about, None for flows without one"""
        handler = self.env.get(f"integration.handler.{self.code}")
        return None if handler is None else handler._filter_model

    @api.private
    def _get_filter(self):
        """:return: Domain; everything where there is no filter"""
        self.ensure_one()
        return Domain(literal_eval(self.filter_domain or "[]"))

    @api.private
    def _filter_records(self, records):
        """Those of ``records`` the flow's filter lets through."""
        domain = self._get_filter()
        return records if domain.is_true() else records.filtered_domain(domain)
