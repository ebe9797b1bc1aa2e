"""Sales forecasts of Tryton (``integration_forecast/contract.py``)."""

import base64
import math
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    send_by_halving,
)

from .encoding import number_text, pick_ids
from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

MODULE = "stock_forecast"
FORECAST = "stock.forecast"
LINE = "stock.forecast.line"
WITH_ARCHIVED = {"active_test": False}


class ForecastMixin:
    """``forecast_place``, ``forecast_read``, ``forecast_write``.

    A period is a forecast of Tryton's own, confirmed: its supply counts those alone
    (``create_moves`` in trytond/modules/stock_forecast/forecast.py). They bear no key of
    ours; ours is the one our user has made for exactly this month and warehouse. To be
    changed it is a draft for a moment.
    """

    def forecast_place(self):
        missing = ""
        if MODULE not in self.modules:
            missing = _lt(
                "Sales forecast: activate the module %(module)s in Tryton;"
                " without it there is no place for forecasts.",
                module=MODULE,
            )
        elif not all(
            self.has_right(FORECAST, right) for right in ("read", "write", "create")
        ):
            missing = _lt(
                "Sales forecast: give the Tryton user %(login)s the group"
                " Stock Forecast.",
                login=self.login,
            )
        return {"place": "", "missing": missing}

    def forecast_read(self, periods):
        self._check_forecast_module()
        spans = self._get_spans(periods)
        ids = [item for period in periods for item in period.get("product_ids", ())]
        documents = self._read_documents(spans, ids)
        return [documents.get(span) for span in spans]

    def forecast_write(self, plans):
        self._check_forecast_module()
        products = self._read_forecast_products(plans)
        spans = self._get_spans(plans)
        answers = [None] * len(plans)
        to_create, to_change = [], []
        for index, plan in enumerate(plans):
            lines = self._prepare_lines(plan, products)
            if not lines:
                continue
            if plan["document"]:
                to_change.append((index, int(plan["document"]["remote_id"]), lines))
            else:
                to_create.append((index, self._prepare_forecast(spans[index], lines)))
        created = send_by_halving(
            lambda values: self.create_records(FORECAST, values),
            [values for _index, values in to_create],
        )
        touched = {}
        for (index, _values), outcome in zip(to_create, created, strict=True):
            if isinstance(outcome, IntegrationError):
                answers[index] = outcome
            else:
                touched[index] = outcome
        if to_change:
            touched |= {index: forecast for index, forecast, _lines in to_change}
            for index, error in self._change_forecasts(plans, to_change).items():
                answers[index] = error
        for index, error in self._confirm_forecasts(touched).items():
            answers[index] = answers[index] or error
        return self._get_answers(plans, products, answers)

    def _check_forecast_module(self):
        if MODULE not in self.modules:
            raise self.note_error(ValidationError(self.forecast_place()["missing"]))

    # -- periods ----------------------------------------------------------------------

    def _get_spans(self, periods):
        """What tells the forecast of a period: ``(first day, last day, warehouse)``."""
        return [
            (*_get_days(period["month"]), self._get_forecast_warehouse(period))
            for period in periods
        ]

    def _get_forecast_warehouse(self, period):
        if period["warehouse_id"]:
            return int(period["warehouse_id"])
        default = self._get_forecast_defaults().get("warehouse")
        warehouses = [row["id"] for row in self._get_warehouses()]
        if default is None and len(warehouses) != 1:
            raise ValidationError(
                _lt(
                    "Tryton has several warehouses and no default one. Set a"
                    " default warehouse in the preferences of our user there, or"
                    " map the warehouses here."
                )
            )
        return default if default is not None else warehouses[0]

    def _get_forecast_defaults(self):
        if "forecast_defaults" not in self.facts:
            self.facts["forecast_defaults"] = self.rpc(
                FORECAST, "default_get", ["warehouse", "destination"]
            )
        return self.facts["forecast_defaults"]

    def _get_forecast_destination(self):
        default = self._get_forecast_defaults().get("destination")
        if default is not None:
            return default
        if "customer_location" not in self.facts:
            self.facts["customer_location"] = self.search_read(
                "stock.location",
                [["type", "=", "customer"]],
                ["name"],
                order=[["id", "ASC"]],
                limit=1,
            )
        if not self.facts["customer_location"]:
            raise ValidationError(_lt("Tryton has no location of type “Customer”."))
        return self.facts["customer_location"][0]["id"]

    @property
    def _own_user_id(self):
        """Part of the session's credential, ``login:user:token``."""
        return int(base64.b64decode(self._cache["token"]).decode().rsplit(":", 2)[1])

    # -- reading ----------------------------------------------------------------------

    def _read_documents(self, spans, product_ids):
        """:return: dict ``{span: Document}`` of those there are; cancelled ones are none"""
        if not spans:
            return {}
        destination = self._get_forecast_destination()
        rows = self.search_read(
            FORECAST,
            [
                ["create_uid", "=", self._own_user_id],
                ["company", "=", self.company_id],
                ["destination", "=", destination],
                ["state", "!=", "cancelled"],
                ["warehouse", "in", sorted({span[2] for span in spans})],
                ["from_date", "in", sorted({span[0] for span in spans})],
            ],
            ["from_date", "to_date", "warehouse", "state", "rec_name"],
            order=[["id", "ASC"]],
            context=WITH_ARCHIVED,
        )
        lines = self._read_lines([row["id"] for row in rows], product_ids)
        documents = {}
        for row in rows:
            span = (row["from_date"], row["to_date"], row["warehouse"])
            known = documents.get(span)
            if known and known["state"] == "done":
                continue
            documents[span] = {
                "remote_id": str(row["id"]),
                "number": row["rec_name"],
                "url": self.record_url(FORECAST, row["id"]),
                # a confirmed one goes back to draft
                "is_open": True,
                "state": row["state"],
                "rows": lines.get(row["id"], []),
            }
        return documents

    def _read_lines(self, forecast_ids, product_ids):
        ids = pick_ids(product_ids)
        of_products, lines = [["product", "in", ids]] if ids else [], {}
        if forecast_ids:
            for row in self.search_read(
                LINE,
                [["forecast", "in", forecast_ids], *of_products],
                ["forecast", "product", "unit", "unit.digits", "quantity"],
            ):
                digits = row["unit."]["digits"]
                lines.setdefault(row["forecast"], []).append(
                    {
                        "id": str(row["id"]),
                        "product_id": str(row["product"]),
                        "unit_id": str(row["unit"]),
                        "quantity": number_text(row["quantity"]),
                        "step": str(Decimal(1).scaleb(-digits)),
                    }
                )
        return lines

    def _read_forecast_products(self, plans):
        """:return: dict ``{product id: {"unit_id", "digits", "reason"}}``; the digits by
        unit id"""
        ids = pick_ids(row["product_id"] for plan in plans for row in plan["rows"])
        rows = self.search_read(
            "product.product",
            [["id", "in", ids], ANY_ACTIVE],
            ["type", "consumable", "sale_uom", "default_uom"],
        )
        if "unit_digits" not in self.facts:
            self.facts["unit_digits"] = {
                str(unit["id"]): unit["digits"]
                for unit in self.search_read("product.uom", [ANY_ACTIVE], ["digits"])
            }
        return {
            str(row["id"]): {
                "unit_id": str(row["sale_uom"] or row["default_uom"]),
                # the domain of the field "product" of a line
                "reason": ""
                if row["type"] == "goods" and not row["consumable"]
                else _lt("The ERP keeps no stock of it."),
            }
            for row in rows
        }

    # -- writing ----------------------------------------------------------------------

    def _prepare_lines(self, plan, products):
        """Actions on the lines of a forecast, none where it stands as it is to be."""
        known = {
            row["product_id"]: row for row in (plan["document"] or {}).get("rows", [])
        }
        actions = []
        for row in plan["rows"]:
            product = products.get(row["product_id"])
            if not product or product["reason"]:
                # its answer says so
                continue
            unit_id = row["unit_id"] or product["unit_id"]
            quantity = self._round(row["quantity"], unit_id)
            line = known.get(row["product_id"])
            if not line and not quantity:
                continue
            values = {
                "unit": int(unit_id),
                "quantity": float(quantity),
                "minimal_quantity": float(self._get_packet(quantity, unit_id)),
            }
            if not line:
                actions.append(
                    ["create", [{**values, "product": int(row["product_id"])}]]
                )
            elif (Decimal(line["quantity"]), line["unit_id"]) != (quantity, unit_id):
                actions.append(["write", [int(line["id"])], values])
        document = plan["document"]
        if not actions and document and document.get("state") == "draft":
            # a former call got only so far
            return [["write", [], {}]]
        return actions

    def _round(self, text, unit_id):
        """To what the unit is kept in: Tryton refuses parts of a piece."""
        digits = self.facts["unit_digits"].get(unit_id, 2)
        return Decimal(text).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def _get_packet(self, quantity, unit_id):
        """Tryton spreads a forecast over its days in packets of this size, and drops what
        is less than one: so it has to divide the quantity."""
        if quantity <= 1:
            return quantity
        digits = self.facts["unit_digits"].get(unit_id, 2)
        packet = quantity / math.ceil(quantity)
        return packet.quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)

    def _prepare_forecast(self, span, lines):
        from_date, to_date, warehouse = span
        return {
            "company": self.company_id,
            "warehouse": warehouse,
            "destination": self._get_forecast_destination(),
            "from_date": from_date,
            "to_date": to_date,
            "lines": lines,
        }

    def _change_forecasts(self, plans, to_change):
        """:return: dict ``{index: error}`` of those that were refused"""
        confirmed = [
            forecast
            for index, forecast, _lines in to_change
            if plans[index]["document"]["state"] == "done"
        ]
        try:
            if confirmed:
                self.rpc(FORECAST, "draft", confirmed)
        except IntegrationError as error:
            return {index: error for index, _forecast, _lines in to_change}
        outcomes = send_by_halving(
            self._write_forecasts,
            [(forecast, lines) for _index, forecast, lines in to_change],
        )
        return {
            index: outcome
            for (index, _forecast, _lines), outcome in zip(
                to_change, outcomes, strict=True
            )
            if isinstance(outcome, IntegrationError)
        }

    def _write_forecasts(self, changes):
        arguments = []
        for forecast, lines in changes:
            if lines != [["write", [], {}]]:
                arguments += [[forecast], {"lines": lines}]
        if arguments:
            self.rpc(FORECAST, "write", *arguments, changes=True)
        return [True] * len(changes)

    def _confirm_forecasts(self, touched):
        """Also those whose change was refused: what stood there before stands again.

        :param dict touched: ``{index: forecast id}``
        :return: dict ``{index: error}``
        """
        outcomes = send_by_halving(self._confirm, list(touched.values()))
        return {
            index: self._explain_overlap(outcome)
            for index, outcome in zip(touched, outcomes, strict=True)
            if isinstance(outcome, IntegrationError)
        }

    def _confirm(self, forecast_ids):
        self.rpc(FORECAST, "confirm", forecast_ids)
        return [True] * len(forecast_ids)

    def _explain_overlap(self, error):
        if not isinstance(error, ValidationError):
            return error
        return ValidationError(
            _lt(
                "It stands in Tryton as a draft, which its supply does not count:"
                " it can't be confirmed beside another one of these dates."
                " (Tryton says: %(reason)s)",
                reason=error.message,
            ),
            error.technical,
        )

    def _get_answers(self, plans, products, answers):
        spans = self._get_spans(plans)
        good = [spans[i] for i, answer in enumerate(answers) if answer is None]
        ids = [row["product_id"] for plan in plans for row in plan["rows"]]
        documents = self._read_documents(good, ids)
        return [
            answer or _get_answer(plan, products, documents.get(span))
            for plan, span, answer in zip(plans, spans, answers, strict=True)
        ]


def _get_days(month):
    """First and last day of a month."""
    first = date.fromisoformat(month)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _get_answer(plan, products, document):
    there = {row["product_id"]: row for row in (document or {}).get("rows", [])}
    return {
        "remote_id": document["remote_id"] if document else "",
        "number": document["number"] if document else "",
        "url": document["url"] if document else "",
        "rows": [
            _get_row_answer(
                row, products.get(row["product_id"]), there.get(row["product_id"])
            )
            for row in plan["rows"]
        ],
    }


def _get_row_answer(row, product, planned):
    """Of a product that is gone there nothing is planned: that is an error of its row
    alone, unless nothing is what was asked for."""
    answer = {
        "quantity": planned["quantity"] if planned else "0",
        "reason": product["reason"] if product else "",
    }
    if not product and Decimal(row["quantity"]):
        answer["error"] = _lt(
            "Tryton has no product %(product)s any more. Map it anew.",
            product=row["product_id"],
        )
    return answer
