from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.integration_hub.client import AuthenticationError

from .erp_case import ErpCase
from .screens_case import ScreensCase

LANGUAGES = ("ar_001", "zh_CN")
STEPS = ("system", "access", "test", "flows", "preview")
PASSPORT = (
    "document.querySelector('.o_integration_passport').scrollIntoView({block: 'end'})"
)


@tagged("post_install", "-at_install")
class TestScreens(ErpCase, ScreensCase):
    """Each screen with something on it: deals that went well and one that did not, in a real ERP.

    The pictures in docs/images are made here: ``make screenshots``.
    """

    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.make_more_people()
        cls.connector.user_id = cls.env["res.users"].search([("login", "=", "mats")])
        for language in LANGUAGES:
            cls.load_language(language)
        cls.env["integration.connector"].search(
            [("id", "!=", cls.connector.id)]
        ).active = False

    def setUp(self):
        super().setUp()
        self.make_paid_deal()
        self.make_overdue_deal()
        self.make_quotation()
        self.make_held_up_deal()
        self.make_waiting_deal()
        self.make_broken_connector()
        self.connector._get_flow("catalog_pull").action_resume()
        for code in ("stock_pull", "catalog_pull", "account_figures_pull"):
            self.connector._get_flow(code)._enqueue_pull("manual")
        self.run_lane()
        figure = self.overdue.partner_id.account_figure_ids
        self.assertTrue(figure.message, figure.read()[:1])

    @classmethod
    def make_more_people(cls):
        groups = "base.group_user,sales_team.group_sale_manager,product.group_product_manager,"
        for login, name, group in (
            ("mats", "Mats Steward", "integration_hub.group_integration_manager"),
            ("addy", "Addy Administrator", "base.group_system"),
        ):
            extra = ",integration_hub.group_integration_administrator"
            cls.make_person(
                login,
                name,
                groups + group + (extra if login == "addy" else ""),
                tz="Europe/Amsterdam",
            )

    # -- the scene --------------------------------------------------------------------

    def make_paid_deal(self):
        """In the ERP, shipped in two parts, invoiced, paid."""
        self.paid = self.make_lead(partner=self.make_partner("Havenbedrijf Rijnmond"))
        self.paid.name = "Pumps for the new lock"
        self.paid_order = self.make_order(
            self.paid, [("PUMP-200", 4), ("VALVE-DN25", 12)]
        )
        self.paid_order.action_confirm()
        self.push(self.paid)
        there = self.find_order_there(self.paid.erp_order_ids)
        self.clerk.ship(there, partial=True)
        self.clerk.ship(there)
        for invoice in self.clerk.invoice(there):
            self.clerk.pay(invoice)
        self.pull()

    def make_overdue_deal(self):
        """Shipped and invoiced months ago, and not paid."""
        partner = self.make_partner("Waterschap Zuid")
        self.overdue = self.make_lead([("FILTER-10", 40), ("SEAL-KIT", 5)], partner)
        self.overdue.name = "Filters for the pumping station"
        self.push(self.overdue)
        there = self.find_order_there(self.overdue.erp_order_ids)
        # without one, an invoice is due when it is made
        [term, *_others] = self.clerk.call(
            "account.payment.term", "search", domain=[("name", "ilike", "30 days")]
        )
        vals = {"payment_term_id": term}
        self.clerk.call("sale.order", "write", [there], vals=vals)
        self.clerk.ship(there)
        self.clerk.invoice(there, fields.Date.today() - timedelta(days=70))

    def make_quotation(self):
        """Open, of more filters than the ERP has."""
        lead = self.make_lead(partner=self.make_partner("Koeltechniek Brabant"))
        lead.name = "Cooling for the dairy"
        lines = [("FILTER-10", 9000), ("PIPE-CU15", 12.5), ("SERV-INST", 4)]
        self.quotation = self.make_order(lead, lines)

    def make_held_up_deal(self):
        """Of a product that the ERP does not know."""
        product = self.make_product_like("PUMP-200", "SPECIAL-7")
        product.name = "Pump with a special seal"
        self.held_up = self.make_lead(
            partner=self.make_partner("Zuivelfabriek De Kroon")
        )
        self.held_up.name = "Dairy line 7"
        self.held_up.lead_line_ids = [
            fields.Command.create({"product_id": product.id, "quantity": 2}),
            fields.Command.create(
                {"product_id": self.products["SEAL-KIT"].id, "quantity": 6}
            ),
        ]
        self.push(self.held_up)

    def make_waiting_deal(self):
        """Won a moment ago."""
        self.waiting = self.make_lead([("FILTER-10", 30)])
        self.waiting.name = "Filters for the summer"
        self.win(self.waiting)

    def make_broken_connector(self):
        """Its key has been withdrawn."""
        self.broken = self.env["integration.connector"].create(
            {
                "name": "ERP South",
                "system_type": "tryton",
                "company_id": self.company.id,
                "url": "https://erp-south.example",
                "tryton_database": "erp",
                "login": "crm",
                "password": "a password",
            }
        )
        self.broken.state = "running"
        self.broken._stop_by_error(
            AuthenticationError("ERP South does not accept the password any more.")
        )

    def find_order_there(self, erp_order):
        return self.clerk.find_order(erp_order.remote_number)

    # -- where they are ---------------------------------------------------------------

    def get_sales_screens(self):
        """Those of a salesperson: ``[(name, path)]``."""
        return [
            ("opportunity", f"/odoo/crm.lead/{self.paid.id}"),
            ("opportunity-held-up", f"/odoo/crm.lead/{self.held_up.id}"),
            ("sales-order", f"/odoo/sale.order/{self.paid_order.id}"),
            ("quotation", f"/odoo/sale.order/{self.quotation.id}"),
            ("customer", f"/odoo/res.partner/{self.overdue.partner_id.id}"),
            ("pipeline", "/odoo/crm"),
            (
                "erp-orders",
                "/odoo/action-integration_sale.integration_erp_order_action",
            ),
            (
                "erp-invoices",
                "/odoo/action-integration_sale.integration_erp_invoice_action",
            ),
            (
                "erp-shipments",
                "/odoo/action-integration_sale.integration_erp_shipment_action",
            ),
        ]

    def get_steward_screens(self):
        """Those of whoever looks after the data."""
        job = self.env["integration.job"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.held_up.id)], limit=1
        )
        return [
            ("overview", "/odoo/integrations"),
            ("problems", "/odoo/integration-problems"),
            ("queue", "/odoo/integration-queue"),
            ("job", f"/odoo/integration-queue/{job.id}"),
            ("products", "/odoo/integration-products"),
            ("values", "/odoo/integration-values"),
            ("stock", "/odoo/action-integration_stock.integration_stock_level_action"),
            (
                "catalogue",
                "/odoo/action-integration_catalog.integration_catalog_item_action",
            ),
            (
                "external-ids",
                "/odoo/action-integration_hub.integration_external_id_action",
            ),
            ("exchanges", "/odoo/action-integration_hub.integration_exchange_action"),
            ("flows", "/odoo/action-integration_hub.integration_flow_action"),
            ("loads", "/odoo/action-integration_hub.integration_load_action"),
        ]

    def get_administrator_screens(self):
        """Those of whoever sets it up."""
        flow = self.connector._get_flow("customer_pull")
        flows = "/odoo/action-integration_hub.integration_flow_action"
        return [
            ("connector", f"/odoo/integrations/{self.connector.id}"),
            ("flow-customers", f"{flows}/{flow.id}"),
            ("connector-stopped", f"/odoo/integrations/{self.broken.id}"),
            ("schedule", "/odoo/integration-schedule"),
            ("settings", "/odoo/action-integration_hub.res_config_settings_action"),
        ]

    def make_setup(self):
        """A connector at each step of the guided set-up: ``[(name, path)]``."""
        pages = [("setup-new", "/odoo/integration-setup")]
        for number, step in enumerate(STEPS, 1):
            connector = self.env["integration.connector"].create(
                {
                    "name": "ERP North",
                    "system_type": self.kind,
                    "company_id": self.company.id,
                    "setup_step": step,
                }
            )
            if number > STEPS.index("access") + 1:
                connector.write(
                    {
                        "url": self.erp["url"],
                        "odoo_database": self.erp["database"],
                        "api_key": self.erp["api_key"],
                        "is_preview_wanted": step == "preview",
                    }
                )
                connector.action_test_connection()
                self.run_lane()
            pages.append(
                (f"setup-{number}-{step}", f"/odoo/integration-setup/{connector.id}")
            )
        return pages

    def take_all(self, device, lang, only=()):
        # All that is read here is read before a browser asks for something: both use the
        # one cursor of the test.
        action = self.env.ref("integration_sale.crm_lead_timeline_action")
        timeline = action.with_context(lang=lang).name
        for login, pages in (
            ("anna", self.get_sales_screens()),
            ("mats", self.get_steward_screens()),
            ("addy", self.get_administrator_screens()),
        ):
            wanted = [page for page in pages if not only or page[0] in only]
            if wanted:
                with self.screens(login, device, lang) as screens:
                    self.take(screens, wanted)
                    if login == "mats" and not only:
                        screens.take(
                            "opportunity-of-a-manager",
                            f"/odoo/crm.lead/{self.paid.id}",
                        )
                        screens.choose_action(timeline)
                        screens.check("timeline")

    def take(self, screens, pages):
        for name, path in pages:
            screens.take(name, path)
            if screens.device == "mobile" and name in ("opportunity", "sales-order"):
                # below the fold on a phone
                screens.evaluate(PASSPORT)
                screens.check(name)

    # -- looked at --------------------------------------------------------------------

    def test_screens(self):
        """One scene for all: setting it takes as long as looking at it."""
        self.take_all("desktop", "en_US")
        names = {"opportunity", "opportunity-held-up", "quotation", "pipeline"}
        names |= {"sales-order", "customer"}
        names |= {"erp-orders", "erp-invoices", "erp-shipments"}
        names |= {"overview", "problems", "queue", "products", "connector"}
        self.take_all("mobile", "en_US", names)
        self.take_all("desktop", "ar_001")
        self.take_all("mobile", "ar_001", {"opportunity", "overview", "problems"})
        self.take_all("desktop", "zh_CN")
        # last: its connectors would be on the overview
        pages = self.make_setup()
        with self.screens("addy") as screens:
            self.take(screens, pages)
