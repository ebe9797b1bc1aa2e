"""Sales forecasts of another Odoo (``integration_forecast/contract.py``)."""

from decimal import Decimal

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    send_by_halving,
)

from .convert import pick_ids, read_id, read_text, to_decimal_text, to_float, to_id

_lt = TextMaker(__name__)

PICKING = "stock.picking"
MOVE = "stock.move"
NOTE = (
    "Sales forecast of the CRM: what its open deals are going to need. Leave it a draft:"
    " so it counts under “Forecasted with Pending” of each product, and reserves and orders"
    " nothing."
)


class ForecastVerbs:
    """``forecast_place``, ``forecast_read``, ``forecast_write``.

    Odoo Community plans no demand; what its planners look at is the report *Forecasted* of
    a product, which sums up draft moves out of the warehouse as *Outgoing Draft Transfer*
    (``_get_report_header`` in stock/report/stock_forecasted.py). So a period is a draft
    delivery, known by our key in its source document. Its moves are drafts too: Odoo
    counts those neither as reserved nor as expected, and its scheduler passes them by.
    """

    def forecast_place(self):
        if not self.has_model(PICKING):
            return {
                "place": "",
                "missing": _lt(
                    "Sales forecast: this Odoo has no planning. Install the app"
                    " Inventory there, then the forecast can go into draft"
                    " deliveries."
                ),
            }
        if not self._has_right(PICKING, "create"):
            user = self._read_own_user()
            return {
                "place": "",
                "missing": _lt(
                    "Sales forecast: give %(user)s the right to create deliveries"
                    " (group “Inventory / User”).",
                    user=user["name"],
                ),
            }
        return {
            "place": _lt(
                "Sales forecast: Odoo Community has no demand planning. The"
                " forecast goes into draft deliveries, one a month, which"
                " planners see on each product under Forecasted, as “Outgoing"
                " Draft Transfer”."
            ),
            "missing": "",
        }

    def forecast_read(self, periods):
        self._check_forecast_place()
        by_key = self._read_forecasts(
            periods, [item for p in periods for item in p.get("product_ids", ())]
        )
        return [by_key.get(period["key"]) for period in periods]

    def forecast_write(self, plans):
        self._check_forecast_place()
        products = self._read_forecast_products(plans)
        answers = [None] * len(plans)
        to_create, written = [], []
        for index, plan in enumerate(plans):
            try:
                commands = self._prepare_moves(plan, products)
                if not plan["document"] and commands:
                    to_create.append((index, self._prepare_forecast(plan, commands)))
                    continue
                if commands:
                    self._update_forecast(plan, commands)
                written.append(index)
            except ValidationError as error:
                answers[index] = error
            except IntegrationError as error:
                # it concerns all of them: the flow tries again
                return [answer or error for answer in answers]
        created = send_by_halving(
            self._create_forecasts, [values for _index, values in to_create]
        )
        for (index, _values), outcome in zip(to_create, created, strict=True):
            if isinstance(outcome, IntegrationError):
                answers[index] = outcome
            else:
                written.append(index)
        found = self._read_forecasts(
            [plans[index] for index in written],
            [row["product_id"] for plan in plans for row in plan["rows"]],
        )
        for index in written:
            plan = plans[index]
            answers[index] = _get_answer(plan, products, found.get(plan["key"]))
        return answers

    def _check_forecast_place(self):
        missing = "" if self.has_model(PICKING) else self.forecast_place()["missing"]
        if missing:
            raise self.note_error(ValidationError(missing))

    # -- reading ----------------------------------------------------------------------

    def _read_forecasts(self, periods, product_ids):
        """:return: dict ``{key: Document}``; of several, the one that is a draft"""
        if not periods:
            return {}
        keys = [period["key"] for period in periods]
        ids = pick_ids(product_ids)
        pickings = self.search_read(
            PICKING,
            [
                ("origin", "in", keys),
                ("state", "!=", "cancel"),
                *self._get_company_domain(PICKING),
            ],
            ["origin", "name", "state"],
        )
        moves = {}
        if pickings:
            for move in self.search_read(
                MOVE,
                [
                    ("picking_id", "in", [row["id"] for row in pickings]),
                    ("state", "!=", "cancel"),
                    *([("product_id", "in", ids)] if ids else []),
                ],
                ["picking_id", "product_id", "product_uom", "product_uom_qty"],
            ):
                moves.setdefault(read_id(move, "picking_id"), []).append(move)
        documents = {}
        for picking in pickings:
            known = documents.get(picking["origin"])
            if known and known["is_open"]:
                continue
            documents[picking["origin"]] = {
                "remote_id": str(picking["id"]),
                "number": read_text(picking, "name"),
                "url": self.get_url(PICKING, picking["id"]),
                "is_open": picking["state"] == "draft",
                "rows": [_get_row(move) for move in moves.get(picking["id"], [])],
            }
        return documents

    def _read_forecast_products(self, plans):
        """:return: dict ``{product id: {"unit_id", "reason"}}``"""
        ids = pick_ids(row["product_id"] for plan in plans for row in plan["rows"])
        is_new = self.get_field("product.product", "is_storable")
        products = {}
        for row in self.search_read(
            "product.product",
            [("id", "in", ids)],
            ["uom_id", "type", "is_storable"],
            context={"active_test": False},
        ):
            # a type of its own until 17
            is_kept = row["is_storable"] if is_new else row["type"] == "product"
            products[str(row["id"])] = {
                "unit_id": str(read_id(row, "uom_id") or ""),
                "reason": "" if is_kept else _lt("The ERP keeps no stock of it."),
            }
        return products

    # -- writing ----------------------------------------------------------------------

    def _prepare_moves(self, plan, products):
        """What has to be done with the moves of a period, as commands of its field."""
        document = plan["document"]
        if document and not document["is_open"]:
            raise ValidationError(
                _lt(
                    "%(number)s is the forecast of this month, but somebody has"
                    " confirmed it there. Cancel it there, or empty its source"
                    " document; then send again.",
                    number=document["number"],
                )
            )
        known = {row["product_id"]: row for row in (document or {}).get("rows", [])}
        commands = []
        for row in plan["rows"]:
            product = products.get(row["product_id"])
            if not product or product["reason"]:
                # its answer says so
                continue
            unit_id = row["unit_id"] or product["unit_id"]
            values = {
                "product_uom_qty": to_float(row["quantity"]),
                "product_uom": to_id(unit_id, "unit"),
            }
            move = known.get(row["product_id"])
            if move:
                same = Decimal(move["quantity"]) == Decimal(row["quantity"])
                if not same or move["unit_id"] != unit_id:
                    commands.append([1, int(move["id"]), values])
            elif Decimal(row["quantity"]):
                values["product_id"] = int(row["product_id"])
                commands.append([0, 0, {**values, **self._get_route(plan)}])
        return commands

    def _get_route(self, plan):
        """From the warehouse to the customers."""
        warehouse = self._get_forecast_warehouse(plan["warehouse_id"])
        values = {
            "location_id": read_id(warehouse, "lot_stock_id"),
            "location_dest_id": self._get_customer_location(),
            "date": _get_moment(plan),
        }
        if self.get_fields(MOVE).get("name", {}).get("required"):
            # until 18
            values["name"] = plan["key"]
        return values

    def _prepare_forecast(self, plan, commands):
        warehouse = self._get_forecast_warehouse(plan["warehouse_id"])
        route = self._get_route(plan)
        return {
            "picking_type_id": read_id(warehouse, "out_type_id"),
            "location_id": route["location_id"],
            "location_dest_id": route["location_dest_id"],
            "origin": plan["key"],
            "scheduled_date": route["date"],
            "note": NOTE,
            self._get_moves_field(): commands,
        }

    def _create_forecasts(self, values):
        return self.call(
            PICKING,
            "create",
            vals_list=values,
            changes=True,
            purpose="create sales forecasts",
        )

    def _update_forecast(self, plan, commands):
        self.call(
            PICKING,
            "write",
            [int(plan["document"]["remote_id"])],
            vals={self._get_moves_field(): commands},
            changes=any(command[0] == 0 for command in commands),
            purpose="change a sales forecast",
        )

    def _get_moves_field(self):
        return self.get_name(PICKING, "moves")

    def _get_forecast_warehouse(self, warehouse_id):
        warehouses = self.get_fact(
            "forecast_warehouses",
            lambda: self.search_read(
                "stock.warehouse",
                self._get_company_domain("stock.warehouse"),
                ["name", "lot_stock_id", "out_type_id"],
                order="sequence, id",
            ),
        )
        for warehouse in warehouses:
            if warehouse_id in ("", str(warehouse["id"])):
                return warehouse
        raise ValidationError(
            _lt(
                "Odoo has no warehouse %(warehouse_id)s in this company. Map the"
                " warehouses anew.",
                warehouse_id=warehouse_id,
            )
        )

    def _get_customer_location(self):
        locations = self.get_fact(
            "customer_location",
            lambda: self.search_read(
                "stock.location",
                [
                    ("usage", "=", "customer"),
                    *self._get_company_domain("stock.location"),
                ],
                ["name"],
                limit=1,
            ),
        )
        if not locations:
            raise ValidationError(_lt("Odoo has no location of type “Customer”."))
        return locations[0]["id"]


def _get_moment(plan):
    # noon is the same day in nearly every time zone
    return f"{plan['month']} 12:00:00"


def _get_row(move):
    return {
        "id": str(move["id"]),
        "product_id": str(read_id(move, "product_id")),
        "unit_id": str(read_id(move, "product_uom")),
        "quantity": to_decimal_text(move["product_uom_qty"]),
        "step": "0.01",
    }


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
            "Odoo has no product %(product)s any more. Map it anew.",
            product=row["product_id"],
        )
    return answer
