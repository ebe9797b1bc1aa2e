"""Our text in the notes of a repair order, changed without touching theirs; no ERP
needed."""

import unittest
from unittest.mock import patch

from odoo.addons.integration_hub.client.text_block import HINT, join_text

from ..client.notes import replace_text, to_html, to_text
from .test_client_older import FIELDS, OlderOdoo

KEY = "CRM-1-C2"
LINE = f"[{KEY}] {HINT}"
OLD = to_html(join_text("It drips.", KEY))
NEW = to_html(join_text("It leaks.", KEY))
TORN = f"<p>It drips.</p><p>{LINE.replace('below', '<b>below</b>')}</p>"
PICTURE = '<img src="/web/image/7" alt="5 > 3">'
LINK = '<a href="https://example.com/?a=1&amp;b=2">the <b>manual</b></a>'


class TestNotes(unittest.TestCase):
    def replace(self, html, remarks=""):
        """What is done twice is as if done once."""
        replaced = replace_text(html, "It leaks.", KEY, remarks)
        self.assertEqual(replace_text(replaced, "It leaks.", KEY), replaced)
        return replaced

    def test_what_is_below_stays_as_it_is_written(self):
        theirs = (
            f"<p>Seal <b>worn</b>:&nbsp;see\n{PICTURE} and {LINK}</p>\n<hr>"
            '<table class="x"><tbody><tr><td>1</td><td>2</td></tr></tbody></table>'
        )
        for old in (OLD, OLD.replace("</p><p>", "</p>\n<p>\n")):
            self.assertEqual(self.replace(old + theirs), NEW + theirs)
        self.assertIn("Seal worn: see and the manual", to_text(NEW + theirs))

    def test_line_within_other_elements(self):
        for html, theirs in (
            (OLD, ""),
            (
                f'<div class="a"><p>Old</p><p>{LINE}</p><p>Look {PICTURE}</p></div>',
                f'<div class="a"><p>Look {PICTURE}</p></div>',
            ),
            (f"<p>Old<br>{LINE}<br>Look {PICTURE}</p>", f"<p>Look {PICTURE}</p>"),
            (f"<p>Old</p><p>{LINE} Look {LINK}</p>", f"<p> Look {LINK}</p>"),
            (f"<p>Old</p><p><b>{LINE}</b></p><p>{LINK}</p>", f"<p>{LINK}</p>"),
            (f"<ul><li>Old</li><li>{LINE}</li></ul><p>Look</p>", "<p>Look</p>"),
            (
                f"<div>Old</div><div>{LINE}<p>{LINK}</p></div>",
                f"<div><p>{LINK}</p></div>",
            ),
        ):
            with self.subTest(html):
                self.assertEqual(self.replace(html), NEW + theirs)

    def test_pictures_and_links_above_the_line_go_below_it(self):
        html = (
            f"<p>It drips. {PICTURE}</p><p>Look {LINK}</p>"
            f'<p><a href="/x">{PICTURE}</a></p><p>{LINE}</p><p>Theirs {PICTURE}</p>'
        )
        self.assertEqual(
            self.replace(html),
            f"{NEW}<div>{PICTURE}</div><div>{LINK}</div>"
            f'<div><a href="/x">{PICTURE}</a></div><p>Theirs {PICTURE}</p>',
        )

    def test_nothing_precious_is_lost_where_the_line_is_not_whole(self):
        for html in (
            f"<p>It drips.</p><p>{PICTURE}</p>",
            f"<p>It drips.</p><p>{LINK}</p>",
            f"{TORN}<p>Theirs {PICTURE}</p>",
            # cut at the second one, what is between the two would be gone
            f"{TORN}<p>Theirs {LINK}</p><p>{LINE}</p><p>More</p>",
        ):
            with self.subTest(html):
                self.assertEqual(self.replace(html), NEW + html)

    def test_words_alone_where_the_line_is_not_whole(self):
        self.assertEqual(self.replace("<p>It drips.</p>"), NEW)
        self.assertEqual(self.replace(""), NEW)
        self.assertEqual(
            self.replace(f"{TORN}<p>Their <i>words</i></p>", "Their words"),
            f"{NEW}<p>Their words</p>",
        )


class OdooWithNotes(OlderOdoo):
    """``written``: what a change of one record writes."""

    def write_table(self, model, columns, table, **_arguments):
        [row] = table
        self.written = dict(zip(columns, row, strict=True))


class TestNotesOfRepairs(unittest.TestCase):
    def update(self, notes, kind):
        """:return: the notes of a repair order once our text has changed"""
        client = OdooWithNotes({"repair.order": [{"id": 9, "internal_notes": notes}]})
        complaint = {"key": KEY, "text": "It leaks.", "product_id": "", "unit_id": ""}
        fields = FIELDS["repair.order"] | {"internal_notes": {"type": kind}}
        with patch.dict(FIELDS, {"repair.order": fields}):
            answers = client.complaint_update(
                [{"remote_id": "9", "complaint": complaint, "fields": ["text"]}]
            )
        self.assertEqual(answers, [True])
        self.assertEqual(client.written[".id"], "9")
        return client.written["internal_notes"]

    def test_pictures_and_links_stay(self):
        theirs = f"<p>Worn, see {PICTURE} and {LINK}</p>"
        self.assertEqual(self.update(OLD + theirs, "html"), NEW + theirs)

    def test_words_split_by_formatting_stay(self):
        theirs = "<p>Their <i>words</i></p>"
        self.assertEqual(self.update(TORN + theirs, "html"), f"{NEW}<p>Their words</p>")

    def test_notes_that_are_text(self):
        self.assertEqual(
            self.update(f"It drips.\n{LINE}\n5 <b>bars</b>", "text"),
            f"It leaks.\n{LINE}\n5 <b>bars</b>",
        )
