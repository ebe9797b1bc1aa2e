from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.integration_hub.tests.connector_case import ConnectorCase

from .fake_erp import FakeClient, FakeErp

OWN_FLOWS = (
    "sale_order_push",
    "sale_change_push",
    "sale_status_pull",
    "reference_pull",
    "order_check",
    "customer_push",
)


class SaleCase(ConnectorCase):
    """A salesperson, an ERP in memory, and products that are mapped to it."""

    client_class = FakeClient
    own_flows = OWN_FLOWS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "no_reset_password": True,
            }
        )
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.add_erp()
        cls.salesperson = new_test_user(
            cls.env,
            "anna",
            "sales_team.group_sale_salesman",
            name="Anna Seller",
            email="anna@example.com",
            tz="UTC",
        )
        cls.steward = new_test_user(
            cls.env,
            "mats",
            "integration_hub.group_integration_manager,"
            "sales_team.group_sale_salesman_all_leads",
            name="Mats Steward",
            email="mats@example.com",
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "member_ids": [Command.link(cls.salesperson.id)],
            }
        )
        cls.won_stage = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        cls.connector = cls.make_connector(user_id=cls.steward.id)
        cls.flow = cls.connector._get_flow("sale_order_push")
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Test 20%",
                "amount": 20.0,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "company_id": cls.company.id,
            }
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Brown Ltd",
                "is_company": True,
                "vat": "BE0477472701",
                "email": "office@brown.example",
                "street": "Main Street 1",
                "zip": "1000",
                "city": "Brussels",
                "country_id": cls.env.ref("base.be").id,
            }
        )
        cls.product = cls.make_product("Chair", "CHAIR", 100.0)
        cls.product_two = cls.make_product("Table", "TABLE", 50.0)
        cls.load_reference()

    @classmethod
    def add_erp(cls):
        cls.erp = FakeErp()
        cls.erp.values["currency"] = [
            cls.make_value("7", cls.currency.name, code=cls.currency.name)
        ]
        cls.erp.values["tax"] = [cls.make_value("20", "VAT twenty", rate="20.00")]
        cls.erp.values["unit"] = [cls.make_value("1", "Units")]
        cls.startClassPatcher(patch.object(FakeClient, "erp", cls.erp))

    def setUp(self):
        super().setUp()
        erp = FakeErp()
        erp.values.update(self.erp.values)
        erp.products.update(self.erp.products)
        self.erp = erp
        self.startPatcher(patch.object(FakeClient, "erp", erp))

    @staticmethod
    def make_value(remote_id, name, code="", rate="", price_include=False):
        return {
            "remote_id": remote_id,
            "code": code,
            "name": name,
            "rate": rate,
            "price_include": price_include,
        }

    @classmethod
    def make_product(cls, name, code, price, is_mapped=True, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "default_code": code,
                "list_price": price,
                "type": "consu",
                "taxes_id": [Command.set(cls.tax.ids)],
                **values,
            }
        )
        if is_mapped:
            cls.map_product(product)
        return product

    @classmethod
    def map_product(cls, product, **values):
        return cls.env["integration.product.mapping"].create(
            {
                "connector_id": cls.connector.id,
                "product_id": product.id,
                "remote_id": f"P-{product.default_code}",
                **values,
            }
        )

    @classmethod
    def load_reference(cls):
        for kind in ("currency", "tax", "unit"):
            cls.env["integration.remote.value"]._replace(
                cls.connector, kind, cls.erp.values[kind]
            )

    # -- what people do ---------------------------------------------------------------

    def make_lead(self, lines=(), **values):
        return self.env["crm.lead"].create(
            {
                "name": "Chairs for Brown",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.salesperson.id,
                "team_id": self.team.id,
                "company_id": self.company.id,
                "lead_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity})
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def make_order(self, lead, lines=None, **values):
        lines = [(self.product, 2.0)] if lines is None else lines
        return self.env["sale.order"].create(
            {
                "partner_id": lead.partner_id.id,
                "opportunity_id": lead.id,
                "user_id": lead.user_id.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def win(self, leads):
        leads.with_user(self.salesperson).action_set_won()

    def push(self, leads):
        self.win(leads)
        self.run_lane()

    def pull(self):
        self.connector._get_flow("sale_status_pull")._enqueue_pull()
        self.run_lane()

    # -- what is seen -----------------------------------------------------------------

    def get_jobs(self, lead):
        return self.env["integration.job"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)], order="id"
        )

    def get_payloads(self, lead):
        return [job.payload for job in self.get_jobs(lead)]

    def get_activities(self, lead):
        return lead.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("integration_sale.mail_activity_type_erp")
            )
        )

    def get_remote_order(self, lead):
        return self.erp.get_order(lead.erp_order_ids.key)
