from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestPriceOwner(PriceCase):
    """Whose word a price list is, and which one a customer has."""

    def setUp(self):
        super().setUp()
        self.product = self.make_product("1")
        self.set_prices("1", (0, "90"))
        self.partner = self.make_partner("A")
        FakePriceClient.parties["A"] = "W"
        self.ours = self.env["product.pricelist"].create({"name": "Ours"})

    def get_notes(self):
        return self.partner.message_ids.filtered(
            lambda message: "price list" in message.body
        )

    # -- lists ------------------------------------------------------------------------

    def test_not_locked_while_the_flow_is_off(self):
        self.pull()
        pricelist = self.get_list()
        self.assertTrue(pricelist.is_integration_owned)
        self.flow.action_pause()
        self.assertFalse(pricelist.is_integration_owned)
        pricelist.name = "Mine"
        pricelist.item_ids.fixed_price = 1
        pricelist.item_ids = [
            # for all products
            Command.create({"compute_price": "percentage", "percent_price": 50}),
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.product.id,
                    "min_quantity": 5,
                    "fixed_price": 1,
                }
            ),
        ]
        pricelist.item_ids.filtered("product_id")[:1].date_end = "2020-01-01"
        self.flow.action_resume()
        with self.assertRaisesRegex(UserError, "ERP North"):
            pricelist.item_ids.fixed_price = 2
        self.pull()
        self.assertEqual(pricelist.name, "Wholesale")
        self.assertEqual(len(pricelist.item_ids), 1)
        for quantity in (1, 5):
            self.assertEqual(self.get_price(self.product, quantity), 90)

    def test_not_locked_when_the_connector_is_archived(self):
        self.pull()
        self.connector.active = False
        self.get_list().item_ids.fixed_price = 1
        self.get_list().unlink()

    def test_rules_of_a_product_no_longer_mapped(self):
        self.pull()
        self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        ).unlink()
        self.pull()
        self.assertFalse(self.get_list().item_ids)

    # -- customers --------------------------------------------------------------------

    def test_a_list_chosen_here_is_replaced_with_a_word(self):
        self.partner.specific_property_product_pricelist = self.ours
        self.pull()
        self.assertEqual(
            self.partner.specific_property_product_pricelist, self.get_list()
        )
        [note] = self.get_notes()
        for word in ("Ours", "Wholesale", "ERP North"):
            self.assertIn(word, note.body)
        self.pull()
        self.assertEqual(self.get_notes(), note, "the same again is no news")

    def test_none_was_chosen_here(self):
        self.pull()
        self.assertEqual(
            self.partner.specific_property_product_pricelist, self.get_list()
        )
        self.assertFalse(self.get_notes())

    def test_two_systems(self):
        """The customer follows the one it was linked to first."""
        self.pull()
        south = self.make_connector("ERP South")
        flow = south._get_flow("price_pull")
        flow.action_resume()
        flow.next_run = "2099-01-01 00:00:00"
        self.link(self.partner, "A", connector=south)
        newcomer = self.env["res.partner"].create({"name": "Newcomer"})
        self.link(newcomer, "B", connector=south)
        self.link(newcomer, "B")
        FakePriceClient.parties["B"] = "W"

        def get_given(partner):
            pricelist = partner.specific_property_product_pricelist
            return pricelist.integration_connector_id

        def pull_south():
            flow._enqueue_pull("manual")
            self.run_lane()

        for _again in range(2):
            pull_south()
            self.assertEqual(get_given(self.partner), self.connector)
            self.assertEqual(get_given(newcomer), south)
            self.pull()
            self.assertEqual(get_given(self.partner), self.connector)
            self.assertEqual(get_given(newcomer), south)
        self.assertFalse(self.get_notes())
        # the first one has nothing to say any more
        self.flow.action_pause()
        pull_south()
        self.assertEqual(get_given(self.partner), south)
        self.assertIn("ERP South", self.get_notes().body)
        self.flow.action_resume()
        self.pull()
        self.assertEqual(get_given(self.partner), self.connector)
