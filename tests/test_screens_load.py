from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from .erp_case import ErpCase
from .screens_case import ScreensCase

CHECKED = "!!document.querySelector('.o_field_widget[name=totals_html] td')"
ROWS = "!!document.querySelector('.o_kanban_record:not(.o_kanban_ghost), .o_data_row')"
FILTER = "!!document.querySelector('.o_field_domain .o_domain_show_selection_button, .o_field_domain button')"


@tagged("post_install", "-at_install")
class TestScreensLoad(ErpCase, ScreensCase):
    """Flows that are looked at before they are started: forecast and price lists."""

    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.load_language("ar_001")
        cls.make_manager()

    def check(self, code):
        flow = self.connector._get_flow(code)
        self.assertEqual((flow.state, flow.is_to_look_at), ("paused", True))
        load = self.env["integration.load"].browse(flow.action_open_load()["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        self.assertTrue(load.line_ids)
        return load

    def test_screens(self):
        month = fields.Date.today().replace(day=1)
        special = self.make_product_like("PUMP-200", "SPECIAL-9")
        special.name = "Pump for salt water"
        for number, probability in enumerate((60, 25, 80)):
            lead = self.make_lead(
                [("PUMP-200", 4 + number), ("PIPE-CU15", 12.5), ("BOOK-HYD", 2)],
                probability=probability,
                date_deadline=month + relativedelta(months=number, day=20),
            )
        lead.lead_line_ids = [(0, 0, {"product_id": special.id, "quantity": 3})]
        loads = {code: self.check(code) for code in ("forecast_push", "price_pull")}
        flows = {code: load.flow_id for code, load in loads.items()}
        for device, lang in (
            ("desktop", "en_US"),
            ("mobile", "en_US"),
            ("desktop", "ar_001"),
        ):
            action = "action-integration_hub.integration_load_action"
            flow_action = "action-integration_hub.integration_flow_action"
            with self.screens("maya", device, lang) as screens:
                screens.take("load", f"/odoo/{action}/{loads['forecast_push'].id}")
                screens.check("load", CHECKED)
                self.look_at_lines(screens, "load-lines")
                screens.take("load-prices", f"/odoo/{action}/{loads['price_pull'].id}")
                self.look_at_lines(screens, "load-prices-lines")
                for code, flow in flows.items():
                    screens.take(f"flow-{code}", f"/odoo/{flow_action}/{flow.id}")
                screens.take(
                    "flow-filter", f"/odoo/{flow_action}/{flows['forecast_push'].id}"
                )
                screens.check("flow-filter", FILTER)
                orders = self.connector._get_flow("sale_order_push")
                screens.take("flow-orders", f"/odoo/{flow_action}/{orders.id}")

    def look_at_lines(self, screens, name):
        if screens.device == "mobile":
            # the numbers are behind a menu there
            return
        screens.evaluate(
            "document.querySelector('button[name=action_view_lines]').click()"
        )
        screens.wait_for("!document.querySelector('.o_form_view')")
        screens.check(name, ROWS)
