"""Orders changed after they were made (``integration_sale/contract_changes.py``)."""

from collections import defaultdict

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_in_chunks,
)

from .convert import read_id, to_id
from .order_cancel import OrderCancelVerbs
from .order_content import OrderContentVerbs
from .orders import CREATE_CONTEXT, OPTIONAL_LINKS

_lt = TextMaker(__name__)

# what Odoo derives anew for another customer, besides the addresses
DERIVED = ("pricelist_id", "payment_term_id", "user_id", "warehouse_id", "carrier_id")
# more would keep a worker busy for longer than callers wait
UPDATE_SIZE = 50


class OrderChangeVerbs(OrderContentVerbs, OrderCancelVerbs):
    """``order_update``, beside those of the base classes.

    Odoo takes changes to a confirmed order: quantities not below what was delivered, no
    line taken out but set to zero (``sale/models/sale_order_line.py``,
    ``_unlink_except_confirmed``; ``sale_stock``, ``_update_line_quantity``). Deliveries
    follow. A locked order takes none.
    """

    def order_update(self, updates):
        """A few calls for all of them: Odoo's import takes tables of records that have
        values of their own, each table in one transaction."""
        return send_in_chunks(self._update_orders, in_chunks(updates, UPDATE_SIZE))

    def _update_orders(self, updates):
        """What is refused halfway is written in part: asked again, what is there already
        is not written a second time."""
        rows = self._read_update_rows([update["remote_id"] for update in updates])
        states = {remote_id: row["state"] for remote_id, row in rows.items()}
        self._load_tables(
            "sale.order",
            (
                self._prepare_header(update, rows.get(update["remote_id"], {}))
                for update in updates
            ),
        )
        self._load_tables(
            "sale.order.line",
            (
                self._prepare_line_row(change)
                for update in updates
                for change in update["change"]
            ),
        )
        self._remove_lines(updates, states)
        added = self._add_lines(updates)
        try:
            rows = {
                row["id"]: row
                for row in self._read_orders(
                    [int(update["remote_id"]) for update in updates]
                )
            }
        except IntegrationError as error:
            # it is written: any other kind could have it written again
            raise OutcomeUnknownError(
                _lt("The orders are changed, but could not be read."),
                f"{error.message} {error.technical}",
            ) from error
        return [
            {
                "order": self._order_answer(rows[int(update["remote_id"])]),
                "line_ids": ids,
            }
            if int(update["remote_id"]) in rows
            else ValidationError(_lt("The order has been deleted in Odoo."))
            for update, ids in zip(updates, added, strict=True)
        ]

    def _read_update_rows(self, remote_ids):
        known = self.get_fields("sale.order")
        rows = self.search_read(
            "sale.order",
            [("id", "in", [int(remote_id) for remote_id in remote_ids])],
            ["state", *(name for name in DERIVED if name in known)],
        )
        return {str(row["id"]): row for row in rows}

    def _prepare_header(self, update, row):
        """
        :param dict row: the order as it stands
        :return: dict ``{column: cell}`` for Odoo's import
        """
        order, cells = update["order"], {}
        columns = {key: name for name, (key, _what) in OPTIONAL_LINKS.items()}
        for name in update["fields"]:
            if name in columns:
                cells[f"{columns[name]}/.id"] = order[name]
            elif name == "customer_reference":
                cells["client_order_ref"] = order[name] or order["number"]
            elif name == "requested_date":
                cells["commitment_date"] = order[name] and f"{order[name]} 12:00:00"
            elif name == "note":
                cells["note"] = self._prepare_note(order[name]) if order[name] else ""
            elif name == "price_list_id":
                cells["pricelist_id/.id"] = order[name]
            elif name == "contact_id":
                cells["partner_id/.id"] = order["contact_id"] or order["party_id"]
                # Odoo would take those of the new contact
                for column in DERIVED:
                    if column in row:
                        value = read_id(row, column)
                        cells.setdefault(f"{column}/.id", str(value) if value else "")
                for key in ("invoice_address_id", "delivery_address_id"):
                    if order[key]:
                        cells[f"{columns[key]}/.id"] = order[key]
        return {".id": update["remote_id"], **cells} if cells else {}

    def _prepare_line_row(self, change):
        line = change["line"]
        unit = self.get_name("sale.order.line", "unit")
        taxes = self.get_name("sale.order.line", "taxes")
        cells = {
            "description": ("name", line["description"] or "-"),
            "quantity": ("product_uom_qty", line["quantity"]),
            "unit_id": (f"{unit}/.id", line["unit_id"]),
            "unit_price": ("price_unit", line["unit_price"]),
            "discount": ("discount", line["discount"]),
            "tax_ids": (f"{taxes}/.id", ",".join(line["tax_ids"] or [])),
        }
        row = {".id": change["remote_id"]}
        if {"quantity", "unit_id"} & set(change["fields"]):
            # Odoo works them out anew for another quantity or unit, unless they are given
            for name in ("unit_price", "discount"):
                row[cells[name][0]] = change["there"][name]
        for name in change["fields"]:
            column, cell = cells[name]
            row[column] = cell
        return row

    def _load_tables(self, model, records):
        """:param records: dicts ``{column: cell}`` with ``.id``; those of the same columns
        go together"""
        tables = defaultdict(list)
        for record in records:
            if record:
                tables[tuple(sorted(record))].append(record)
        for columns, table in tables.items():
            self.write_table(
                model,
                columns,
                [[str(record[name]) for name in columns] for record in table],
                context={
                    **CREATE_CONTEXT,
                    # deliveries that have not left go to the new address
                    "update_delivery_shipping_partner": True,
                },
                purpose="change orders",
            )

    def _remove_lines(self, updates, states):
        """Of a draft lines are taken out, on a confirmed order nothing of them is ordered
        any more."""
        drafts, confirmed = [], []
        for update in updates:
            is_draft = states.get(update["remote_id"]) in ("draft", "sent")
            (drafts if is_draft else confirmed).extend(update["remove"])
        if confirmed:
            rows = self.search_read(
                "sale.order.line",
                [("id", "in", [int(item) for item in confirmed])],
                ["display_type"],
            )
            texts = {str(row["id"]) for row in rows if row["display_type"]}
            drafts += sorted(texts)
            products = [item for item in confirmed if item not in texts]
            if products:
                self.call(
                    "sale.order.line",
                    "write",
                    [int(item) for item in products],
                    vals={"product_uom_qty": 0},
                    changes=True,
                    purpose="take lines out of orders",
                )
        if drafts:
            # those somebody else has taken out meanwhile can't be once more
            present = self.search_read(
                "sale.order.line",
                [("id", "in", [int(item) for item in drafts])],
                ["id"],
            )
            if present:
                self.call(
                    "sale.order.line",
                    "unlink",
                    [row["id"] for row in present],
                    changes=True,
                    purpose="take lines out of orders",
                )

    def _add_lines(self, updates):
        """:return: per update the ids of its new lines"""
        values_list, counts = [], []
        for update in updates:
            counts.append(len(update["add"]))
            for addition in update["add"]:
                values = self._prepare_line_values(
                    addition["line"], addition["position"]
                )
                values_list.append(
                    {**values, "order_id": to_id(update["remote_id"], "order")}
                )
        if not values_list:
            return [[] for _update in updates]
        ids = self.call(
            "sale.order.line",
            "create",
            vals_list=values_list,
            changes=True,
            purpose="add lines to orders",
        )
        rest = iter(ids)
        return [[str(next(rest)) for _each in range(count)] for count in counts]
