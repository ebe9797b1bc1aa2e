from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date


class IntegrationForecast(models.Model):
    """What the pipeline is going to need of a product in a month, and what the ERP has
    been told of it; in the unit of the product here."""

    _name = "integration.forecast"
    _description = "Sales Forecast"
    _order = "month, product_id, remote_warehouse_id, id"
    _rec_name = "product_id"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    month = fields.Date(
        "First Day",
        required=True,
        readonly=True,
        help="In which the deals are expected to close; what is overdue counts for this"
        " month.",
    )
    period = fields.Char("Month", compute="_compute_period")
    remote_warehouse_id = fields.Char("Warehouse ID", readonly=True)
    warehouse_name = fields.Char("Warehouse", readonly=True)
    # a deal with several products counts for each: a sum says nothing
    deal_count = fields.Integer("Deals", readonly=True, aggregator=None)
    full_quantity = fields.Float("If All Are Won", digits="Product Unit", readonly=True)
    quantity = fields.Float(
        "Forecast",
        digits="Product Unit",
        readonly=True,
        help="What is on the open deals, each by its probability.",
    )
    sent_quantity = fields.Float(
        "In the ERP",
        digits="Product Unit",
        readonly=True,
        help="As the ERP has it since it was sent last; it may keep whole units only.",
    )
    state = fields.Selection(
        [
            ("waiting", "To Send"),
            ("sent", "In the ERP"),
            ("unmapped", "Not Mapped"),
            ("unplanned", "Not Planned There"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    message = fields.Char("Why", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    document_id = fields.Char("Document ID", readonly=True)
    document_number = fields.Char("Document", readonly=True)
    document_url = fields.Char(readonly=True)
    # what was sent, in the ERP's own terms: the next run sends what has come to differ
    is_due = fields.Boolean(readonly=True)
    remote_product_id = fields.Char(readonly=True)
    remote_unit_id = fields.Char(readonly=True)
    remote_quantity = fields.Float(digits=0, readonly=True)
    has_sent = fields.Boolean(readonly=True)

    _forecast_uniq = models.UniqueIndex(
        "(connector_id, product_id, month, remote_warehouse_id)"
    )
    _due_idx = models.Index(
        "(connector_id, month, remote_warehouse_id, id) WHERE is_due"
    )

    # -- compute ----------------------------------------------------------------------

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_period(self):
        for row in self:
            row.period = format_date(self.env, row.month, date_format="LLL yyyy")

    # -- actions ----------------------------------------------------------------------

    @api.model
    def action_send_now(self):
        """Have the forecast made anew, and what has changed sent."""
        self.check_access("read")
        # sudo: whoever may see the forecast may ask for it; the flow is the
        # administrator's to set up
        flows = (
            self.env["integration.flow"]
            .sudo()
            .search(
                [
                    ("code", "=", "forecast_push"),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
            .filtered(lambda flow: flow.connector_id._is_running())
        )
        running = flows.filtered(lambda flow: flow.state == "running")
        if not running:
            raise UserError(
                self.env._("The sales forecast is paused. Start it on the connector.")
                if flows
                else self.env._("No connector is running. Start one first.")
            )
        running.action_run_now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The forecast is being made and sent. Its figures are here in a"
                    " moment."
                ),
            },
        }

    def action_view_deals(self):
        """The open opportunities behind the figure."""
        self.ensure_one()
        flow = self.connector_id.sudo()._get_flow("forecast_push")
        demand = self.env["integration.forecast.demand"]
        domain = demand._get_lead_domain(flow) & Domain(
            "date_deadline", "<", self.month + relativedelta(months=1)
        )
        if self.month > demand._get_first_month():
            domain &= Domain("date_deadline", ">=", self.month)
        domain &= Domain("lead_line_ids.product_id", "=", self.product_id.id) | Domain(
            "order_ids.order_line.product_id", "=", self.product_id.id
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deals with %s", self.product_id.display_name),
            "res_model": "crm.lead",
            "view_mode": "list,form",
            "domain": list(domain),
            "context": {"default_type": "opportunity"},
        }

    def action_map_product(self):
        self.ensure_one()
        mappings = self.env["integration.product.mapping"]
        line = mappings._ensure_unmapped(self.connector_id, self.product_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Product Mapping"),
            "res_model": mappings._name,
            "view_mode": "list",
            "domain": [("id", "in", line.ids)],
        }

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.document_url,
            "target": "new",
        }

    # -- for the flow -----------------------------------------------------------------

    @api.model
    @api.private
    def _refresh(self, flow):
        """Make the forecast anew and mark what the ERP has to be told; a fixed number of
        queries, however many deals and products there are.

        :param flow: ``integration.flow`` of code ``forecast_push``
        """
        self.env.flush_all()
        self._write_demand(flow)
        self._mark_due(flow)
        self._drop_settled(flow)

    @api.model
    @api.private
    def _drop_settled(self, flow):
        """What is needed no longer, and stands at nothing over there."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM integration_forecast
                 WHERE connector_id = %s AND quantity = 0 AND NOT is_due
                   AND state <> 'refused'
                """,
                flow.connector_id.id,
            )
        )
        self.env.invalidate_all()

    def _write_demand(self, flow):
        self.env.cr.execute(
            SQL(
                """
                WITH demand AS MATERIALIZED (%(demand)s),
                gone AS (
                    UPDATE integration_forecast known
                       SET quantity = 0, full_quantity = 0, deal_count = 0,
                           write_date = %(now)s
                     WHERE known.connector_id = %(connector)s AND known.quantity <> 0
                       AND (known.product_id, known.month, known.remote_warehouse_id)
                           NOT IN (SELECT product_id, month, warehouse FROM demand)
                )
                INSERT INTO integration_forecast AS known (
                    connector_id, company_id, product_id, month, remote_warehouse_id,
                    warehouse_name, quantity, full_quantity, deal_count, sent_quantity,
                    state, is_due, has_sent, create_uid, create_date, write_uid,
                    write_date
                )
                SELECT %(connector)s, %(company)s, demand.product_id, demand.month,
                       demand.warehouse, demand.warehouse_name, demand.quantity,
                       demand.full_quantity, demand.deal_count, 0, 'waiting', FALSE,
                       FALSE, %(user)s, %(now)s, %(user)s, %(now)s
                  FROM demand
                ON CONFLICT (connector_id, product_id, month, remote_warehouse_id)
                DO UPDATE SET
                    quantity = excluded.quantity,
                    full_quantity = excluded.full_quantity,
                    deal_count = excluded.deal_count,
                    warehouse_name = excluded.warehouse_name,
                    write_uid = excluded.write_uid, write_date = excluded.write_date
                 WHERE (known.quantity, known.full_quantity, known.deal_count,
                        known.warehouse_name)
                       IS DISTINCT FROM (excluded.quantity, excluded.full_quantity,
                        excluded.deal_count, excluded.warehouse_name)
                """,
                demand=self.env["integration.forecast.demand"]._get_query(flow),
                connector=flow.connector_id.id,
                company=flow.company_id.id,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    def _mark_due(self, flow):
        """A product that was given another counterpart is due for both, one whose mapping
        was taken away for the former."""
        self.env.cr.execute(
            SQL(
                """
                WITH target AS (
                    SELECT known.id, mapping.id IS NOT NULL AS is_mapped,
                           CASE WHEN mapping.id IS NULL THEN
                                known.has_sent AND known.remote_quantity <> 0
                           WHEN NOT known.has_sent THEN known.quantity <> 0
                           ELSE (known.remote_product_id,
                                 COALESCE(known.remote_unit_id, ''),
                                 known.remote_quantity)
                                IS DISTINCT FROM
                                (mapping.remote_id,
                                 COALESCE(mapping.remote_unit_id, ''),
                                 %(part)s)
                           END AS is_due
                      FROM integration_forecast known
                      LEFT JOIN integration_product_mapping mapping
                        ON mapping.connector_id = known.connector_id
                       AND mapping.product_id = known.product_id
                       AND mapping.state = 'mapped'
                     WHERE known.connector_id = %(connector)s
                )
                UPDATE integration_forecast known
                   SET is_due = target.is_due,
                       state = CASE WHEN target.is_due THEN 'waiting'
                                    WHEN NOT target.is_mapped THEN 'unmapped'
                                    WHEN known.state = 'unplanned' THEN 'unplanned'
                                    ELSE 'sent' END,
                       message = CASE WHEN NOT target.is_due
                                       AND known.state = 'unplanned'
                                      THEN known.message END
                  FROM target
                 WHERE target.id = known.id
                """,
                part=PART,
                connector=flow.connector_id.id,
            )
        )


#: what a row adds to its product over there, in that one's unit
PART = SQL("ROUND(known.quantity * mapping.factor, 6)")
