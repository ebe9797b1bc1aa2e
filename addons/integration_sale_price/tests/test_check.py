from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integration_price.tests.common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestCheck(PriceCase):
    """Before Won: a price that departs from the ERP's, as it is there at this moment."""

    own_flows = (*PriceCase.own_flows, "sale_order_push", "order_check")

    def setUp(self):
        super().setUp()
        for name, answer in (
            ("order_check", {"problems": [], "rates": {}}),
            ("party_match", []),
        ):
            self.startPatcher(
                patch.object(
                    FakePriceClient,
                    name,
                    lambda client, items, answer=answer: [answer for _item in items],
                    create=True,
                )
            )
        self.connector._get_flow("order_check").state = "running"
        self.product = self.make_product("1", taxes_id=False)
        self.set_prices("1", (0, "90"))
        FakePriceClient.parties["A"] = "W"
        self.partner = self.make_partner("A")
        self.pull()
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "lead_line_ids": [
                    Command.create({"product_id": self.product.id, "quantity": 2})
                ],
            }
        )

    def check(self):
        self.lead.action_check_with_erp()
        self.run_lane()
        [shown] = self.lead.integration_check["checks"]
        self.assertEqual(shown["state"], "done", shown["message"])
        prices = [f for f in shown["findings"] if "price list" in f["text"]]
        return shown["id"], prices

    def test_take_the_price_of_the_erp(self):
        self.assertEqual(self.check()[1], [])
        # dearer there since a minute; nothing was pulled
        self.set_prices("1", (0, "95"))
        check_id, [finding] = self.check()
        self.assertIn("95", finding["text"])
        self.assertEqual(finding["severity"], "warning")
        self.lead.action_fix_finding(check_id, finding["index"])
        self.assertEqual(self.lead.lead_line_ids.price_unit, 95)
        self.assertEqual(self.check()[1], [])

    def test_below_a_cent(self):
        self.set_prices("1", (0, "0.125"))
        self.lead.lead_line_ids.price_unit = 0.13
        check_id, [finding] = self.check()
        self.assertIn("0.125", finding["text"])
        self.assertIn("0.130", finding["text"])
        self.lead.action_fix_finding(check_id, finding["index"])
        self.assertEqual(self.lead.lead_line_ids.price_unit, 0.125)
        self.assertEqual(self.check()[1], [])

    def test_no_rate(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        francs.rate_ids.unlink()
        self.add_list("X", "Export", "CHF")
        self.set_prices("1", (0, "100"), price_list="X")
        FakePriceClient.parties["A"] = "X"
        self.pull()
        [finding] = self.check()[1]
        self.assertIn("CHF", finding["text"])
        self.assertFalse(finding["label"])

    def test_prices_that_are_not_read(self):
        self.flow.state = "paused"
        self.set_prices("1", (0, "95"))
        self.assertEqual(self.check()[1], [])
