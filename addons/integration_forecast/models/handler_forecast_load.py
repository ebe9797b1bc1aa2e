import json
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from .integration_forecast_plan import Target, _to_text


class HandlerForecastPush(models.AbstractModel):
    """Dry run of the forecast: what stands in the ERP, month by month, beside what would
    be sent. It finds what people have changed there as well; the daily run, which knows
    only what it has sent, does not."""

    _inherit = "integration.handler.forecast_push"

    _has_load = True
    _is_looked_at_first = True

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        """One month in one warehouse."""
        forecasts = self.env["integration.forecast"]
        if not cursor:
            # our own list of figures, nothing of it goes out
            forecasts._refresh(flow)
        periods = self.env.execute_query(
            SQL(
                "SELECT month::text, remote_warehouse_id, COUNT(*)"
                " FROM integration_forecast WHERE connector_id = %s"
                " GROUP BY month, remote_warehouse_id"
                " ORDER BY month, remote_warehouse_id",
                flow.connector_id.id,
            )
        )
        after = tuple(json.loads(cursor)) if cursor else ("", "")
        coming = [period[:2] for period in periods if period[:2] > after]
        if not coming:
            return {"period": None, "rows": [], "cursor": "", "total": 0}
        return {
            "period": forecasts._prepare_period(flow, *coming[0]),
            "rows": self._get_load_rows(flow, *coming[0]),
            "cursor": json.dumps(coming[0]) if len(coming) > 1 else "",
            "total": sum(count for _month, _warehouse, count in periods),
        }

    def _get_load_rows(self, flow, month, warehouse):
        forecasts = self.env["integration.forecast"]
        rows = forecasts.search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("month", "=", month),
                ("remote_warehouse_id", "=", warehouse),
            ]
        )
        mappings = self.env["integration.product.mapping"]._get_for(
            flow.connector_id, rows.product_id
        )
        found = [
            {
                "product_id": "",
                "name": row.product_id.display_name,
                "row_id": row.id,
                "quantity": _to_text(str(row.quantity)),
                "value": row.quantity * row.product_id.lst_price,
            }
            for row in rows
            if row.product_id.id not in mappings
        ]
        targets = dict.fromkeys(
            Target(month, warehouse, mapping.remote_id) for mapping in mappings.values()
        )
        for target, parts in forecasts._get_parts(flow, list(targets)).items():
            products = forecasts.browse([part.row_id for part in parts]).product_id
            found.append(
                {
                    "product_id": target.product,
                    "name": ", ".join(products.mapped("display_name")),
                    "row_id": parts[0].row_id,
                    "unit_id": parts[0].unit,
                    "quantity": _to_text(sum(part.amount for part in parts)),
                    "value": sum(
                        float(part.quantity) * product.lst_price
                        for part, product in zip(parts, products, strict=True)
                    ),
                }
            )
        return found

    @staticmethod
    def _load_call(client, request):
        if not request["period"]:
            return {**request, "document": None}
        period = request["period"]
        [document] = client.forecast_read(
            [{name: period[name] for name in ("key", "month", "warehouse_id")}]
        )
        return {**request, "document": document}

    @api.private
    def _load_compare(self, flow, answer):
        if not answer["period"]:
            return []
        document = answer["document"] or {"rows": [], "number": "", "remote_id": ""}
        there = {row["product_id"]: row for row in document["rows"]}
        lines = [
            {
                **self._prepare_load_line(flow, answer, row["name"]),
                **self._get_load_outcome(row, there.pop(row["product_id"], None)),
                "res_id": row["row_id"],
                "remote_id": document["remote_id"],
                "remote_number": document["number"],
                "amount": row["value"],
                "payload": {
                    "month": answer["period"]["month"],
                    "warehouse": answer["period"]["warehouse_id"],
                    "product": row["product_id"],
                },
            }
            for row in answer["rows"]
        ]
        # what stands there and is nobody's demand any more
        mappings = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("state", "=", "mapped"),
                ("remote_id", "in", list(there)),
            ]
        )
        for mapping in mappings:
            row = there.pop(mapping.remote_id, None)
            if row and Decimal(row["quantity"]):
                lines.append(
                    {
                        **self._prepare_load_line(
                            flow, answer, mapping.product_id.display_name
                        ),
                        "outcome": "change",
                        "detail": self.env._(
                            "%s there, no demand here: set to zero", row["quantity"]
                        ),
                        "remote_id": document["remote_id"],
                        "remote_number": document["number"],
                        "payload": {
                            "month": answer["period"]["month"],
                            "warehouse": answer["period"]["warehouse_id"],
                            "product": mapping.remote_id,
                            "product_id": mapping.product_id.id,
                        },
                    }
                )
        return lines

    def _prepare_load_line(self, flow, answer, name):
        month = format_date(
            self.env, answer["period"]["month"], date_format="LLLL yyyy"
        )
        return {
            "name": f"{month} · {name}",
            "res_model": "integration.forecast",
            "currency_id": flow.company_id.currency_id.id,
        }

    def _get_load_outcome(self, row, there):
        if not row["product_id"]:
            return {
                "outcome": "attention",
                "detail": self.env._("Is not mapped to a product of the ERP."),
            }
        wanted = Decimal(row["quantity"])
        if there is None:
            if not wanted:
                return {"outcome": "same"}
            return {"outcome": "create", "detail": row["quantity"]}
        # an ERP that keeps whole units has rounded
        off = abs(Decimal(there["quantity"]) - wanted)
        other_unit = row["unit_id"] and there["unit_id"] != row["unit_id"]
        if off <= Decimal(there.get("step") or 0) / 2 and not other_unit:
            return {"outcome": "same"}
        return {
            "outcome": "change",
            "detail": self.env._(
                "%(there)s there, %(here)s here",
                there=there["quantity"],
                here=row["quantity"],
            ),
        }

    @api.private
    def _load_enqueue(self, flow, lines):
        """What was sent once is not to be trusted: it is due again."""
        self._note_not_there(
            flow, [line.payload for line in lines if line.payload.get("product")]
        )
        job = flow._enqueue_pull(trigger="load")
        return [job] * len(lines)

    def _note_not_there(self, flow, targets):
        self.env.flush_all()
        # no figure is negative, so this one differs from any
        self.env.cr.execute(
            SQL(
                """
                WITH target AS (
                    SELECT * FROM jsonb_to_recordset(%(targets)s::jsonb)
                        AS row(month date, warehouse text, product text,
                               product_id integer)
                ), known AS (
                    UPDATE integration_forecast known
                       SET has_sent = TRUE, remote_quantity = -1,
                           remote_product_id = target.product
                      FROM target
                      JOIN integration_product_mapping mapping
                        ON mapping.connector_id = %(connector)s
                       AND mapping.state = 'mapped'
                       AND mapping.remote_id = target.product
                     WHERE known.connector_id = %(connector)s
                       AND known.month = target.month
                       AND known.remote_warehouse_id = target.warehouse
                       AND known.product_id = mapping.product_id
                )
                INSERT INTO integration_forecast (
                    connector_id, company_id, product_id, month, remote_warehouse_id,
                    quantity, full_quantity, deal_count, sent_quantity, state, is_due,
                    has_sent, remote_product_id, remote_quantity, create_uid,
                    create_date, write_uid, write_date)
                SELECT %(connector)s, %(company)s, target.product_id, target.month,
                       target.warehouse, 0, 0, 0, 0, 'waiting', FALSE, TRUE,
                       target.product, -1, %(user)s, %(now)s, %(user)s, %(now)s
                  FROM target
                 WHERE target.product_id IS NOT NULL
                ON CONFLICT DO NOTHING
                """,
                targets=json.dumps(targets),
                connector=flow.connector_id.id,
                company=flow.company_id.id,
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["integration.forecast"].invalidate_model()
