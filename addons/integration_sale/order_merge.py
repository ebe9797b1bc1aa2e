"""What becomes of an order over there when its deal has changed here.

Plain Python: the order as we sent it last, as we want it now, and as it stands there give
what is written, and what is left to people: because it was changed on both sides, or
because the system no longer allows it.
"""

from odoo.addons.integration_hub.client.three_way import compare, match_lines

from .decimals import to_decimal

NUMBERS = ("quantity", "unit_price", "discount")
LINE_FIELDS = (
    "product_id",
    "description",
    "quantity",
    "unit_id",
    "unit_price",
    "discount",
    "tax_ids",
)
# a line without a quantity
THERE = "✓"
# what an invoice has fixed
MONEY_FIELDS = ("unit_price", "discount", "tax_ids")
# fields of the order -> what has to have happened that they can't be changed any more
HEADER_LIMITS = {"delivery_address_id": "shipped", "invoice_address_id": "invoiced"}
# what belongs to the customer, and is of no use to another one
OF_CUSTOMER = ("contact_id", "delivery_address_id", "invoice_address_id")


def merge(before, after, expected, content, line_ids):
    """
    :param dict before: ``OrderRequest`` that stands there by our last word
    :param dict after: ``OrderRequest`` as it is to be
    :param expected: tuple of the ``OrderExpectation`` of both
    :param dict content: ``OrderContent``
    :param dict line_ids: our key of a line -> its id there, where it is known
    :return: dict ``{update, changed, left, sent, line_ids}``: an ``OrderUpdate`` or None,
        points that are written, points that are left to people, ``before`` with all that is
        written, and the ids of all lines that are known now
    """
    return _Merge(before, after, expected, content, line_ids).run()


class _Merge:
    def __init__(self, before, after, expected, content, line_ids):
        self.after = after
        self.expected_before, self.expected_after = expected
        self.content = content
        before, line_ids = _split_replaced(before, after, line_ids)
        self.there = {line["remote_id"]: line for line in content["lines"]}
        self.old = _by_key(before, self.expected_before)
        self.new = _by_key(after, self.expected_after)
        self.line_ids = {
            key: remote_id
            for key, remote_id in line_ids.items()
            if remote_id in self.there
        }
        # what we know to have been there, and is no more
        self.gone = {key for key in line_ids if key not in self.line_ids}
        self.changed, self.left = [], []
        self.sent = {**before, "lines": list(before["lines"])}
        self.update = {
            "remote_id": content["order"]["remote_id"],
            "order": after,
            "fields": [],
            "change": [],
            "add": [],
            "remove": [],
        }

    def run(self):
        self._find_lines()
        self._merge_header()
        for key in self.old:
            if key not in self.new:
                self._remove_line(key)
        kept = [position for position, key in enumerate(self.new) if key in self.old]
        for position, key in enumerate(self.new):
            if key in self.old:
                self._change_line(key)
            else:
                # the first line that stays is at 1
                is_ahead = bool(kept) and position < kept[0]
                self._add_line(key, 0 if is_ahead else position + 1)
        is_empty = not any(
            self.update[name] for name in ("fields", "change", "add", "remove")
        )
        return {
            "update": None if is_empty else self.update,
            "changed": self.changed,
            "left": self.left,
            "sent": self.sent,
            "line_ids": self.line_ids,
        }

    # -- lines we have lost track of --------------------------------------------------

    def _find_lines(self):
        """Orders made before ids were kept, and lines added by a call whose answer was
        lost."""
        known = set(self.line_ids.values())
        free = [key for key in self.there if key not in known]
        wanted = [
            key for key in self.old if key not in self.line_ids and key not in self.gone
        ]
        for is_same in (self._is_unchanged, self._is_alike):
            found = match_lines(wanted, free, is_same)
            self.line_ids |= found
            wanted = [key for key in wanted if key not in found]
            free = [key for key in free if key not in found.values()]
        self.gone |= set(wanted)
        added = [key for key in self.new if key not in self.old]
        found = match_lines(added, free, self._is_added)
        self.line_ids |= found
        for key in found:
            self.old[key] = self.new[key]
            self.sent["lines"].append(self.new[key][0])

    def _is_unchanged(self, key, remote_id):
        line, expected = self.old[key]
        there = self.there[remote_id]
        return line["kind"] == there["kind"] and all(
            _is_equal(name, value, there[name]) for name, value in expected.items()
        )

    def _is_alike(self, key, remote_id):
        line, _expected = self.old[key]
        there = self.there[remote_id]
        return line["kind"] == there["kind"] and (
            line["product_id"] == there["product_id"]
            if line["kind"] == "product"
            else line["description"] == there["description"]
        )

    def _is_added(self, key, remote_id):
        line, expected = self.new[key]
        there = self.there[remote_id]
        return line["kind"] == there["kind"] and all(
            _is_equal(name, expected[name], there[name])
            for name in ("product_id", "description", "quantity", "unit_price")
            if name in expected
        )

    # -- the order itself -------------------------------------------------------------

    def _merge_header(self):
        there = self.content["header"]
        before, after = self.expected_before["header"], self.expected_after["header"]
        # what is empty by now was not always
        after = {**{name: "" for name in before}, **after}
        result = compare(before, after, there)
        is_customer_refused = "party_id" in (*result.to_write, *result.conflicts) and (
            self._get_header_reason("party_id", False)
        )
        for name in (*result.to_write, *result.conflicts):
            reason = self._get_header_reason(name, name in result.conflicts)
            if is_customer_refused and name in OF_CUSTOMER:
                reason = is_customer_refused
            self._note("", name, before, after, there, reason)
            if not reason:
                self.update["fields"].append(name)
        refused = {point["field"] for point in self.left if not point["line"]}
        for name in after:
            if name not in refused:
                self.sent[name] = self.after[name]
        if "customer_reference" not in refused:
            # without a reference of the customer's it is our number
            self.sent["number"] = self.after["number"]

    def _get_header_reason(self, name, is_conflict):
        if is_conflict:
            return "conflict"
        if self.content["reason"]:
            return self.content["reason"]
        if name in self.content["fixed"]:
            return "fixed"
        limit = HEADER_LIMITS.get(name)
        if limit and any(to_decimal(line[limit]) for line in self.content["lines"]):
            return limit
        return ""

    # -- lines ------------------------------------------------------------------------

    def _change_line(self, key):
        line, expected = self.new[key]
        _old_line, before = self.old[key]
        if key in self.gone:
            if _differ(before, expected):
                self._note_line(key, line, "removed", before, expected)
            return
        remote_id = self.line_ids[key]
        there = self.there[remote_id]
        comparable = {name: _normalize(name, there[name]) for name in LINE_FIELDS}
        result = compare(_normalize_all(before), _normalize_all(expected), comparable)
        reasons = {
            name: "conflict"
            if name in result.conflicts
            else self._get_line_reason(name, expected, there)
            for name in (*result.to_write, *result.conflicts)
        }
        if "unit_id" in reasons and any(reasons.values()):
            # quantity and price are of that unit: all of them, or none
            reason = next(filter(None, reasons.values()))
            reasons = {name: own or reason for name, own in reasons.items()}
        for name, reason in reasons.items():
            self._note(key, name, before, expected, there, reason, line["description"])
        refused = {name for name, reason in reasons.items() if reason}
        names = [name for name, reason in reasons.items() if not reason]
        if names:
            self.update["change"].append(
                {
                    "remote_id": remote_id,
                    "fields": names,
                    "line": line,
                    "there": there,
                }
            )
        self._keep_sent(key, line, refused)

    def _get_line_reason(self, name, expected, there):
        if self.content["reason"]:
            return self.content["reason"]
        shipped, invoiced = to_decimal(there["shipped"]), to_decimal(there["invoiced"])
        if name == "quantity":
            wanted = to_decimal(expected["quantity"])
            if wanted < shipped:
                return "shipped"
            return "invoiced" if wanted < invoiced else ""
        if name in ("product_id", "unit_id") and (shipped or invoiced):
            return "shipped" if shipped else "invoiced"
        if name in MONEY_FIELDS and invoiced:
            return "invoiced"
        return ""

    def _keep_sent(self, key, line, refused):
        """Our last word on a line: the new one, but for what was not written."""
        if not refused:
            merged = line
        else:
            old_line, _expected = self.old[key]
            # price and discount are one thing to some systems
            names = refused | (
                {"unit_price", "discount"} if refused & {"unit_price"} else set()
            )
            merged = {**line, **{name: old_line[name] for name in names}}
        self.sent["lines"] = [
            merged if item["key"] == key else item for item in self.sent["lines"]
        ]

    def _add_line(self, key, position):
        line, expected = self.new[key]
        reason = self.content["reason"]
        self._note_line(key, line, reason, {}, expected)
        if not reason:
            self.update["add"].append({"position": position, "line": line})
            self.sent["lines"].append(line)

    def _remove_line(self, key):
        line, before = self.old[key]
        if key in self.gone:
            self._forget(key)
            return
        there = self.there[self.line_ids[key]]
        shipped, invoiced = to_decimal(there["shipped"]), to_decimal(there["invoiced"])
        if not to_decimal(there["quantity"]) and line["kind"] == "product":
            # nothing of it is ordered there any more
            self._forget(key)
            return
        reason = self.content["reason"]
        if not reason and (shipped or invoiced):
            reason = "shipped" if shipped else "invoiced"
        if any(not _is_equal(n, v, there[n]) for n, v in before.items()):
            reason = "conflict"
        self._note_line(key, line, reason, before, {}, there)
        if not reason:
            self.update["remove"].append(self.line_ids[key])
            self._forget(key)

    def _forget(self, key):
        self.line_ids.pop(key, None)
        self.sent["lines"] = [line for line in self.sent["lines"] if line["key"] != key]

    # -- told -------------------------------------------------------------------------

    def _note_line(self, key, line, reason, before, after, there=None):
        values = (before, after, there or {})
        # texts have no quantity: that they are there is all there is to say
        before, after, there = (
            {"line": item.get("quantity", THERE if item else "")} for item in values
        )
        self._note(key, "line", before, after, there, reason, line["description"])

    def _note(self, key, name, before, after, there, reason, description=""):
        point = {
            "line": key,
            "field": name,
            "description": description.split("\n", 1)[0],
            "before": _as_text(before.get(name)),
            "after": _as_text(after.get(name)),
            "there": _as_text(there.get(name)),
            "reason": reason,
        }
        (self.left if reason else self.changed).append(point)


def _split_replaced(before, after, line_ids):
    """A line that has another product by now is another line: the old one goes, the new one
    comes.

    :return: tuple (``before``, ``line_ids``), the old ones under a key of their own
    """
    products = {line["key"]: line["product_id"] for line in after["lines"]}
    replaced = {
        line["key"]
        for line in before["lines"]
        if products.get(line["key"], line["product_id"]) != line["product_id"]
    }
    if not replaced:
        return before, line_ids

    def rename(key):
        return f"{key}~" if key in replaced else key

    lines = [{**line, "key": rename(line["key"])} for line in before["lines"]]
    return (
        {**before, "lines": lines},
        {rename(key): remote_id for key, remote_id in line_ids.items()},
    )


def rekey(before, after, line_ids):
    """The lines of an opportunity were sent, a quotation was made of them since: its lines
    take the place of those.

    :param dict before: ``OrderRequest``
    :param dict after: ``OrderRequest``
    :param dict line_ids: as for :func:`merge`
    :return: tuple (``before``, ``line_ids``) under the keys of ``after``
    """
    new_keys = {line["key"] for line in after["lines"]}
    if not before["lines"] or new_keys & {line["key"] for line in before["lines"]}:
        return before, line_ids
    old = {line["key"]: line for line in before["lines"]}
    new = {line["key"]: line for line in after["lines"]}
    pairs = match_lines(
        list(old),
        list(new),
        lambda key, other: (
            (old[key]["kind"], old[key]["product_id"])
            == (new[other]["kind"], new[other]["product_id"])
        ),
    )
    lines = [{**line, "key": pairs.get(key, key)} for key, line in old.items()]
    return (
        {**before, "lines": lines},
        {pairs.get(key, key): remote_id for key, remote_id in line_ids.items()},
    )


def _by_key(request, expected):
    """:return: dict ``{key: (line, what is expected of it)}``"""
    return {
        line["key"]: (line, values)
        for line, values in zip(request["lines"], expected["lines"], strict=True)
    }


def _normalize(name, value):
    if name in NUMBERS:
        return to_decimal(value)
    if name == "tax_ids":
        return tuple(sorted(value)) if value is not None else None
    return " ".join(value.split()) if name == "description" else value


def _normalize_all(values):
    return {name: _normalize(name, value) for name, value in values.items()}


def _is_equal(name, ours, theirs):
    return _normalize(name, ours) == _normalize(name, theirs)


def _differ(before, after):
    return _normalize_all(before) != _normalize_all(after)


def _as_text(value):
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
