from odoo import api, fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("order_check", "Check before Won")],
        ondelete={"order_check": "cascade"},
    )
    won_check_policy = fields.Selection(
        [
            ("off", "Nothing"),
            ("warn", "The Won button shows what was found, and asks"),
            ("block", "No win without a check that found nothing in the way"),
        ],
        "On Won",
        default="off",
        required=True,
        help="The button “Check with ERP” on opportunities and quotations is there in any"
        " case.",
    )

    won_check_hours = fields.Integer(
        "A Check Counts For (Hours)",
        default=24,
        help="Longer ago, it is out of date: prices, stock and credit of the ERP have"
        " changed since. 0: however long ago it was.",
    )

    _won_check_hours_not_negative = models.Constraint(
        "CHECK (won_check_hours >= 0)", "The number of hours can't be negative."
    )

    @api.model
    @api.private
    def _find_for_check(self, leads):
        """Flows by which opportunities can be checked: those of running connectors they
        would be sent to.

        :param leads: ``crm.lead``, as superuser
        :return: dict ``{flow: leads}``
        """
        by_company = leads.grouped(lambda lead: lead._get_erp_company())
        companies = self.env["res.company"].union(*by_company)
        found = {}
        for sending in self._find_for_push("sale_order_push", companies):
            own = sending._filter_records(by_company[sending.company_id])
            flow = sending.connector_id.flow_ids.filtered(
                lambda flow: (
                    flow.code == "order_check"
                    and flow.state == "running"
                    and flow.connector_id._is_running()
                )
            )
            if own and flow:
                found[flow] = own
        return found

    @api.model
    @api.private
    def _insists_on_checks(self):
        """Whether any connector wants deals checked before they are won."""
        return bool(
            self.search_count(
                [
                    ("code", "=", "order_check"),
                    ("state", "=", "running"),
                    ("won_check_policy", "=", "block"),
                ],
                limit=1,
            )
        )
