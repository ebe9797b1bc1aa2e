from ast import literal_eval

from odoo import api, models
from odoo.exceptions import ValidationError


class IntegrationFlow(models.Model):
    """Which records a flow is about: those that match its filter."""

    _inherit = "integration.flow"

    @api.constrains("filter_domain", "code")
    def _check_filter_domain(self):
        """A filter nobody can read would stand in the way of every change."""
        for flow in self:
            handler = self.env.get(f"integration.handler.{flow.code}")
            model_name = handler is not None and handler._filter_model
            if not model_name:
                continue
            try:
                domain = literal_eval(flow.filter_domain or "[]")
                self.env[model_name].search_count(domain, limit=1)
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._(
                        "The filter can't be read: %(reason)s", reason=str(error)
                    )
                ) from error

    @api.private
    def _filter_records(self, records):
        """Those of ``records`` the flow's filter lets through."""
        self.ensure_one()
        domain = literal_eval(self.filter_domain or "[]")
        return records.filtered_domain(domain) if domain else records
