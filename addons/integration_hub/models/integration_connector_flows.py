from odoo import api, models


class IntegrationConnector(models.Model):
    """What a connector syncs: the flows that addons bring."""

    _inherit = "integration.connector"

    @api.private
    def _get_flow(self, code):
        """:return: this connector's flow of that code, or an empty record"""
        self.ensure_one()
        return self.flow_ids.filtered(lambda flow: flow.code == code)[:1]

    @api.private
    def _prepare_default_flows(self):
        """Flow addons add what a new connector syncs.

        :return: list of dicts for ``integration.flow``, without ``connector_id``"""
        return []

    def _register_hook(self):
        super()._register_hook()
        # Connectors that were here before an addon, or before its update, get what it
        # syncs as well.
        if self.pool.updated_modules:
            self.search([])._create_missing_flows()

    def _create_missing_flows(self):
        for connector in self:
            existing = set(
                connector.with_context(active_test=False).flow_ids.mapped("code")
            )
            self.env["integration.flow"].sudo().create(
                # sudo: whoever may create a connector gets its flows along
                [
                    {"connector_id": connector.id, **vals}
                    for vals in connector._prepare_default_flows()
                    if vals["code"] not in existing
                ]
            )
