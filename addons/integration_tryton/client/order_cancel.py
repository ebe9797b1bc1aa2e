"""Orders cancelled in Tryton and brought back (``integration_sale/contract_changes.py``).

Tryton cancels an order before it is confirmed (trytond/modules/sale/sale.py). One that is
being processed is called off as its clerks do it: its shipments and its draft invoice are
cancelled, and what Tryton then calls an exception is ignored, so that nothing of it is made
anew. Such an order ends without anything to ship or to invoice; this client tells of it as
cancelled.
"""

from collections import defaultdict

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    send_by_halving,
)

_lt = TextMaker(__name__)

SHIPPED = ("shipped", "done")
POSTED = ("posted", "paid")
OPEN_SHIPMENT = ("draft", "waiting", "assigned", "picked", "packed")
OPEN_INVOICE = ("draft", "validated")
CANCELLABLE = ("draft", "quotation", "confirmed")
CALL_FIELDS = ("shipments", "invoices", "shipment_state", "invoice_state")
# the wizards that settle exceptions, by the state of the order that shows them
EXCEPTIONS = {
    "shipment_state": "sale.handle.shipment.exception",
    "invoice_state": "sale.handle.invoice.exception",
}


class OrderCancelMixin:
    """``order_cancel`` and ``order_reopen``."""

    def order_cancel(self, remote_ids, keys=()):
        rows = self._read_call_rows(remote_ids)
        documents = self.find_final_documents(rows.values())
        for item, numbers in self._find_shared_documents(rows).items():
            documents[item]["shared"] = numbers
        for item, found in self._find_strangers(rows, remote_ids, keys).items():
            documents[item]["not_ours"] = found
        reasons = {
            item: self._get_cancel_reason(row, documents[item])
            for item, row in rows.items()
        }
        open_ones = [item for item in rows if not reasons[item]]
        errors = self._cancel_early(
            [item for item in open_ones if rows[item]["state"] in CANCELLABLE], rows
        )
        under_way = [item for item in open_ones if rows[item]["state"] == "processing"]
        errors |= dict(
            zip(
                under_way,
                send_by_halving(
                    lambda some: self._call_off([rows[item] for item in some]),
                    under_way,
                ),
                strict=True,
            )
        )
        answers = self._get_call_answers(remote_ids, errors, reasons, documents)
        for item, answer in zip(remote_ids, answers, strict=True):
            if isinstance(answer, dict):
                was = rows.get(item)
                answer["was_cancelled"] = bool(was) and is_gone(was)
        return answers

    def order_reopen(self, remote_ids, keys=()):
        rows = self._read_call_rows(remote_ids)
        strangers = self._find_strangers(rows, remote_ids, keys)
        wanted = [
            item
            for item, row in rows.items()
            if row["state"] == "cancelled" and item not in strangers
        ]
        errors = dict(zip(wanted, self._press("draft", wanted), strict=True))
        # one that was called off is through: Tryton brings nothing of it back
        reasons = {
            item: "not_ours"
            if item in strangers
            else "processed"
            if is_called_off(row)
            else ""
            for item, row in rows.items()
        }
        documents = {item: {"not_ours": found} for item, found in strangers.items()}
        return self._get_call_answers(remote_ids, errors, reasons, documents)

    def _find_strangers(self, rows, remote_ids, keys):
        """Our key is in the web shop's id or in the reference.

        :return: dict ``{remote id: [what it bears]}`` of those that don't bear our key
        """
        strangers = {}
        for item, key in zip(remote_ids, keys, strict=False):
            row = rows.get(item)
            if row and key and key not in (row.get("web_id"), row["reference"]):
                strangers[item] = [self.get_key(row)] if self.get_key(row) else []
        return strangers

    def _read_call_rows(self, remote_ids):
        return self._search_orders(
            remote_ids, [*self._get_order_fields(), *CALL_FIELDS]
        )

    def find_final_documents(self, rows):
        """What can't be undone by cancelling the order.

        :param rows: of sales, with ``shipments`` and ``invoices``
        :return: dict ``{remote id: {"shipped": [numbers], "invoiced": [numbers]}}``
        """
        rows = list(rows)
        found = {str(row["id"]): {"shipped": [], "invoiced": []} for row in rows}
        for name, model, states, key in (
            ("shipments", "stock.shipment.out", SHIPPED, "shipped"),
            ("invoices", "account.invoice", POSTED, "invoiced"),
        ):
            ids = {item for row in rows for item in row[name]}
            if not ids:
                continue
            documents = self.read_existing(model, ids, ["number", "state"])
            for row in rows:
                found[str(row["id"])][key] = [
                    documents[item]["number"] or f"({item})"
                    for item in sorted(row[name])
                    if item in documents and documents[item]["state"] in states
                ]
        return found

    def _find_shared_documents(self, rows):
        """Several orders may go out together, or be billed on one invoice (modules
        sale_shipment_grouping, sale_invoice_grouping): to cancel it would call off what
        others have ordered.

        :param dict rows: of sales, by remote id
        :return: dict ``{remote id: [numbers]}`` of those being processed that have some
        """
        under_way = {
            item: row for item, row in rows.items() if row["state"] == "processing"
        }
        found = defaultdict(list)
        for name, model, states in (
            ("shipments", "stock.shipment.out", OPEN_SHIPMENT),
            ("invoices", "account.invoice", OPEN_INVOICE),
        ):
            ids = sorted({item for row in under_way.values() for item in row[name]})
            if not ids:
                continue
            owners = defaultdict(set)
            for sale in self.search_read("sale.sale", [[name, "in", ids]], [name]):
                for document_id in sale[name]:
                    owners[document_id].add(str(sale["id"]))
            shared = [key for key in ids if len(owners[key]) > 1]
            if not shared:
                continue
            documents = self.read_existing(model, shared, ["number", "state"])
            for item, row in under_way.items():
                found[item] += [
                    documents[key]["number"] or f"({key})"
                    for key in sorted(row[name])
                    if key in documents and documents[key]["state"] in states
                ]
        return {item: numbers for item, numbers in found.items() if numbers}

    def _get_cancel_reason(self, row, documents):
        if is_gone(row):
            return ""
        if "not_ours" in documents:
            return "not_ours"
        for reason in ("shipped", "invoiced", "shared"):
            if documents.get(reason):
                return reason
        return "done" if row["state"] == "done" else ""

    # -- not yet processed ------------------------------------------------------------

    def _cancel_early(self, remote_ids, rows):
        """:return: dict ``{remote id: None or IntegrationError}``"""
        confirmed = [item for item in remote_ids if rows[item]["state"] == "confirmed"]
        errors = dict(zip(confirmed, self._press("draft", confirmed), strict=True))
        ready = [item for item in remote_ids if not errors.get(item)]
        return errors | dict(zip(ready, self._press("cancel", ready), strict=True))

    # -- being processed --------------------------------------------------------------

    def _call_off(self, rows):
        """Each step is asked for by what is there: broken off, it goes on from there."""
        self._cancel_documents(rows, "shipments", "stock.shipment.out", OPEN_SHIPMENT)
        self._cancel_documents(rows, "invoices", "account.invoice", OPEN_INVOICE)
        # shipments and invoices tell their orders; with a worker, soon after
        ids = [row["id"] for row in rows]
        if self.may_press("sale.sale", "process"):
            self.rpc("sale.sale", "process", ids, changes=True)
        current = self._read_call_rows([str(order_id) for order_id in ids])
        for row in current.values():
            for state, wizard in EXCEPTIONS.items():
                if row[state] == "exception":
                    self._ignore_exception(wizard, row["id"])
        return [None] * len(rows)

    def _cancel_documents(self, rows, name, model, states):
        ids = {item for row in rows for item in row[name]}
        if not ids:
            return
        found = self.read_existing(model, ids, ["state"])
        waiting = sorted(
            key for key, document in found.items() if document["state"] in states
        )
        if waiting:
            self.rpc(model, "cancel", waiting, changes=True, skip_warnings=True)

    def _ignore_exception(self, wizard, order_id):
        """Run the wizard a clerk would: none of what was cancelled is made anew. A wizard
        is for one order."""
        context = {
            **self.context,
            "active_model": "sale.sale",
            "active_id": order_id,
            "active_ids": [order_id],
        }
        prefix = f"wizard.{wizard}"
        session, state, _end = self.call_method(f"{prefix}.create", [], context)
        answer = self.call_method(
            f"{prefix}.execute", [session, {}, state], context, True
        )
        form = answer["view"]["defaults"]
        [field] = [name for name in form if name.startswith("domain_")]
        kind = field.removeprefix("domain_")
        values = {
            field: form[field],
            f"ignore_{kind}": form[field],
            f"recreate_{kind}": [],
        }
        self.call_method(
            f"{prefix}.execute", [session, {state: values}, "handle"], context, True
        )
        self.call_method(f"{prefix}.delete", [session], context)

    # -- answers ----------------------------------------------------------------------

    def _get_call_answers(self, remote_ids, errors, reasons, documents):
        try:
            rows = self._read_call_rows(remote_ids)
        except IntegrationError as error:
            # what was pressed is done: any other kind could have it taken for somebody
            # else's doing the next time
            unknown = OutcomeUnknownError(
                _lt("The orders could not be read after the call."),
                f"{error.message} {error.technical}",
            )
            return [
                errors[item] or unknown if item in errors else error
                for item in remote_ids
            ]
        return [
            self._get_call_answer(
                item, rows.get(item), errors, reasons, documents.get(item, {})
            )
            for item in remote_ids
        ]

    def _get_call_answer(self, item, row, errors, reasons, documents):
        """:rtype: OrderCallAnswer"""
        if row is None:
            return {"order": None, "reason": "deleted", "documents": []}
        order = self._get_order(row)
        if is_called_off(row):
            order["state"] = "cancelled"
        error = errors.get(item)
        if error is not None and order["state"] != "cancelled":
            return error
        reason = reasons.get(item, "")
        if not reason and item in errors and documents:
            # asked to be cancelled, and it is not: a worker may be at it still
            if order["state"] != "cancelled":
                return ValidationError(
                    _lt(
                        "Order %(number)s is not yet cancelled in Tryton, though"
                        " its shipments and invoices are. Retry in a moment.",
                        number=order["number"],
                    )
                )
        return {
            "order": order,
            "reason": reason,
            "documents": documents.get(reason, []),
        }


def is_gone(row):
    """
    :param dict row: as for :func:`is_called_off`
    """
    return row["state"] == "cancelled" or is_called_off(row)


def is_called_off(row):
    """Whether nothing is left of an order that was processed: all its shipments and
    invoices are cancelled for good.

    :param dict row: of a sale, with the fields of ``CALL_FIELDS``
    """
    return (
        row["state"] in ("processing", "done")
        and row["shipment_state"] == "none"
        and row["invoice_state"] == "none"
        and bool(row["shipments"] or row["invoices"])
    )
