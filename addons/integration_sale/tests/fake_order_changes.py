"""The fake ERP's orders changed, cancelled and brought back; see ``contract_changes.py``."""

LINE_FIELDS = (
    "kind",
    "product_id",
    "description",
    "quantity",
    "unit_id",
    "unit_price",
    "discount",
)
SHIPPED = ("partial", "shipped", "delivered")
HEADER = (
    "party_id",
    "customer_reference",
    "requested_date",
    "note",
    "delivery_address_id",
    "invoice_address_id",
    "payment_term_id",
)


class OrderChanges:
    """Part of ``FakeClient``. An order is a request as it was sent; ids of its lines stand
    beside it."""

    def _get_lines(self, order):
        """:return: dict ``{line id: OrderLine}``"""
        if "lines" not in order:
            order["lines"] = {
                f"{order['remote_id']}-{index}": line
                for index, line in enumerate(order["request"]["lines"])
            }
        return order["lines"]

    def _keep_lines(self, order):
        order["request"] = {**order["request"], "lines": list(order["lines"].values())}
        order["version"] = int(self.erp.new_id())

    def order_read(self, remote_ids):
        self.erp.note("order_read")
        return [
            self._get_content(self.erp.orders[remote_id])
            if remote_id in self.erp.orders
            else None
            for remote_id in remote_ids
        ]

    def _get_content(self, order):
        is_shipped = order["delivery_state"] in SHIPPED
        is_invoiced = bool(order["invoices"])
        reason = "cancelled" if order["state"] == "cancelled" else ""
        return {
            "order": self._answer(order),
            "reason": order.get("reason", reason),
            "documents": {"shipped": [item["number"] for item in order["shipments"]]},
            "fixed": ["party_id", "currency_id"],
            "header": {name: order["request"][name] for name in HEADER},
            "lines": [
                {
                    "remote_id": line_id,
                    **{name: line[name] for name in LINE_FIELDS},
                    "tax_ids": line["tax_ids"] or [],
                    "shipped": line["quantity"] if is_shipped else "0",
                    "invoiced": line["quantity"] if is_invoiced else "0",
                }
                for line_id, line in self._get_lines(order).items()
            ],
        }

    def order_expected(self, orders):
        return [
            {
                "header": {name: order[name] for name in HEADER},
                "lines": [
                    {
                        name: line[name]
                        for name in (*LINE_FIELDS[1:], "tax_ids")
                        if line["kind"] == "product" or name == "description"
                    }
                    for line in order["lines"]
                ],
            }
            for order in orders
        ]

    def order_update(self, updates):
        lost = self.erp.note("order_update")
        answers = [self._update(update) for update in updates]
        if lost:
            raise lost()
        return answers

    def _update(self, update):
        order = self.erp.orders[update["remote_id"]]
        lines = self._get_lines(order)
        for name in update["fields"]:
            order["request"] = {**order["request"], name: update["order"][name]}
        for change in update["change"]:
            line = lines[change["remote_id"]]
            lines[change["remote_id"]] = {
                **line,
                **{name: change["line"][name] for name in change["fields"]},
            }
        for line_id in update["remove"]:
            lines.pop(line_id, None)
        added = []
        for addition in update["add"]:
            line_id = f"{order['remote_id']}-{self.erp.new_id()}"
            lines[line_id] = addition["line"]
            added.append(line_id)
        self._keep_lines(order)
        return {"order": self._answer(order), "line_ids": added}

    def order_cancel(self, remote_ids, keys):
        lost = self.erp.note("order_cancel")
        answers = []
        for remote_id, key in zip(remote_ids, keys, strict=True):
            order = self.erp.orders.get(remote_id)
            if not order:
                answers.append({"order": None, "reason": "deleted", "documents": []})
                continue
            reason = order.get("reason", "")
            if order["delivery_state"] in SHIPPED:
                reason = "shipped"
            was_cancelled = order["state"] == "cancelled"
            if not was_cancelled and key not in ("", order["key"]):
                reason = "not_ours"
            if not reason and not was_cancelled:
                order["state"] = "cancelled"
                order["version"] = int(self.erp.new_id())
            answers.append(
                {
                    "order": self._answer(order),
                    "reason": reason,
                    "documents": self._get_documents(order, reason),
                    "was_cancelled": was_cancelled,
                }
            )
        if lost:
            raise lost()
        return answers

    def _get_documents(self, order, reason):
        if reason == "not_ours":
            return [order["key"]] if order["key"] else []
        return [item["number"] for item in order["shipments"]] if reason else []

    def order_reopen(self, remote_ids, keys):
        self.erp.note("order_reopen")
        answers = []
        for remote_id, key in zip(remote_ids, keys, strict=True):
            order = self.erp.orders[remote_id]
            reason = order.get("reason", "")
            if key not in ("", order["key"]):
                reason = "not_ours"
            if order["state"] == "cancelled" and not reason:
                order["state"] = "draft"
                order["version"] = int(self.erp.new_id())
            answers.append(
                {"order": self._answer(order), "reason": reason, "documents": []}
            )
        return answers
