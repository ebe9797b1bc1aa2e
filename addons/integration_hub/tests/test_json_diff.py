from odoo.tests import BaseCase

from ..json_diff import flatten, get_diff, get_item_names


class TestJsonDiff(BaseCase):
    def test_flatten(self):
        self.assertEqual(
            flatten({"a": {"b": 1}, "lines": [{"key": "L1", "q": 2}], "tags": ["x"]}),
            {
                ("a", "b"): 1,
                ("lines", "L1", "key"): "L1",
                ("lines", "L1", "q"): 2,
                ("tags", "1"): "x",
            },
        )

    def test_first_time(self):
        self.assertEqual(get_diff(None, {"a": 1}), [(("a",), None, 1)])
        self.assertEqual(get_diff({"a": 1}, None), [(("a",), 1, None)])

    def test_only_what_differs(self):
        before = {"n": "S1", "lines": [{"key": "1", "q": "2"}, {"key": "2", "q": "5"}]}
        after = {"n": "S1", "note": "", "lines": [{"key": "2", "q": "6"}]}
        self.assertEqual(
            get_diff(before, after),
            [
                (("lines", "2", "q"), "5", "6"),
                (("lines", "1", "key"), "1", None),
                (("lines", "1", "q"), "2", None),
            ],
        )
        self.assertEqual(get_diff(before, before), [])

    def test_names_of_items(self):
        value = {
            "party": {"name": "Brown", "addresses": [{"key": "A1", "name": "Ann"}]},
            "lines": [{"key": "L1", "description": "Chair\nred", "tags": ["x"]}],
            "invoices": [
                {"remote_id": "7", "number": "F2026-1"},
                {"remote_id": "8", "number": ""},
            ],
        }
        self.assertEqual(
            get_item_names(value),
            {
                ("party", "addresses", "A1"): "Ann",
                ("lines", "L1"): "Chair",
                ("invoices", "7"): "F2026-1",
            },
        )

    def test_same_key_twice(self):
        self.assertEqual(
            get_diff([{"key": "1"}], [{"key": "1"}, {"key": "1"}]),
            [(("2", "key"), None, "1")],
        )
