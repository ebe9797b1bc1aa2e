"""Orders in Tryton: found, created, confirmed (contract: orders).

Our key is ``web_id`` where the connector has a web shop: the database itself then refuses
a second order of the same ``web_shop`` and ``web_id`` (trytond/modules/web_shop/sale.py).
Otherwise it is ``reference``, which is not unique: it is looked up before every create.
"""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    NetworkError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_in_chunks,
)

from .encoding import amount_text, number_text
from .parties import escape_like

_lt = TextMaker(__name__)

FIND_SIZE = 200
# Orders of one confirm, which processes them in one go: what can't be processed holds up
# those beside it (see _process_rest). Processor time of the server per order of three
# lines, quoted and confirmed: 0.65 s one by one, 0.16 to 0.20 by tens, 0.14 by fifties,
# 0.13 by hundreds.
CONFIRM_SIZE = 100
# orders and lines of one create: SQLite's parser overflows at some 300
CREATE_RECORDS = 200
STATES = {
    "draft": "draft",
    "quotation": "draft",
    "confirmed": "confirmed",
    "processing": "confirmed",
    "done": "done",
    "cancelled": "cancelled",
}
ORDER_FIELDS = (
    "number",
    "reference",
    "state",
    "currency.code",
    "untaxed_amount",
    "tax_amount",
    "total_amount",
)


class OrdersMixin:
    """Verbs of the contract about orders, but for their status."""

    #: what :meth:`order_create` takes at best. Measured with three lines each on a busy
    #: machine: 5 orders a second one by one, 23 by tens, 35 by fifties, 35 to 43 beyond.
    order_batch_size = 100

    @property
    def web_shop_id(self):
        """The web shop whose ``web_id`` is our key, or None."""
        value = self.settings.options.get("web_shop_id")
        return int(value) if value else None

    @property
    def key_is_unique(self):
        return self.web_shop_id is not None

    # -- find -------------------------------------------------------------------------

    def order_find(self, keys):
        """Both places are searched: the web shop may have been chosen after the first
        orders went over."""
        found = {}
        for chunk in in_chunks(sorted(set(keys)), FIND_SIZE):
            rows = self.search_read(
                "sale.sale",
                [["company", "=", self.company_id], self.get_key_domain("in", chunk)],
                self._get_order_fields(),
                order=[["id", "ASC"]],
            )
            for row in rows:
                for key in (row.get("web_id"), row["reference"]):
                    if key in chunk:
                        found.setdefault(key, self._get_order(row, key))
        return found

    def get_key_domain(self, operator, value, prefix=""):
        """Clause for orders that bear our key."""
        clause = [f"{prefix}reference", operator, value]
        if "web_shop" not in self.modules:
            return clause
        return ["OR", clause, [f"{prefix}web_id", operator, value]]

    def get_prefix_domain(self, key_prefix, prefix=""):
        return self.get_key_domain("like", escape_like(key_prefix) + "%", prefix)

    def _get_order_fields(self):
        return [*ORDER_FIELDS, *(["web_id"] if "web_shop" in self.modules else [])]

    def get_key(self, row):
        return row.get("web_id") or row["reference"] or ""

    def _get_order(self, row, key=None):
        """:rtype: OrderAnswer"""
        return {
            "key": key or self.get_key(row),
            "remote_id": str(row["id"]),
            # a draft has no number yet; Tryton itself shows it like this
            "number": row["number"] or f"({row['id']})",
            "url": self.record_url("sale.sale", row["id"]),
            "state": STATES[row["state"]],
            "currency": row["currency."]["code"],
            "total_untaxed": amount_text(row["untaxed_amount"]),
            "total_tax": amount_text(row["tax_amount"]),
            "total": amount_text(row["total_amount"]),
        }

    # -- create -----------------------------------------------------------------------

    def order_create(self, orders):
        answers = [None] * len(orders)
        try:
            if not self.key_is_unique:
                found = self.order_find([order["key"] for order in orders])
                answers = [found.get(order["key"]) for order in orders]
            open_ones = [index for index, answer in enumerate(answers) if not answer]
            prepared = self.prepare_orders([orders[index] for index in open_ones])
        except IntegrationError as error:
            return [answer or error for answer in answers]
        to_send = []
        for index, values in zip(open_ones, prepared, strict=True):
            if isinstance(values, IntegrationError):
                answers[index] = values
            else:
                to_send.append((index, orders[index]["key"], values))
        sent = send_in_chunks(
            self._create_orders, _cut_by_records(to_send, CREATE_RECORDS)
        )
        for (index, _key, _values), answer in zip(to_send, sent, strict=True):
            answers[index] = answer
        return self._take_existing(orders, answers)

    def _create_orders(self, items):
        ids = self.create_records(
            "sale.sale",
            [values for _index, _key, values in items],
            skip_warnings=True,
        )
        rows = self.read_created("sale.sale", ids, [*self._get_order_fields(), "lines"])
        return [
            {
                **self._get_order(rows[order_id], key),
                # in the order of their sequence, which is ours
                "line_ids": [str(line_id) for line_id in rows[order_id]["lines"]],
            }
            for order_id, (_index, key, _values) in zip(ids, items, strict=True)
        ]

    def _take_existing(self, orders, answers):
        """A refusal may be the unique key speaking: the order is there already, which is
        what was asked for."""
        refused = [
            order["key"]
            for order, answer in zip(orders, answers, strict=True)
            if isinstance(answer, ValidationError)
        ]
        if not refused or not self.key_is_unique:
            return answers
        try:
            found = self.order_find(refused)
        except IntegrationError as error:
            # not known now: whoever asks again is refused again, and looked up again
            found = dict.fromkeys(refused, error)
        return [
            found.get(order["key"], answer)
            if isinstance(answer, ValidationError)
            else answer
            for order, answer in zip(orders, answers, strict=True)
        ]

    # -- lines ------------------------------------------------------------------------

    def order_lines(self, remote_ids):
        rows = self.search_read(
            "sale.line",
            [["sale", "in", [int(item) for item in remote_ids]], ["type", "=", "line"]],
            [
                "sale",
                "product.code",
                "description",
                "quantity",
                "unit_price",
                "amount",
                "taxes.rate",
                "taxes.type",
            ],
            order=[["sale", "ASC"], ["sequence", "ASC NULLS FIRST"], ["id", "ASC"]],
        )
        lines = {remote_id: [] for remote_id in remote_ids}
        for row in rows:
            lines[str(row["sale"])].append(_get_line(row))
        return lines

    # -- confirm ----------------------------------------------------------------------

    def order_confirm(self, remote_ids):
        """Quote, then confirm, whatever is not yet: so a lost answer is asked again
        safely. Tryton processes (invoices, shipments) within confirm or, with a worker,
        soon after (trytond/worker.py)."""
        errors, refused_at, confirmed = {}, {}, []
        try:
            # no totals: Tryton reckons those of a draft anew each time they are read
            rows = self._search_orders(remote_ids, ("state",))
            for state, method in (("draft", "quote"), ("quotation", "confirm")):
                waiting = [
                    item
                    for item, row in rows.items()
                    if row["state"] in ("draft", state) and item not in errors
                ]
                answers = self._press(method, waiting)
                errors.update(
                    (item, answer)
                    for item, answer in zip(waiting, answers, strict=True)
                    if answer is not None
                )
                confirmed = [item for item in waiting if item not in errors]
                refused_at |= dict.fromkeys(set(waiting) - set(confirmed), state)
            rows = self._search_orders(remote_ids)
            self._forgive_overtaken(errors, refused_at, rows)
            errors.update(self._process_rest(confirmed, rows))
        except IntegrationError as error:
            return [errors.get(item, error) for item in remote_ids]
        return [
            errors.get(item) or self._get_confirmed(item, rows.get(item))
            for item in remote_ids
        ]

    def _forgive_overtaken(self, errors, refused_at, rows):
        """A call whose answer was lost may still be at work over there, and press the same
        button a moment before us: then Tryton refuses ours.

        :param dict errors: ``{remote id: IntegrationError}``, changed here
        :param dict refused_at: ``{remote id: state the order had been in}``
        """
        for item, state in refused_at.items():
            row = rows.get(item)
            if not isinstance(errors[item], ValidationError) or row is None:
                continue
            if STATES[row["state"]] in ("confirmed", "done"):
                del errors[item]
            elif row["state"] not in (state, "cancelled"):
                errors[item] = NetworkError(
                    _lt(
                        "Something else is at work on this order in Tryton at the"
                        " moment."
                    ),
                    errors[item].message,
                )

    def _process_rest(self, remote_ids, rows):
        """Find out why orders just confirmed were not processed.

        Without a worker Tryton processes all orders of a confirm in one go, right after
        it. If one of them can't be invoiced, none is, and nobody is told but the log
        (trytond/worker.py, ``run_task``). So those are processed once more, apart from
        each other. With a worker, or a delay set there, nothing is ever processed at
        once: then it is left to them.

        :return: dict ``{remote id: IntegrationError}``
        """
        states = {item: rows[item]["state"] for item in remote_ids if item in rows}
        if {"processing", "done"} & set(states.values()):
            self.facts["processes_at_once"] = True
        waiting = [item for item, state in states.items() if state == "confirmed"]
        if not waiting or not self.facts.get("processes_at_once"):
            return {}
        if not self.may_press("sale.sale", "process"):
            return {
                item: ValidationError(
                    _lt(
                        "Order %(number)s is confirmed in Tryton, but was not"
                        " processed: it, or one confirmed along with it, can't be"
                        " invoiced or shipped. Press “Process” there to see why.",
                        number=rows[item]["number"],
                    )
                )
                for item in waiting
            }
        return {
            item: ValidationError(
                _lt(
                    "Order %(number)s is confirmed in Tryton, but can't be"
                    " processed there: %(reason)s",
                    number=rows[item]["number"],
                    reason=answer.message,
                ),
                answer.technical,
            )
            if isinstance(answer, ValidationError)
            else answer
            for item, answer in zip(
                waiting, self._press("process", waiting), strict=True
            )
            if answer is not None
        }

    def _press(self, button, remote_ids):
        """:return: per order None, or the IntegrationError"""

        def press(some):
            ids = [int(item) for item in some]
            self.rpc("sale.sale", button, ids, changes=True)
            return [None] * len(some)

        return send_in_chunks(press, in_chunks(remote_ids, CONFIRM_SIZE))

    def _get_confirmed(self, remote_id, row):
        if row is None:
            return ValidationError(
                _lt(
                    "Order %(remote_id)s is no longer in Tryton.",
                    remote_id=remote_id,
                )
            )
        if row["state"] == "cancelled":
            return ValidationError(
                _lt(
                    "Order %(number)s was cancelled in Tryton.",
                    number=row["number"] or remote_id,
                )
            )
        if STATES[row["state"]] == "draft":
            # something on the way has answered in its place: it is asked again
            return NetworkError(
                _lt(
                    "Tryton answered, but order %(number)s is not confirmed there.",
                    number=row["number"] or remote_id,
                )
            )
        return self._get_order(row)

    def _search_orders(self, remote_ids, fields=None):
        """:return: dict ``{remote id: row}`` of those that are still there"""
        rows = self.search_read(
            "sale.sale",
            [["id", "in", [int(item) for item in remote_ids]]],
            fields or self._get_order_fields(),
        )
        return {str(row["id"]): row for row in rows}


def _get_line(row):
    """:rtype: OrderLineAnswer"""
    amount = row["amount"]
    tax = sum(
        amount * item["rate"] for item in row["taxes."] if item["type"] == "percentage"
    )
    return {
        "product_code": (row["product."] or {}).get("code") or "",
        "description": row["description"] or "",
        "quantity": number_text(row["quantity"]),
        "unit_price": number_text(row["unit_price"]),
        # discounts are part of the price, see order_values
        "discount": "0",
        "total_untaxed": amount_text(amount),
        # Tryton rounds taxes per order: this is the line's unrounded share
        "total": amount_text((amount + tax).quantize(amount)),
    }


def _cut_by_records(items, size):
    """Yield lists of orders with at most ``size`` orders and lines together."""
    chunk, records = [], 0
    for item in items:
        _index, _key, values = item
        [[_create, lines]] = values["lines"]
        count = 1 + len(lines)
        if chunk and records + count > size:
            yield chunk
            chunk, records = [], 0
        chunk.append(item)
        records += count
    if chunk:
        yield chunk
