"""Orders cancelled and brought back (``integration_sale/contract_changes.py``)."""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    send_by_halving,
)

from .convert import read_text
from .orders import ANSWER_FIELDS

_lt = TextMaker(__name__)


class OrderCancelVerbs:
    """``order_cancel`` and ``order_reopen``.

    Odoo cancels an order whose goods have left, and leaves the delivery as it is
    (``sale_stock/models/sale_order.py``, ``_action_cancel``): we don't ask it to.
    """

    def order_cancel(self, remote_ids, keys=()):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self._read_call_rows(ids)
        documents = self._find_final_documents(rows)
        strangers = self._find_strangers(rows, ids, keys)
        for key, found in strangers.items():
            documents[key] = {**documents[key], "not_ours": found}
        reasons = {
            key: self._get_cancel_reason(row, documents[key])
            for key, row in rows.items()
        }
        wanted = [
            key
            for key in dict.fromkeys(ids)
            if key in rows and rows[key]["state"] != "cancel" and not reasons[key]
        ]
        outcomes = self._press_button("action_cancel", wanted, "cancel orders")
        answers = self._get_call_answers(ids, outcomes, reasons, documents, "cancelled")
        for key, answer in zip(ids, answers, strict=True):
            if isinstance(answer, dict):
                was = rows.get(key)
                answer["was_cancelled"] = bool(was) and was["state"] == "cancel"
        return answers

    def order_reopen(self, remote_ids, keys=()):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self._read_call_rows(ids)
        strangers = self._find_strangers(rows, ids, keys)
        reasons = {
            key: "not_ours"
            if key in strangers
            else "locked"
            if row.get("locked")
            else ""
            for key, row in rows.items()
        }
        wanted = [
            key
            for key in dict.fromkeys(ids)
            if key in rows and rows[key]["state"] == "cancel" and not reasons[key]
        ]
        outcomes = self._press_button("action_draft", wanted, "bring orders back")
        documents = {key: {"not_ours": found} for key, found in strangers.items()}
        return self._get_call_answers(ids, outcomes, reasons, documents, None)

    def _find_strangers(self, rows, ids, keys):
        """:return: dict ``{id: [what it bears]}`` of those that don't bear our key"""
        wanted = dict(zip(ids, keys, strict=False))
        return {
            key: [found] if (found := read_text(row, "origin")) else []
            for key, row in rows.items()
            if wanted.get(key) and read_text(row, "origin") != wanted[key]
        }

    def _read_call_rows(self, ids):
        rows = self.search_read(
            "sale.order",
            [("id", "in", ids)],
            [*ANSWER_FIELDS, "locked", "invoice_ids"],
            purpose="read orders",
        )
        return {row["id"]: row for row in rows}

    def _get_cancel_reason(self, row, documents):
        if row["state"] == "cancel":
            return ""
        if "not_ours" in documents:
            return "not_ours"
        for reason in ("shipped", "invoiced"):
            if documents[reason]:
                return reason
        return "locked" if row.get("locked") or row["state"] == "done" else ""

    def _press_button(self, method, ids, purpose):
        """:return: dict ``{id: None or IntegrationError}``"""

        def press(some):
            answer = self.call(
                "sale.order",
                method,
                some,
                # a window that asks first whether to write to the customer: 15 to 18
                context={"disable_cancel_warning": True},
                changes=True,
                purpose=purpose,
            )
            if answer is not None:
                self.check_action_answer(answer)
            return [None] * len(some)

        return dict(zip(ids, send_by_halving(press, ids), strict=True))

    def _get_call_answers(self, ids, outcomes, reasons, documents, state):
        """:param str state: the orders have to be in now; None for any"""
        try:
            rows = {row["id"]: row for row in self._read_orders(ids)}
        except IntegrationError as error:
            # what was pressed is done: any other kind could have it taken for somebody
            # else's doing the next time
            unknown = OutcomeUnknownError(
                _lt("The orders could not be read after the call."),
                f"{error.message} {error.technical}",
            )
            return [
                outcomes[key] or unknown if key in outcomes else error for key in ids
            ]
        answers = []
        for key in ids:
            order = self._order_answer(rows[key]) if key in rows else None
            reason = reasons.get(key, "deleted") if order else "deleted"
            is_missed = order and not reason and state and order["state"] != state
            if outcomes.get(key) is not None and (is_missed or state is None):
                answers.append(outcomes[key])
            elif is_missed:
                answers.append(
                    ValidationError(
                        _lt(
                            "Odoo has not cancelled the order %(number)s. Open it"
                            " there.",
                            number=order["number"],
                        )
                    )
                )
            else:
                answers.append(
                    {
                        "order": order,
                        "reason": reason,
                        "documents": documents.get(key, {}).get(reason, []),
                    }
                )
        return answers
