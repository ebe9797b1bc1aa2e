from odoo.tests import BaseCase, tagged

from ..order_merge import merge, rekey


def make_line(key, product="P1", quantity="2", price="10", **values):
    return {
        "key": key,
        "kind": "product",
        "product_id": product,
        "description": f"Line {product}",
        "quantity": quantity,
        "unit_id": "",
        "unit_price": price,
        "discount": "0",
        "tax_ids": ["1"],
        **values,
    }


def make_order(*lines, **values):
    return {
        "number": "S1",
        "customer_reference": "",
        "party_id": "7",
        "note": "",
        "lines": list(lines),
        **values,
    }


def get_header(order):
    return {
        "customer_reference": order["customer_reference"] or order["number"],
        "party_id": order["party_id"],
        "note": order["note"],
    }


def expect(order):
    header = get_header(order)
    return {
        "header": {name: value for name, value in header.items() if value},
        "lines": [
            {name: line[name] for name in line if name not in ("key", "kind")}
            for line in order["lines"]
        ],
    }


def make_content(order, **values):
    """The order as it was sent."""
    return {
        "order": {"remote_id": "1"},
        "reason": "",
        "documents": {},
        "fixed": ["party_id"],
        "header": get_header(order),
        "lines": [
            {
                **{name: line[name] for name in line if name != "key"},
                "remote_id": f"r{line['key']}",
                "shipped": "0",
                "invoiced": "0",
            }
            for line in order["lines"]
        ],
        **values,
    }


@tagged("at_install")
class TestOrderMerge(BaseCase):
    """Our last word, our new one, and what stands there."""

    def merge(self, before, after, content, line_ids=None):
        if line_ids is None:
            line_ids = {line["key"]: f"r{line['key']}" for line in before["lines"]}
        both = (expect(before), expect(after))
        return merge(before, after, both, content, line_ids)

    def test_nothing_changed(self):
        before = make_order(make_line("a"))
        result = self.merge(before, before, make_content(before))
        self.assertIsNone(result["update"])
        self.assertFalse(result["changed"] or result["left"])

    def test_numbers_are_compared_as_numbers(self):
        before = make_order(make_line("a", quantity="2", price="10"))
        after = make_order(make_line("a", quantity="2.00", price="10.0"))
        content = make_content(make_order(make_line("a", quantity="2.000")))
        self.assertIsNone(self.merge(before, after, content)["update"])

    def test_what_only_they_have_changed_stays(self):
        before = make_order(make_line("a"), make_line("b", "P2"))
        content = make_content(make_order(make_line("a", price="9"), make_line("b")))
        after = make_order(make_line("a", quantity="3"), make_line("b", "P2"))
        result = self.merge(before, after, content)
        [change] = result["update"]["change"]
        self.assertEqual(change["fields"], ["quantity"])
        self.assertEqual(change["there"]["unit_price"], "9")
        self.assertFalse(result["left"])

    def test_changed_on_both_sides(self):
        before = make_order(make_line("a"))
        content = make_content(make_order(make_line("a", quantity="4")))
        after = make_order(make_line("a", quantity="3", price="12"))
        result = self.merge(before, after, content)
        [point] = result["left"]
        self.assertEqual(
            (point["reason"], point["before"], point["after"], point["there"]),
            ("conflict", "2", "3", "4"),
        )
        [change] = result["update"]["change"]
        self.assertEqual(change["fields"], ["unit_price"])
        # our last word on it is still the old one
        [sent] = result["sent"]["lines"]
        self.assertEqual((sent["quantity"], sent["unit_price"]), ("2", "12"))

    def test_changed_to_the_same_on_both_sides(self):
        before = make_order(make_line("a"))
        after = make_order(make_line("a", quantity="4"))
        result = self.merge(before, after, make_content(after))
        self.assertIsNone(result["update"])
        self.assertFalse(result["left"])
        self.assertEqual(result["sent"]["lines"][0]["quantity"], "4")

    def test_unit_and_quantity_go_together(self):
        before = make_order(make_line("a", unit_id="1", quantity="12"))
        content = make_content(make_order(make_line("a", unit_id="1", quantity="11")))
        after = make_order(make_line("a", unit_id="2", quantity="1"))
        result = self.merge(before, after, content)
        self.assertIsNone(result["update"])
        self.assertEqual(
            {point["field"] for point in result["left"]}, {"unit_id", "quantity"}
        )

    def test_shipped(self):
        before = make_order(make_line("a", quantity="4"))
        content = make_content(before)
        content["lines"][0]["shipped"] = "2"
        for quantity, reason in (("1", "shipped"), ("2", None), ("9", None)):
            after = make_order(make_line("a", quantity=quantity))
            result = self.merge(before, after, content)
            self.assertEqual(
                [p["reason"] for p in result["left"]], [reason] if reason else []
            )
            self.assertEqual(bool(result["update"]), not reason)
        result = self.merge(before, make_order(), content)
        self.assertEqual([p["reason"] for p in result["left"]], ["shipped"])
        self.assertEqual(len(result["sent"]["lines"]), 1)

    def test_invoiced_price(self):
        before = make_order(make_line("a", quantity="4"))
        content = make_content(before)
        content["lines"][0]["invoiced"] = "4"
        after = make_order(make_line("a", quantity="5", price="8"))
        result = self.merge(before, after, content)
        self.assertEqual(result["update"]["change"][0]["fields"], ["quantity"])
        self.assertEqual(result["left"][0]["reason"], "invoiced")

    def test_added_removed_and_replaced(self):
        before = make_order(make_line("a"), make_line("b", "P2"))
        after = make_order(make_line("b", "P3"), make_line("c", "P4"))
        result = self.merge(before, after, make_content(before))
        update = result["update"]
        self.assertEqual(update["remove"], ["ra", "rb"])
        self.assertEqual(
            [(item["position"], item["line"]["product_id"]) for item in update["add"]],
            [(1, "P3"), (2, "P4")],
        )
        self.assertEqual(
            sorted(line["key"] for line in result["sent"]["lines"]), ["b", "c"]
        )

    def test_added_ahead_and_behind(self):
        """The first line that stays is at 1."""
        before = make_order(make_line("b"), make_line("c", "P2"))
        new = [make_line(key, product) for key, product in (("a", "P0"), ("d", "P3"))]
        after = make_order(new[0], *before["lines"], new[1])
        update = self.merge(before, after, make_content(before))["update"]
        self.assertEqual([item["position"] for item in update["add"]], [0, 4])

    def test_headings(self):
        heading = make_line("H", False, "0", kind="section", description="S2")
        before = make_order(make_line("a"))
        after = make_order(make_line("a"), heading)

        def expect_text(order):
            expected = expect(order)
            for line, values in zip(order["lines"], expected["lines"], strict=True):
                if line["kind"] == "section":
                    values.clear()
                    values["description"] = line["description"]
            return expected

        both = (expect_text(before), expect_text(after))
        content = make_content(before)
        [point] = merge(before, after, both, content, {"a": "ra"})["changed"]
        self.assertEqual((point["before"], point["after"]), ("", "✓"))
        content["reason"] = "locked"
        [point] = merge(before, after, both, content, {"a": "ra"})["left"]
        self.assertEqual((point["after"], point["there"]), ("✓", ""))

    def test_our_number_stands_for_a_reference(self):
        """Changed twice, it is our own change both times."""
        line = make_line("a")
        before, after, last = (
            make_order(line, number=number) for number in ("S1", "S1, S2", "S2")
        )
        result = self.merge(before, after, make_content(before))
        self.assertEqual(result["update"]["fields"], ["customer_reference"])
        result = self.merge(result["sent"], last, make_content(after))
        self.assertFalse(result["left"])
        self.assertEqual(result["update"]["fields"], ["customer_reference"])
        # not written, it is not our word
        result = self.merge(before, after, make_content(before, reason="locked"))
        self.assertEqual(result["sent"]["number"], "S1")

    def test_asked_again_after_a_lost_answer(self):
        """The new line stands there already, and nobody has told us its id."""
        before = make_order(make_line("a"))
        after = make_order(make_line("a", quantity="3"), make_line("c", "P4"))
        content = make_content(after)
        result = self.merge(before, after, content, {"a": "ra"})
        self.assertIsNone(result["update"])
        self.assertEqual(result["line_ids"], {"a": "ra", "c": "rc"})

    def test_line_taken_out_there(self):
        before = make_order(make_line("a"), make_line("b", "P2"))
        content = make_content(make_order(make_line("b", "P2")))
        same = self.merge(before, before, content)
        self.assertIsNone(same["update"])
        self.assertFalse(same["left"])
        after = make_order(make_line("a", quantity="5"), make_line("b", "P2"))
        [point] = self.merge(before, after, content)["left"]
        self.assertEqual(point["reason"], "removed")

    def test_changed_there_and_removed_here(self):
        before = make_order(make_line("a"), make_line("b", "P2"))
        content = make_content(
            make_order(make_line("a", quantity="8"), make_line("b", "P2"))
        )
        result = self.merge(before, make_order(make_line("b", "P2")), content)
        self.assertEqual(result["left"][0]["reason"], "conflict")
        self.assertIsNone(result["update"])

    def test_order_that_takes_no_change(self):
        before = make_order(make_line("a"))
        content = make_content(before, reason="processed")
        after = make_order(make_line("a", quantity="3"), make_line("c"), note="New")
        result = self.merge(before, after, content)
        self.assertIsNone(result["update"])
        self.assertEqual({point["reason"] for point in result["left"]}, {"processed"})
        self.assertEqual(result["sent"], before)

    def test_another_customer(self):
        before = make_order(make_line("a"))
        after = make_order(make_line("a"), party_id="8", note="Hello")
        result = self.merge(before, after, make_content(before))
        self.assertEqual(result["update"]["fields"], ["note"])
        self.assertEqual(
            [(point["field"], point["reason"]) for point in result["left"]],
            [("party_id", "fixed")],
        )

    def test_ids_nobody_kept(self):
        """Orders made before ids were kept: lines are told by what they are."""
        before = make_order(make_line("a"), make_line("b"), make_line("c", "P2"))
        content = make_content(before)
        after = make_order(
            make_line("a"), make_line("b", quantity="5"), make_line("c", "P2")
        )
        result = self.merge(before, after, content, {})
        self.assertEqual(result["line_ids"], {"a": "ra", "b": "rb", "c": "rc"})
        self.assertEqual(result["update"]["change"][0]["remote_id"], "rb")

    def test_lines_of_an_opportunity_and_the_quotation_made_of_it(self):
        before = make_order(make_line("o1"), make_line("o2", "P2"))
        after = make_order(make_line("q1", "P2"), make_line("q2"))
        renamed, line_ids = rekey(before, after, {"o1": "r1", "o2": "r2"})
        self.assertEqual(
            {line["key"]: line["product_id"] for line in renamed["lines"]},
            {"q1": "P2", "q2": "P1"},
        )
        self.assertEqual(line_ids, {"q2": "r1", "q1": "r2"})
