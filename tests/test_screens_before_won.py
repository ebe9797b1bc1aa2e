from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from .erp_case import ErpCase
from .screens_case import ScreensCase

ROWS = "!!document.querySelector('.o_kanban_record:not(.o_kanban_ghost), .o_data_row')"
FOUND = "!!document.querySelector('.o_integration_check li')"
# the block is below the fold on a phone
SHOW = (
    "document.querySelector('.o_integration_check').scrollIntoView({block: 'center'})"
)
MARK_WON = "document.querySelector('button[name=action_mark_won]')"
ASKED = "!!document.querySelector('.modal .o_integration_check li')"
SETTING = "document.querySelector('#win_on_confirmation')"


@tagged("post_install", "-at_install")
class TestScreensBeforeWon(ErpCase, ScreensCase):
    """What the open deals are going to need, and what the ERP says of one of them."""

    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.load_language("ar_001")
        cls.make_manager()
        cls.make_person(
            "addy",
            "Addy Administrator",
            "base.group_system,sales_team.group_sale_manager,"
            "integration_hub.group_integration_administrator",
        )

    def make_deals(self):
        month = fields.Date.today().replace(day=1)
        special = self.make_product_like("PUMP-200", "SPECIAL-9")
        special.name = "Pump for salt water"
        for number, (name, probability) in enumerate(
            (
                ("Havenbedrijf Rijnmond", 60),
                ("Waterschap Zuid", 25),
                ("Koeltechniek Brabant", 80),
            )
        ):
            lead = self.make_lead(
                [("FILTER-10", 40 + number), ("PIPE-CU15", 12.5), ("BOOK-HYD", 2)],
                self.make_partner(name),
                probability=probability,
                date_deadline=month + relativedelta(months=number, day=20),
            )
            lead.name = f"Filters for {name}"
        lead.lead_line_ids = [(0, 0, {"product_id": special.id, "quantity": 3})]
        lead.partner_id.street = False
        flow = self.connector._get_flow("forecast_push")
        flow.state = "running"
        flow._enqueue_pull("manual")
        self.addCleanup(self.clean_up)
        lead.action_check_with_erp()
        self.run_lane()
        self.assertTrue(lead.integration_check["checks"][0]["findings"])
        return lead

    def make_confirmed(self):
        """Confirmed, and still open: of a product the ERP does not know, where confirming
        wins what there is no question about."""
        lead = self.make_lead(partner=self.make_partner("Sluisbeheer Maas"))
        lead.name = "Pumps for the old lock"
        order = self.make_order(lead, [("PUMP-200", 2), ("VALVE-DN25", 8)])
        order.action_confirm()
        self.company.win_on_confirmation = True
        self.connector._get_flow("order_check").won_check_policy = "warn"
        special = self.make_product_like("PUMP-200", "SPECIAL-8")
        special.name = "Pump for hot water"
        asked = self.make_lead(partner=self.make_partner("Zuivelfabriek De Kroon"))
        asked.name = "Dairy line 8"
        asked_order = self.make_order(asked, [("PUMP-200", 1)])
        asked_order.order_line.product_id = special
        asked_order.action_confirm()
        self.assertEqual((lead | asked).mapped("won_status"), ["pending"] * 2)
        return order, asked_order

    def clean_up(self):
        """Nobody else's report shall show our drafts."""
        domain = [("origin", "=like", f"{self.prefix}FC%")]
        pickings = self.clerk.call("stock.picking", "search", domain=domain)
        self.clerk.call("stock.picking", "unlink", ids=pickings)

    def test_screens(self):
        lead = self.make_deals()
        for device, lang in (
            ("desktop", "en_US"),
            ("mobile", "en_US"),
            ("desktop", "ar_001"),
        ):
            with self.screens("maya", device, lang) as screens:
                screens.take("sales-forecast", "/odoo/integration-forecast")
                screens.check("sales-forecast", ROWS)
                screens.take("check-before-won", f"/odoo/crm.lead/{lead.id}")
                screens.wait_for(FOUND)
                if device == "mobile":
                    screens.evaluate(SHOW)
                screens.check("check-before-won", FOUND)

    def test_confirmed(self):
        order, asked = self.make_confirmed()
        pages = [
            ("confirmed-not-won-order", f"/odoo/sale.order/{order.id}"),
            ("confirmed-not-won", f"/odoo/crm.lead/{order.opportunity_id.id}"),
            ("confirmed-asked", f"/odoo/crm.lead/{asked.opportunity_id.id}"),
            ("confirmed-asked-order", f"/odoo/sale.order/{asked.id}"),
        ]
        for device, lang in (
            ("desktop", "en_US"),
            ("mobile", "en_US"),
            ("desktop", "ar_001"),
        ):
            with self.screens("maya", device, lang) as screens:
                for name, path in pages:
                    screens.take(name, path)
                screens.wait_for(f"!!{MARK_WON}")
                screens.evaluate(f"{MARK_WON}.click()")
                self.assertTrue(screens.wait_for(ASKED))
                screens.check("confirmed-dialog", ASKED)

    def test_settings(self):
        pages = [
            (code, f"/odoo/integration.flow/{self.connector._get_flow(code).id}")
            for code in ("order_check", "account_figures_pull")
        ]
        with self.screens("addy") as screens:
            for name, path in pages:
                screens.take(f"settings-{name}", path)
            screens.take("settings-crm", "/odoo/action-crm.crm_config_settings_action")
            self.assertTrue(screens.wait_for(f"!!{SETTING}"))
            screens.evaluate(f"{SETTING}.scrollIntoView({{block: 'center'}})")
            screens.check("settings-crm", f"!!{SETTING}")
