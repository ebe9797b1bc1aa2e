from odoo.tests import BaseCase, tagged

from odoo.addons.integration_hub.client.text_block import (
    find_keys,
    join_text,
    split_text,
)


@tagged("post_install", "-at_install")
class TestTextBlock(BaseCase):
    """Ours above the line, theirs below."""

    def test_there_and_back(self):
        whole = join_text("One\n\n[x] two", "CRM-1-C2", "Theirs\nas well")
        self.assertEqual(
            split_text(whole, "CRM-1-C2"), ("One\n\n[x] two", "Theirs\nas well")
        )
        self.assertEqual(find_keys(whole), ["CRM-1-C2"])

    def test_line_is_gone(self):
        self.assertEqual(split_text("All of it", "CRM-1-C2"), ("All of it", ""))
        self.assertEqual(find_keys("[CRM-1-C2] as we say"), [])
        self.assertEqual(split_text("", "CRM-1-C2"), ("", ""))

    def test_key_that_begins_the_same(self):
        whole = join_text("One", "CRM-1-C22")
        self.assertEqual(split_text(whole, "CRM-1-C2")[1], "")
