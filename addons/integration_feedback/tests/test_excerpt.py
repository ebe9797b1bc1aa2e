from odoo.tests import BaseCase, tagged

from ..excerpt import get_excerpt
from ..summary import make_summary

LABELS = {
    "kinds": {"wish": "Wish", "lost": "Deal Lost"},
    "title": "Market feedback: Pump",
    "intro": "Made by the CRM.",
    "month": "Month",
    "value": "Lost Value",
    "total": "Total",
    "reasons": "Why deals were lost",
    "competitors": "Competitors",
    "words": "In their words",
}


def write_amount(value):
    """As in Dutch."""
    return f"{value:_.2f} EUR".replace(".", ",").replace("_", ".")


def make_row(month="2026-11", kind="wish", value=0.0, **values):
    return {
        "month": month,
        "kind": kind,
        "value": value,
        "reason": "",
        "competitor": "",
        "excerpt": "",
        **values,
    }


@tagged("post_install", "-at_install")
class TestExcerpt(BaseCase):
    """What goes to the ERP points to nobody."""

    def test_people_are_left_out(self):
        text = (
            "Ann Archer of Brown Ltd (ann.archer+x@brown.example, +31 (0)20 555 01 01,"
            " www.brown.example/ann) finds the pump too loud at 2000 rpm; costs 1,250.00"
        )
        excerpt = get_excerpt(text, ["Ann Archer", "Brown Ltd", None, ""])
        for part in ("Ann", "Archer", "Brown", "brown", "555", "@", "www"):
            self.assertNotIn(part, excerpt)
        self.assertIn("finds the pump too loud at 2000 rpm; costs 1,250.00", excerpt)

    def test_addresses_and_numbers_of_persons(self):
        for part in (
            "ann.o'brien@brown.example",
            "ann@brown",
            "anna@büro.example",
            "ann (at) brown [dot] example",
            "@annarcher",
            "020-123 456 7",
            "+31 (0)6 12 34 56 78",
            "tel.0612345678",
            "mob+31612345678",
            "0032/2/123.45.67",
            "020–1234567",
            "٠٦١٢٣٤٥٦٧٨",
            "５５５－１２３４－５６７",
            "tel. 12 34 56",
            "ext 4711",
            "NL91 ABNA 0417 1643 00",
        ):
            with self.subTest(part=part):
                excerpt = get_excerpt(f"Too loud, says he: {part}, in short")
                self.assertRegex(
                    excerpt, "^Too loud, says he: (?:mob|tel.)?…, in short$"
                )

    def test_figures_stay(self):
        for text in (
            "1,250,000.00 a year, 5@100",
            "2000 rpm at 230 V, 12.5 bar",
            "DN25 instead of DN32, 4 x 20",
            "since 2024, on 12 May",
            "extension by 3 metres",
        ):
            self.assertEqual(get_excerpt(text), text)

    def test_where_they_are(self):
        places = ["Main Street 12b", "1017 GA", None, "", "12"]
        self.assertEqual(
            get_excerpt(
                "On MAIN STREET 12B, 1017  ga they wait; all of Main Street does, 1017GA too. 12",
                (),
                places,
            ),
            "On … they wait; all of … does, … too. 12",
        )

    def test_names_within_words_stay(self):
        self.assertEqual(
            get_excerpt("The planner is an annex", ["Ann Lan"]),
            "The planner is an annex",
        )

    def test_long_and_empty(self):
        excerpt = get_excerpt("word " * 200, length=50)
        self.assertLessEqual(len(excerpt), 50)
        self.assertTrue(excerpt.endswith("word…"))
        self.assertEqual(get_excerpt(False), "")
        self.assertEqual(get_excerpt("  a\n\n b\t"), "a b")

    def test_other_scripts(self):
        self.assertEqual(
            get_excerpt("王小明说：太贵了", ["王小明"]), "王小明说：太贵了"
        )
        self.assertEqual(get_excerpt("عال جدا", []), "عال جدا")


@tagged("post_install", "-at_install")
class TestSummary(BaseCase):
    def test_table(self):
        text = make_summary(
            [
                make_row(excerpt="Quieter, please"),
                make_row(kind="lost", value=1250.0, reason="Too expensive"),
                make_row(
                    "2026-10",
                    "lost",
                    2.5,
                    reason="Too expensive",
                    competitor="Pumps & Co",
                ),
            ],
            LABELS,
            write_amount,
        )
        self.assertEqual(
            text.splitlines(),
            [
                "Market feedback: Pump",
                "Made by the CRM.",
                "",
                "Month    Wish  Deal Lost    Lost Value",
                "2026-11     1          1  1.250,00 EUR",
                "2026-10     -          1      2,50 EUR",
                "Total       1          2  1.252,50 EUR",
                "",
                "Why deals were lost: Too expensive (2)",
                "",
                "Competitors: Pumps & Co (1)",
                "",
                "In their words:",
                "- 2026-11, Wish: Quieter, please",
            ],
        )

    def test_newest_months_and_most_named(self):
        rows = [
            make_row(f"20{year}-{month:02}", reason=f"Reason {month % 7}", excerpt="x")
            for year in (26, 25)
            for month in range(12, 0, -1)
        ]
        lines = make_summary(rows, LABELS, write_amount).splitlines()
        self.assertEqual(len([line for line in lines if line.startswith("2026-")]), 12)
        self.assertFalse([line for line in lines if line.startswith("2025-")])
        self.assertEqual(lines[-1].count("x"), 1)
        reasons = next(line for line in lines if line.startswith("Why"))
        self.assertEqual(reasons.count("("), 5)
