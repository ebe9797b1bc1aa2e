"""Orders: find by key, create in batches, confirm."""

from html import escape

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    send_by_halving,
)

from .convert import read_id, read_name, read_text, to_decimal_text, to_float, to_id

_lt = TextMaker(__name__)

# Our orders come complete: nothing to track against, nobody to notify of each. Costs a
# tenth of the time of a create otherwise, and makes our user a follower of every order.
CREATE_CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
# moment of a date for people of any time zone: midday UTC is the same day from -12 to +11
MIDDAY = "12:00:00"
STATES = {
    "draft": "draft",
    "sent": "draft",
    "sale": "confirmed",
    # 14 to 16: locked
    "done": "confirmed",
    "cancel": "cancelled",
}
ANSWER_FIELDS = (
    "name",
    "state",
    "origin",
    "currency_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
)
# field of the order -> key of the request, what it is called; sent only where given
OPTIONAL_LINKS = {
    "partner_invoice_id": ("invoice_address_id", "address"),
    "partner_shipping_id": ("delivery_address_id", "address"),
    "payment_term_id": ("payment_term_id", "payment term"),
    "user_id": ("salesperson_id", "salesperson"),
    "warehouse_id": ("warehouse_id", "warehouse"),
    "carrier_id": ("carrier_id", "carrier"),
}
# field of the order -> of the customer it is taken from
FROM_CUSTOMER = {"payment_term_id": "property_payment_term_id", "user_id": "user_id"}
DISPLAY_TYPES = {"section": "line_section", "note": "line_note"}


class OrderVerbs:
    """``order_find``, ``order_create``, ``order_lines``, ``order_confirm``.

    Our key is the order's *Source Document* (``origin``). No constraint keeps it unique,
    so what protects against a second order is: callers look the key up before a create,
    and after a lost answer create nothing for ``settle_seconds``, longer than a call may
    run over there, until the lookup is final (``client.get_hold_back``).

    Looked at and left aside: ``load()`` with an external identifier. ``ir_model_data`` is
    unique on (module, name) (``odoo/addons/base/models/ir_model.py``), written by the
    same transaction as the order, and under REPEATABLE READ the second of two fails, so
    there can't be a second order ever. But orders made so take 20 to 30 % longer than by
    ``create()`` (100 orders of 3 lines: 16.2 against 12.9 ms each, 19.0): it builds
    converters for every field of the lines anew for each order.
    """

    key_is_unique = False
    #: larger ones are hardly faster (see readme), and a refused order costs more
    order_batch_size = 100

    def order_find(self, keys):
        rows = self.search_read(
            "sale.order", [("origin", "in", list(keys))], ANSWER_FIELDS
        )
        answers = {}
        for row in rows:
            # people who duplicate an order copy its origin: the first one is ours
            answers.setdefault(row["origin"], self._order_answer(row))
        return answers

    def order_create(self, orders):
        answers = [None] * len(orders)
        prepared = []
        defaults = self._read_customer_defaults(orders)
        for index, order in enumerate(orders):
            try:
                values = self._prepare_order_values(order)
                values = {**defaults.get(values["partner_id"], {}), **values}
                prepared.append((index, values))
            except ValidationError as error:
                answers[index] = error
        created = send_by_halving(
            self._create_orders, [values for _index, values in prepared]
        )
        for (index, _values), answer in zip(prepared, created, strict=True):
            answers[index] = answer
        return answers

    def order_lines(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self.search_read(
            "sale.order.line",
            [("order_id", "in", ids), ("display_type", "=", False)],
            [
                "order_id",
                "product_id",
                "name",
                "product_uom_qty",
                "price_unit",
                "discount",
                "price_subtotal",
                "price_total",
                "currency_id",
            ],
            order="order_id, sequence, id",
        )
        product_ids = {read_id(row, "product_id") for row in rows} - {None}
        codes = self._get_product_codes(product_ids)
        digits = self.get_currency_digits()
        answers = {str(remote_id): [] for remote_id in remote_ids}
        for row in rows:
            places = digits.get(read_id(row, "currency_id"), 2)
            answers[str(row["order_id"][0])].append(
                {
                    "product_code": codes.get(read_id(row, "product_id"), ""),
                    "description": read_text(row, "name"),
                    "quantity": to_decimal_text(row["product_uom_qty"]),
                    "unit_price": to_decimal_text(row["price_unit"]),
                    "discount": to_decimal_text(row["discount"]),
                    "total_untaxed": to_decimal_text(row["price_subtotal"], places),
                    "total": to_decimal_text(row["price_total"], places),
                }
            )
        return answers

    def order_confirm(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        states = {
            row["id"]: row["state"]
            for row in self.search_read("sale.order", [("id", "in", ids)], ["state"])
        }
        drafts = [
            key for key in dict.fromkeys(ids) if states.get(key) in ("draft", "sent")
        ]
        outcomes = dict(
            zip(drafts, send_by_halving(self._confirm_orders, drafts), strict=True)
        )
        rows = {row["id"]: row for row in self._read_orders(list(states))}
        return [self._confirm_answer(outcomes.get(key), rows.get(key)) for key in ids]

    # -- create -----------------------------------------------------------------------

    def _create_orders(self, values_list):
        """One create for all, one read of what became of them."""
        ids = self.call(
            "sale.order",
            "create",
            vals_list=values_list,
            context=CREATE_CONTEXT,
            changes=True,
            purpose="create orders",
        )
        try:
            rows = {row["id"]: row for row in self._read_orders(ids, "order_line")}
            return [
                {
                    **self._order_answer(rows[order_id]),
                    # in the order of their sequence, which is ours
                    "line_ids": [str(item) for item in rows[order_id]["order_line"]],
                }
                for order_id in ids
            ]
        except (IntegrationError, KeyError) as error:
            # they are there: any other kind could have them sent again
            raise OutcomeUnknownError(
                _lt("The orders are created, but could not be read."),
                f"{error} {getattr(error, 'technical', '')}",
            ) from error

    def _read_customer_defaults(self, orders):
        """Until 15 only the form took these from the customer, a create did not.

        :return: dict ``{customer id: values of its orders}``
        """
        known = self.get_fields("sale.order")
        names = {
            name: source
            for name, source in FROM_CUSTOMER.items()
            if not known.get(name, {}).get("depends")
        }
        ids = {order["contact_id"] or order["party_id"] for order in orders}
        ids = sorted(int(item) for item in ids if item.isdigit())
        if not names or not ids:
            return {}
        rows = self.search_read(
            "res.partner", [("id", "in", ids)], sorted(names.values())
        )
        return {
            row["id"]: {
                name: read_id(row, source)
                for name, source in names.items()
                if row.get(source)
            }
            for row in rows
        }

    def _prepare_order_values(self, order):
        """Values of a ``sale.order``, lines included. All that Odoo would derive by itself
        is given where we know it, so that nothing gets lost to a default."""
        known = self.get_fields("sale.order")
        values = {
            "origin": order["key"],
            "client_order_ref": order["customer_reference"] or order["number"],
            # the person who orders, or else the company: Odoo finds the one from the other
            "partner_id": to_id(order["contact_id"] or order["party_id"], "customer"),
            "order_line": [
                (0, 0, self._prepare_line_values(line, sequence))
                for sequence, line in enumerate(order["lines"], 1)
            ],
        }
        for name, (key, what) in OPTIONAL_LINKS.items():
            if order[key] and name in known:
                values[name] = to_id(order[key], what)
        if order["order_date"]:
            values["date_order"] = f"{order['order_date']} {MIDDAY}"
        if order["requested_date"]:
            values["commitment_date"] = f"{order['requested_date']} {MIDDAY}"
        if order["note"]:
            values["note"] = self._prepare_note(order["note"])
        if self.settings.options.get("company_id"):
            values["company_id"] = int(self.settings.options["company_id"])
        price_list_id = self._find_price_list(order)
        if price_list_id:
            values["pricelist_id"] = price_list_id
        return values

    def _prepare_line_values(self, line, sequence):
        if line["kind"] != "product":
            return {
                "display_type": DISPLAY_TYPES[line["kind"]],
                "name": line["description"] or "-",
                "sequence": sequence,
            }
        values = {
            "sequence": sequence,
            "product_id": to_id(line["product_id"], "product"),
            "product_uom_qty": to_float(line["quantity"]),
            "price_unit": to_float(line["unit_price"]),
            "discount": to_float(line["discount"]),
        }
        if line["description"]:
            values["name"] = line["description"]
        if line["unit_id"]:
            name = self.get_name("sale.order.line", "unit")
            values[name] = to_id(line["unit_id"], "unit")
        if line["tax_ids"] is not None:
            name = self.get_name("sale.order.line", "taxes")
            tax_ids = [to_id(tax_id, "tax") for tax_id in line["tax_ids"]]
            values[name] = [(6, 0, tax_ids)]
        return values

    def _prepare_note(self, text):
        # 14 has plain text here
        field = self.get_fields("sale.order").get("note") or {}
        if field.get("type") != "html":
            return text
        paragraphs = text.strip().split("\n\n")
        return "".join(
            "<p>{}</p>".format(escape(paragraph).replace("\n", "<br/>"))
            for paragraph in paragraphs
        )

    def _find_price_list(self, order):
        """The price list that gives the order its currency: in Odoo it has no other way.

        :return: id, or None to leave it to Odoo
        :raise ValidationError: no list is in that currency, or the given one is not
        """
        currency_id = order["currency_id"] and to_id(order["currency_id"], "currency")
        if order["price_list_id"]:
            price_list_id = to_id(order["price_list_id"], "price list")
            price_list = self._get_price_lists().get(price_list_id)
            if price_list and currency_id and price_list["currency_id"] != currency_id:
                raise ValidationError(
                    _lt(
                        "The price list %(price_list)s in Odoo has another"
                        " currency than the order. Map the price list to one in"
                        " the same currency.",
                        price_list=price_list["name"],
                    )
                )
            return price_list_id
        if not currency_id:
            return None
        price_list_id = self._find_price_list_of(currency_id)
        if price_list_id or currency_id == self.get_company()["currency_id"]:
            return price_list_id
        # somebody may have made one meanwhile
        self.forget_fact("price_lists")
        price_list_id = self._find_price_list_of(currency_id)
        if price_list_id:
            return price_list_id
        raise ValidationError(
            _lt(
                "Odoo has no price list in the currency of the order, and its"
                " orders take their currency from it. Create a price list in that"
                " currency there."
            )
        )

    def _find_price_list_of(self, currency_id):
        return next(
            (
                price_list_id
                for price_list_id, values in self._get_price_lists().items()
                if values["currency_id"] == currency_id
            ),
            None,
        )

    def _get_price_lists(self):
        return self.get_fact("price_lists", self._fetch_price_lists)

    def _fetch_price_lists(self):
        rows = self.search_read(
            "product.pricelist",
            self._get_company_domain("product.pricelist"),
            ["name", "currency_id"],
            order="sequence, id",
        )
        return {
            row["id"]: {"name": row["name"], "currency_id": row["currency_id"][0]}
            for row in rows
        }

    # -- confirm ----------------------------------------------------------------------

    def _confirm_orders(self, ids):
        # may be repeated: who is confirmed already is not asked again
        answer = self.call(
            "sale.order", "action_confirm", ids, purpose="confirm orders"
        )
        self.check_action_answer(answer)
        return ids

    def _confirm_answer(self, outcome, row):
        if row and STATES.get(row["state"]) == "confirmed":
            # even where this call was refused: an earlier one, lost to us, was quicker
            return self._order_answer(row)
        if isinstance(outcome, IntegrationError):
            return outcome
        if row is None:
            return ValidationError(_lt("The order has been deleted in Odoo."))
        return ValidationError(
            _lt(
                "Odoo has not confirmed the order %(number)s: it is cancelled"
                " there, or waits for something. Open it there.",
                number=row["name"],
            )
        )

    # -- read -------------------------------------------------------------------------

    def _read_orders(self, ids, *more):
        return self.search_read(
            "sale.order", [("id", "in", ids)], [*ANSWER_FIELDS, *more]
        )

    def _order_answer(self, row):
        places = self.get_currency_digits().get(read_id(row, "currency_id"), 2)
        return {
            "key": read_text(row, "origin"),
            "remote_id": str(row["id"]),
            "number": read_text(row, "name"),
            "url": self.get_url("sale.order", row["id"]),
            "state": STATES.get(row["state"], "draft"),
            "currency": read_name(row, "currency_id"),
            "total_untaxed": to_decimal_text(row["amount_untaxed"], places),
            "total_tax": to_decimal_text(row["amount_tax"], places),
            "total": to_decimal_text(row["amount_total"], places),
        }

    def _get_product_codes(self, product_ids):
        rows = self.search_read(
            "product.product",
            [("id", "in", sorted(product_ids))],
            ["default_code"],
            context={"active_test": False},
        )
        return {row["id"]: read_text(row, "default_code") for row in rows}
