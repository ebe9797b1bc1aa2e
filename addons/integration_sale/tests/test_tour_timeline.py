from odoo.tests import HttpCase, tagged

from .common import SaleCase


@tagged("-at_install", "post_install")
class TestTimelineTour(SaleCase, HttpCase):
    def test_opportunity(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.pull()
        self.get_remote_order(lead)["delivery_state"] = "shipped"
        self.pull()
        self.start_tour(
            f"/odoo/crm.lead/{lead.id}", "integration_sale_timeline", login="mats"
        )
