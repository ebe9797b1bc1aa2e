import unittest

from ..compare import compare
from ..fingerprint import get_fingerprints, pack, unpack

NAMES = ("name", "phone", "vat")


class TestCompare(unittest.TestCase):
    def compare(self, ours, theirs, base_ours=None, base_theirs=None):
        sent = get_fingerprints(base_ours, NAMES) if base_ours else {}
        received = get_fingerprints(base_theirs, NAMES) if base_theirs else {}
        return compare(ours, theirs, NAMES, sent, received, {"vat"})

    @staticmethod
    def make(name="A", phone="1", vat="BE1"):
        return {"name": name, "phone": phone, "vat": vat}

    def test_same(self):
        theirs = self.make(name=" A ", phone="1 ", vat="be-1")
        self.assertEqual(self.compare(self.make(), theirs), ([], [], []))

    def test_changed_here(self):
        base = self.make()
        changes, overwritten, kept = self.compare(
            self.make(name="B", vat="BE2"), base, base, base
        )
        self.assertEqual(changes, ["name", "vat"])
        self.assertFalse(overwritten or kept)

    def test_changed_there_alone(self):
        base = self.make()
        self.assertEqual(
            self.compare(base, self.make(name="X", vat="BE9"), base, base), ([], [], [])
        )

    def test_changed_on_both_sides(self):
        base = self.make()
        changes, overwritten, kept = self.compare(
            self.make(name="B", vat="BE2"), self.make(name="X", vat="BE9"), base, base
        )
        self.assertEqual(changes, ["name"])
        self.assertEqual(overwritten, [["name", "X", "B"]])
        self.assertEqual(kept, [["vat", "BE9", "BE2"]])

    def test_written_in_their_own_way(self):
        """They write a phone in their own format: that is no change of theirs."""
        base = self.make(phone="0123")
        there = self.make(phone="+32123")
        changes, overwritten, _kept = self.compare(
            self.make(phone="0999"), there, base, there
        )
        self.assertEqual((changes, overwritten), (["phone"], []))
        self.assertEqual(self.compare(base, there, base, there)[0], [])

    def test_never_sent(self):
        changes, overwritten, kept = self.compare(
            self.make(name="B", phone="", vat="BE2"), self.make(name="X", vat="")
        )
        self.assertEqual(changes, ["name", "vat"], "an empty field there is filled")
        self.assertEqual(overwritten, [["name", "X", "B"]])
        self.assertFalse(kept)

    def test_emptied_here(self):
        base = self.make()
        self.assertEqual(
            self.compare(self.make(phone=""), base, base, base)[0], ["phone"]
        )

    def test_address_is_one_thing(self):
        """Nobody gets half of ours and half of theirs."""
        names = ("street", "zip", "city", "phone")
        base = {"street": "A 1", "zip": "1", "city": "X", "phone": "1"}
        ours = {**base, "street": "B 2", "phone": "2"}
        theirs = {**base, "zip": "9", "city": ""}
        marks = get_fingerprints(base, names)
        owned = {"street", "zip", "city"}
        self.assertEqual(
            compare(ours, theirs, names, marks, marks, owned),
            (
                ["phone"],
                [],
                [["street", "A 1", "B 2"], ["zip", "9", "1"], ["city", "", "X"]],
            ),
        )
        self.assertEqual(
            compare(ours, theirs, names, marks, marks, set())[0], ["street", "phone"]
        )
        nothing = {**base, "street": "", "zip": "", "city": ""}
        self.assertEqual(
            compare(ours, nothing, names, marks, marks, owned)[0], ["street", "phone"]
        )
        # never compared: what is empty there is filled
        filled = {**ours, "street": "A 1"}
        self.assertEqual(
            compare(filled, {**base, "city": ""}, names, {}, {}, owned),
            (["city", "phone"], [["phone", "1", "2"]], []),
        )

    def test_pack(self):
        marks = get_fingerprints(self.make(), NAMES)
        self.assertEqual(unpack(pack(marks)), marks)
        self.assertEqual(unpack(False), {})
