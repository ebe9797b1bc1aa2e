import json
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .integration_forecast import PART


class Target(NamedTuple):
    """A product of the ERP in a month and warehouse."""

    month: str  # ISO date
    warehouse: str  # the ERP's, "" is its default
    product: str  # the ERP's


class Part(NamedTuple):
    """What one of our rows adds to a target."""

    row_id: int
    unit: str  # the ERP's, "" is the one it sells the product by
    amount: Decimal  # in that unit
    quantity: Decimal  # in the unit here


class IntegrationForecast(models.Model):
    """From the rows that are due to what the ERP is asked to plan, and back. Several
    products of ours may be one of theirs: their figures are added up."""

    _inherit = "integration.forecast"

    # -- out --------------------------------------------------------------------------

    @api.model
    @api.private
    def _prepare_plans(self, flow, limit):
        """What is to be sent next.

        :param flow: ``integration.flow``
        :param int limit: rows at most
        :return: JSON-safe dict: ``periods`` (plans of ``contract.py`` without their
            document; ``parts`` has, for each of its rows, ``[row id, amount, quantity]``
            of ours, ``left`` the ids of rows that no longer belong to it), ``due`` (ids
            of rows taken) and ``odd`` (``{row id: why it can't be sent}``)
        """
        rows = self.search(
            [("connector_id", "=", flow.connector_id.id), ("is_due", "=", True)],
            order="month, remote_warehouse_id, id",
            limit=limit,
        )
        mappings = self.env["integration.product.mapping"]._get_for(
            flow.connector_id, rows.product_id
        )
        targets, left = {}, {}
        for row in rows:
            place = row.month.isoformat(), row.remote_warehouse_id or ""
            mapping = mappings.get(row.product_id.id)
            if mapping:
                targets.setdefault(Target(*place, mapping.remote_id), "")
            if row.remote_product_id and (
                not mapping or row.remote_product_id != mapping.remote_id
            ):
                former = Target(*place, row.remote_product_id)
                targets.setdefault(former, row.remote_unit_id or "")
                left.setdefault(former, []).append(row.id)
        parts = self._get_parts(flow, list(targets))
        periods, odd = {}, {}
        for target, former_unit in targets.items():
            of_target = parts.get(target, [])
            unit = of_target[0].unit if of_target else former_unit
            for part in of_target:
                if part.unit != unit:
                    odd[str(part.row_id)] = self.env._(
                        "Another product here is mapped to the same product of the ERP"
                        " in another unit. Give both the same ERP unit."
                    )
            of_target = [part for part in of_target if part.unit == unit]
            period = periods.setdefault(
                target[:2], self._prepare_period(flow, *target[:2])
            )
            period["rows"].append(
                {
                    "product_id": target.product,
                    "unit_id": unit,
                    "quantity": _to_text(sum(part.amount for part in of_target)),
                }
            )
            period["parts"].append(
                [
                    [part.row_id, _to_text(part.amount), _to_text(part.quantity)]
                    for part in of_target
                ]
            )
            period["left"].append(left.get(target, []))
        return {"periods": list(periods.values()), "due": rows.ids, "odd": odd}

    def _prepare_period(self, flow, month, warehouse):
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        key = f"{prefix}FC{flow.company_id.id}-{month[:7]}"
        return {
            "key": f"{key}-W{warehouse}" if warehouse else key,
            "month": month,
            "warehouse_id": warehouse,
            "rows": [],
            "parts": [],
            "left": [],
        }

    def _get_parts(self, flow, targets):
        """:return: dict ``{Target: [Part]}`` of all that is mapped to ``targets``"""
        if not targets:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT known.month, known.remote_warehouse_id, mapping.remote_id,
                       known.id, COALESCE(mapping.remote_unit_id, ''), %(part)s,
                       known.quantity
                  FROM integration_forecast known
                  JOIN integration_product_mapping mapping
                    ON mapping.connector_id = known.connector_id
                   AND mapping.product_id = known.product_id
                   AND mapping.state = 'mapped'
                  JOIN jsonb_to_recordset(%(targets)s::jsonb)
                       AS target(month date, warehouse text, product text)
                    ON target.month = known.month
                   AND target.warehouse = known.remote_warehouse_id
                   AND target.product = mapping.remote_id
                 WHERE known.connector_id = %(connector)s
                 ORDER BY mapping.id
                """,
                part=PART,
                connector=flow.connector_id.id,
                targets=json.dumps([target._asdict() for target in targets]),
            )
        )
        parts = {}
        for month, warehouse, product, row_id, unit, amount, quantity in rows:
            target = Target(month.isoformat(), warehouse, product)
            parts.setdefault(target, []).append(
                Part(row_id, unit, Decimal(str(amount)), Decimal(str(quantity)))
            )
        return parts

    # -- back -------------------------------------------------------------------------

    @api.model
    @api.private
    def _take_answers(self, flow, answer):
        """Keep what the ERP has made of plans.

        :param flow: ``integration.flow``
        :param dict answer: of :meth:`_prepare_plans`; each period with ``error`` (why all
            of it was refused) or ``answer`` (see ``contract.py``)
        """
        kept, refused, left = {}, dict(answer["odd"]), set()
        for period in answer["periods"]:
            if period.get("error"):
                row_ids = {part[0] for parts in period["parts"] for part in parts}
                row_ids.update(*period["left"])
                refused |= dict.fromkeys(map(str, row_ids), period["error"])
                continue
            self._note_new_document(flow, period)
            for row, parts, gone, said in zip(
                period["rows"],
                period["parts"],
                period["left"],
                period["answer"]["rows"],
                strict=True,
            ):
                left |= set(gone)
                if said.get("error"):
                    refused |= {str(part[0]): said["error"] for part in parts}
                    continue
                # of what was asked for here, though a person may have corrected the row
                total = sum(
                    (Decimal(amount) for _row, amount, _quantity in parts), Decimal()
                )
                share = Decimal(said["quantity"]) / total if total else Decimal(0)
                for row_id, amount, quantity in parts:
                    kept[row_id] = {
                        "id": row_id,
                        "product": row["product_id"],
                        "unit": row["unit_id"],
                        "amount": amount,
                        "sent": str(round(Decimal(quantity) * share, 6)),
                        "state": "unplanned" if said["reason"] else "sent",
                        "message": said["reason"] or None,
                        "document": period["answer"]["remote_id"],
                        "number": period["answer"]["number"],
                        "url": period["answer"]["url"],
                    }
        # keys of JSON are texts
        refused = {int(row_id): message for row_id, message in refused.items()}
        due = set(answer["due"])
        self._write_kept([kept[row_id] for row_id in kept.keys() - refused.keys()])
        self._write_left(left - kept.keys() - refused.keys())
        self._write_refused(
            {row_id: refused[row_id] for row_id in refused.keys() & due}
        )

    def _note_new_document(self, flow, period):
        """Somebody has deleted the former one: what else stood in it is missing."""
        document = period["answer"]["remote_id"]
        if not document:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE integration_forecast
                   SET has_sent = FALSE, sent_quantity = 0, document_id = NULL,
                       is_due = quantity <> 0, state = 'waiting'
                 WHERE connector_id = %s AND month = %s AND remote_warehouse_id = %s
                   AND has_sent AND document_id <> %s
                """,
                flow.connector_id.id,
                period["month"],
                period["warehouse_id"],
                document,
            )
        )

    def _write_kept(self, rows):
        self.env.cr.execute(
            SQL(
                """
                UPDATE integration_forecast
                   SET remote_product_id = row.product, remote_unit_id = row.unit,
                       remote_quantity = row.amount, sent_quantity = row.sent,
                       state = row.state, message = row.message, has_sent = TRUE,
                       is_due = FALSE, sent_at = %s, document_id = row.document,
                       document_number = row.number, document_url = row.url
                  FROM jsonb_to_recordset(%s::jsonb) AS row(
                       id integer, product text, unit text, amount numeric,
                       sent numeric, state text, message text, document text,
                       number text, url text)
                 WHERE integration_forecast.id = row.id
                """,
                fields.Datetime.now(),
                json.dumps(rows),
            )
        )

    def _write_left(self, row_ids):
        """Taken out of the ERP, because the product has no counterpart any more."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE integration_forecast
                   SET remote_product_id = NULL, remote_unit_id = NULL,
                       remote_quantity = NULL, sent_quantity = 0, has_sent = FALSE,
                       is_due = FALSE, state = 'unmapped', message = NULL
                 WHERE id = ANY(%s)
                """,
                list(row_ids),
            )
        )

    def _write_refused(self, messages):
        """They stay different from what was sent, so the next run tries them again."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE integration_forecast
                   SET state = 'refused', message = row.value, is_due = FALSE
                  FROM jsonb_each_text(%s::jsonb) AS row
                 WHERE integration_forecast.id = row.key::integer
                """,
                json.dumps(messages),
            )
        )


def _to_text(number):
    """Decimal string without needless zeros."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
