from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class IntegrationForecastDemand(models.AbstractModel):
    """What the open opportunities are going to need: added up in the database, in one
    query however many there are."""

    _name = "integration.forecast.demand"
    _description = "Demand of the Pipeline"

    @api.model
    def _get_first_month(self):
        """First day of this month: what was expected earlier and is still open comes now
        at the soonest."""
        return fields.Date.context_today(self).replace(day=1)

    @api.model
    @api.private
    def _get_lead_domain(self, flow):
        """Opportunities that count.

        :param flow: ``integration.flow``, for its filter and how far it looks ahead
        """
        end = self._get_first_month() + relativedelta(months=flow.forecast_months)
        # sudo: whose deal was reopened while its order still stands in the ERP, which
        # reckons with it there; a few, and of everybody's
        standing = (
            self.env["integration.erp.order"]
            .sudo()
            .search_fetch(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    ("state", "not in", ("cancelled", "deleted")),
                    ("lead_id.won_status", "=", "pending"),
                ],
                ["lead_id"],
            )
        )
        return (
            Domain(
                [
                    ("type", "=", "opportunity"),
                    ("active", "=", True),
                    ("won_status", "=", "pending"),
                    ("probability", ">", 0),
                    ("date_deadline", "!=", False),
                    ("date_deadline", "<", end),
                    ("id", "not in", standing.lead_id.ids),
                ]
            )
            & flow._get_filter()
        )

    @api.model
    @api.private
    def _get_query(self, flow):
        """One row for each product, month and warehouse.

        Of an opportunity count its confirmed orders; else the quotation chosen for the
        ERP, or the newest open one (several are alternatives); else its own lines.
        Services need no supply.

        :param flow: ``integration.flow``
        :return: ``SQL`` with the columns ``product_id``, ``month``, ``warehouse`` and
            ``warehouse_name`` (the ERP's; empty: its default), ``quantity`` (weighted by
            probability) and ``full_quantity``, both in the product's unit, ``deal_count``
        """
        Order = self.env["sale.order"]
        # sudo: a forecast is made of everybody's deals
        leads = self.env["crm.lead"].sudo()._search(self._get_lead_domain(flow))
        return SQL(
            """
            WITH open_lead AS (%(leads)s
            ), quotation AS (
                SELECT quotation.id, quotation.company_id, lead.id AS lead_id,
                       lead.month, lead.weight, %(warehouse)s AS warehouse_id,
                       quotation.state = 'sale' AS is_confirmed,
                       bool_or(quotation.state = 'sale') OVER (PARTITION BY lead.id)
                           AS has_confirmed,
                       row_number() OVER (
                           PARTITION BY lead.id
                           ORDER BY (quotation.id = lead.erp_quotation_id)
                                    DESC NULLS LAST, quotation.id DESC) AS place
                  FROM open_lead lead
                  JOIN sale_order quotation ON quotation.opportunity_id = lead.id
                 WHERE quotation.state IN ('draft', 'sent', 'sale')
                   AND EXISTS (
                       SELECT FROM sale_order_line line
                        WHERE line.order_id = quotation.id
                          AND line.product_id IS NOT NULL)
            ), chosen AS (
                SELECT * FROM quotation
                 WHERE is_confirmed OR NOT has_confirmed AND place = 1
            ), wanted AS (
                SELECT chosen.lead_id, chosen.month, chosen.weight,
                       chosen.warehouse_id, line.product_id,
                       line.product_uom_qty * unit.factor AS quantity
                  FROM chosen
                  JOIN sale_order_line line ON line.order_id = chosen.id
                  JOIN uom_uom unit ON unit.id = line.product_uom_id
                 WHERE chosen.company_id = %(company)s
                   AND line.display_type IS NULL
                   AND NOT COALESCE(line.is_downpayment, FALSE)
                UNION ALL
                SELECT lead.id, lead.month, lead.weight, NULL,
                       line.product_id, line.quantity * unit.factor
                  FROM open_lead lead
                  JOIN crm_lead_line line ON line.lead_id = lead.id
                  JOIN uom_uom unit ON unit.id = line.product_uom_id
                 WHERE lead.company_id = %(company)s
                   AND line.display_type IS NULL
                   -- always hashed: how many there are, PostgreSQL guesses badly here
                   AND lead.id NOT IN (SELECT lead_id FROM chosen)
            )
            SELECT wanted.product_id, wanted.month,
                   COALESCE(mapping.remote_id, '') AS warehouse,
                   MAX(mapping.remote_name) AS warehouse_name,
                   ROUND(SUM(wanted.quantity * wanted.weight / unit.factor)::numeric,
                         %(digits)s) AS quantity,
                   ROUND(SUM(wanted.quantity / unit.factor)::numeric, %(digits)s)
                       AS full_quantity,
                   COUNT(DISTINCT wanted.lead_id) AS deal_count
              FROM wanted
              JOIN product_product product ON product.id = wanted.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = template.uom_id
              LEFT JOIN integration_value_mapping mapping
                ON mapping.connector_id = %(connector)s
               AND mapping.kind = 'warehouse' AND mapping.state = 'mapped'
               AND mapping.res_id = wanted.warehouse_id
             WHERE template.type = 'consu'
             GROUP BY wanted.product_id, wanted.month, COALESCE(mapping.remote_id, '')
            HAVING ROUND(SUM(wanted.quantity * wanted.weight / unit.factor)::numeric,
                         %(digits)s) > 0
            """,
            company=flow.company_id.id,
            connector=flow.connector_id.id,
            leads=leads.select(
                SQL("crm_lead.id"),
                SQL("crm_lead.erp_quotation_id"),
                SQL("crm_lead.probability::numeric / 100 AS weight"),
                SQL(
                    "GREATEST(date_trunc('month', crm_lead.date_deadline)::date, %s)"
                    " AS month",
                    self._get_first_month(),
                ),
                SQL(
                    "COALESCE(crm_lead.company_id, (SELECT company_id FROM res_users"
                    " WHERE id = crm_lead.user_id), %s) AS company_id",
                    self.env.company.id,
                ),
            ),
            # of the app Inventory, which need not be there
            warehouse=SQL.identifier("quotation", "warehouse_id")
            if "warehouse_id" in Order._fields
            else SQL("NULL::integer"),
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
        )
