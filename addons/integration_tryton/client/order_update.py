"""Orders changed in Tryton after they were made (``integration_sale/contract_changes.py``).

Tryton takes changes to a draft alone: a quotation, and an order that is confirmed but not
yet processed, become a draft for it and what they were again (trytond/modules/sale/sale.py,
``_transitions``). Once it is processed, nothing of it can be changed.
"""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    NotSentError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_in_chunks,
)

from .encoding import date_text
from .order_content import get_content_line, get_expectation

_lt = TextMaker(__name__)

UPDATE_SIZE = 50
# buttons that bring an order back to where it was before it was made a draft
BACK_TO = {"draft": (), "quotation": ("quote",), "confirmed": ("quote", "confirm")}
# where an order is past that, in words
CLOSED_STATES = {
    "processing": _lt("being processed"),
    "done": _lt("done"),
    "cancelled": _lt("cancelled"),
}
# what an order can never get another of: all that was reckoned hangs on it
FIXED = ("party_id", "currency_id")
# our field -> theirs
HEADER = {
    "party_id": "party",
    "invoice_address_id": "invoice_address",
    "delivery_address_id": "shipment_address",
    "currency_id": "currency",
    "payment_term_id": "payment_term",
    "requested_date": "shipping_date",
    "salesperson_id": "quoted_by",
    "warehouse_id": "warehouse",
    "note": "comment",
}
LINE_FIELDS = (
    "sale",
    "type",
    "product",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "taxes",
    "moves_progress",
    "invoice_progress",
)


class OrderUpdateMixin:
    """``order_read``, ``order_expected``, ``order_update``."""

    # -- read -------------------------------------------------------------------------

    def order_read(self, remote_ids):
        fields = self._get_header_fields()
        rows = {
            str(row["id"]): row
            for row in self.search_read(
                "sale.sale",
                [["id", "in", [int(item) for item in remote_ids]]],
                [
                    *self._get_order_fields(),
                    *fields.values(),
                    "shipments",
                    "invoices",
                ],
            )
        }
        lines = self._read_content_lines(rows)
        documents = self.find_final_documents(rows.values())
        return [
            self._get_content(rows[item], lines[item], documents[item], fields)
            if item in rows
            else None
            for item in remote_ids
        ]

    def _get_header_fields(self):
        """:return: dict ``{our field: theirs}`` of those this server has"""
        fields = dict(HEADER)
        if "sale_price_list" in self.modules:
            fields["price_list_id"] = "price_list"
        if "sale_shipment_cost" in self.modules:
            fields["carrier_id"] = "carrier"
        # see OrderValuesMixin._prepare_key: the reference may be our key
        fields["customer_reference"] = (
            "reference" if self.key_is_unique else "description"
        )
        return fields

    def _read_content_lines(self, rows):
        """:return: dict ``{remote id: [row]}``, in their order"""
        lines = {item: [] for item in rows}
        found = self.search_read(
            "sale.line",
            [["sale", "in", [int(item) for item in rows]]],
            LINE_FIELDS,
            order=[["sale", "ASC"], ["sequence", "ASC NULLS FIRST"], ["id", "ASC"]],
        )
        for row in found:
            lines[str(row["sale"])].append(row)
        return lines

    def _get_content(self, row, lines, documents, fields):
        """:rtype: OrderContent"""
        order = self._get_order(row)
        reason = ""
        if row["state"] == "processing":
            # the nearest reason is the one people understand
            reason = next((name for name in documents if documents[name]), "processed")
        elif row["state"] not in BACK_TO:
            reason = order["state"]
        return {
            "order": order,
            "reason": reason,
            "documents": documents,
            "fixed": list(FIXED),
            "header": {
                name: date_text(row[field])
                if name == "requested_date"
                else str(row[field] or "")
                for name, field in fields.items()
            },
            "lines": [get_content_line(line) for line in lines],
        }

    # -- expected ---------------------------------------------------------------------

    def order_expected(self, orders):
        """What an order would be made of, written up as :meth:`order_create` does."""
        fields = self._get_header_fields()
        return [
            values
            if isinstance(values, IntegrationError)
            else get_expectation(order, values, fields)
            for order, values in zip(orders, self.prepare_orders(orders), strict=True)
        ]

    # -- update -----------------------------------------------------------------------

    def order_update(self, updates):
        prepared = self.prepare_orders([update["order"] for update in updates])
        answers = [None] * len(updates)
        to_send = []
        for index, values in enumerate(prepared):
            if isinstance(values, IntegrationError):
                answers[index] = values
            else:
                to_send.append((index, updates[index], values))
        if not to_send:
            return answers
        # as they stood before any of it: broken off or refused, they go back to there
        states = {
            item: row["state"]
            for item, row in self._search_orders(
                [update["remote_id"] for _index, update, _values in to_send], ("state",)
            ).items()
        }
        sent = send_in_chunks(
            lambda items: self._update_orders(items, states),
            in_chunks(to_send, UPDATE_SIZE),
        )
        for (index, _update, _values), answer in zip(to_send, sent, strict=True):
            answers[index] = answer
        return answers

    def _update_orders(self, items, states):
        """Refused as a whole, if it is refused, before any of it is written: whoever halves
        a refused batch sends its parts again.

        :param dict states: ``{remote id: state}`` to bring them back to
        """
        ids = [update["remote_id"] for _index, update, _values in items]
        rows = self._search_orders(ids, ("state", "lines"))
        missing = [item for item in ids if item not in rows]
        if missing:
            raise ValidationError(
                _lt(
                    "Order %(numbers)s is no longer in Tryton.",
                    numbers=", ".join(missing),
                )
            )
        closed = [item for item in ids if rows[item]["state"] not in BACK_TO]
        if closed:
            raise ValidationError(
                _lt(
                    "Order %(numbers)s can't be changed any more in Tryton: it is"
                    " %(state)s.",
                    numbers=", ".join(closed),
                    state=CLOSED_STATES.get(state := rows[closed[0]]["state"], state),
                )
            )
        states = {item: states[item] for item in ids}
        errors = self._press_each(
            "draft", [item for item in ids if rows[item]["state"] != "draft"]
        )
        open_ones = [item for item in items if item[1]["remote_id"] not in errors]
        try:
            self._write_and_bring_back(open_ones, states)
        except ValidationError:
            raise
        except IntegrationError as error:
            if all(states[item] == "draft" for item in ids if item not in errors):
                raise
            raise _as_unknown(error) from error
        answers = self._read_updated(items, rows)
        return [
            errors.get(item, answer) for item, answer in zip(ids, answers, strict=True)
        ]

    def _write_and_bring_back(self, items, states):
        """:param dict states: of all orders of the batch"""
        try:
            self._write_orders(items, states)
        except ValidationError:
            # refused or not, it is no draft if it was none
            self._bring_back(states)
            raise
        # one that is refused here stays a draft, as its answer tells
        self._bring_back(
            {update["remote_id"]: states[update["remote_id"]] for _, update, _ in items}
        )

    def _bring_back(self, states):
        refused = {}
        for button in ("quote", "confirm"):
            refused |= self._press_each(
                button,
                [
                    item
                    for item, state in states.items()
                    if button in BACK_TO.get(state, ()) and item not in refused
                ],
            )

    def _press_each(self, button, remote_ids):
        """:return: dict ``{remote id: ValidationError}`` of those refused
        :raise OutcomeUnknownError: the server is in trouble, and some are pressed
        :raise IntegrationError: ... and none is"""
        answers = self._press(button, remote_ids)
        refused = {}
        for item, answer in zip(remote_ids, answers, strict=True):
            if isinstance(answer, ValidationError):
                refused[item] = answer
            elif answer is not None:
                raise _as_unknown(answer) if None in answers else answer
        return refused

    def _write_orders(self, items, states):
        """One write for all orders, lines included."""
        arguments = []
        fields = self._get_header_fields()
        for _index, update, values in items:
            changes = {
                fields[name]: values.get(fields[name])
                for name in update["fields"]
                if name in fields
            }
            if states[update["remote_id"]] != "draft" and values.get("quoted_by"):
                # becoming a draft it has lost who had quoted it
                changes["quoted_by"] = values["quoted_by"]
            if lines := self._get_line_commands(update, values):
                changes["lines"] = lines
            if changes:
                arguments += [[int(update["remote_id"])], changes]
        if arguments:
            self.rpc("sale.sale", "write", *arguments, changes=True, skip_warnings=True)

    def _get_line_commands(self, update, values):
        [[_create, prepared]] = values["lines"]
        by_key = {
            line["key"]: line_values
            for line, line_values in zip(
                update["order"]["lines"], prepared, strict=True
            )
        }
        commands = []
        for change in update["change"]:
            line_values = by_key[change["line"]["key"]]
            written = {}
            for name in change["fields"]:
                written |= _get_written(name, line_values, change["there"])
            commands.append(["write", [int(change["remote_id"])], written])
        if update["remove"]:
            commands.append(["delete", [int(item) for item in update["remove"]]])
        added = [
            {**by_key[addition["line"]["key"]], "sequence": addition["position"]}
            for addition in update["add"]
        ]
        if added:
            commands.append(["create", added])
        return commands

    def _read_updated(self, items, before):
        try:
            rows = self._search_orders(
                [update["remote_id"] for _index, update, _values in items],
                [*self._get_order_fields(), "lines"],
            )
        except IntegrationError as error:
            # they are changed: any other kind could have it sent again
            raise OutcomeUnknownError(
                _lt("The orders are changed, but could not be read."),
                f"{error.message} {error.technical}",
            ) from error
        answers = []
        for _index, update, _values in items:
            row = rows.get(update["remote_id"])
            if row is None:
                answers.append(ValidationError(_lt("The order was deleted in Tryton.")))
                continue
            new = sorted(set(row["lines"]) - set(before[update["remote_id"]]["lines"]))
            answers.append(
                {
                    "order": self._get_order(row),
                    "line_ids": [str(line_id) for line_id in new],
                }
            )
        return answers


def _as_unknown(error):
    """Orders were made drafts, and are not what they were again: only of a call that was
    lost is remembered that it may be ours that they are drafts."""
    if isinstance(error, OutcomeUnknownError):
        return error
    # what our own limits ask for is not the system's doing: the next try meets them anew
    is_ours = isinstance(error, NotSentError)
    return OutcomeUnknownError(
        error.message, error.technical, None if is_ours else error.retry_after
    )


def _get_written(name, values, there):
    """What one of our fields comes to in a write of a line."""
    if name == "tax_ids":
        [[_add, tax_ids]] = values.get("taxes") or [["add", []]]
        known = [int(tax_id) for tax_id in there["tax_ids"]]
        return {"taxes": [["remove", known], ["add", tax_ids]]}
    if name in ("unit_price", "discount"):
        return {"unit_price": values["unit_price"], "note": values.get("note")}
    if name == "product_id":
        return {"product": values["product"]}
    if name == "unit_id":
        return {"unit": values["unit"]}
    return {name: values[name]}
