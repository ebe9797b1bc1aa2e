from odoo.tests import tagged

from odoo.addons.integration_hub.tests.again_case import AgainMixin

from .common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestStockAgain(AgainMixin, StockCase):
    """A reading once more: what stands there now, and the flow goes on where it was."""

    def get_job(self, operation):
        return self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("operation", "=", operation)],
            order="id",
            limit=1,
        )

    def make_read(self):
        self.flow.batch_size = 2
        products = [self.make_product(str(number)) for number in range(1, 6)]
        for number in range(1, 6):
            self.set_level(str(number), number)
        return products

    def test_page(self):
        products = self.make_read()
        self.pull()
        job = self.get_job("pull")
        self.assertEqual(self.open_replay(job).outcome, "same")
        for available, mode in ((70, "today"), (80, "sent")):
            for number in range(1, 6):
                self.set_level(str(number), available)
            self.assertEqual(self.replay(job, mode).state, "done")
            for product in products:
                self.assertEqual(self.get_levels(product).available, available)
            self.assertFalse(self.flow.cursor)

    def test_page_of_products_that_are_gone(self):
        first, *_others = self.make_read()
        self.pull()
        job = self.get_job("pull")
        self.env["integration.product.mapping"].search(
            [("product_id", "=", first.id)]
        ).unlink()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "changed")
        self.assertEqual(self.replay(job, "sent").state, "done")
        self.assertFalse(self.get_levels(first))

    def test_load(self):
        product, *_others = self.make_read()
        load = self.env["integration.load"].create({"flow_id": self.flow.id})
        load.action_check()
        self.run_lane()
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        job = self.get_job("load_read")
        FakeStockClient.calls.clear()
        for available, mode in ((70, "today"), (80, "sent")):
            self.set_level("1", available)
            self.assertEqual(self.replay(job, mode).state, "done")
            self.assertEqual(self.get_levels(product).available, available)
        self.assertEqual(
            self.open_replay(self.get_job("load_check")).outcome, "stopped"
        )
