from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from .fake_erp import FakeClient, FakeErp

OWN_FLOWS = (
    "sale_order_push",
    "sale_change_push",
    "sale_status_pull",
    "reference_pull",
    "order_check",
    "customer_push",
)


class SaleCase(TransactionCase):
    """A salesperson, an ERP in memory, and products that are mapped to it."""

    own_flows = OWN_FLOWS  # pushes that stay on where all addons are installed

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
        cls.add_fake_system()
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
        cls.connector = cls.env["integration.connector"].create(
            {
                "name": "ERP North",
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
                "user_id": cls.steward.id,
            }
        )
        # in a database with all addons: the ERP in memory knows of deals alone
        cls.connector.flow_ids.filtered(
            lambda flow: flow.direction == "push" and flow.code not in cls.own_flows
        ).active = False
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
    def add_fake_system(cls):
        cls.erp = FakeErp()
        cls.erp.values["currency"] = [
            cls.make_value("7", cls.currency.name, code=cls.currency.name)
        ]
        cls.erp.values["tax"] = [cls.make_value("20", "VAT twenty", rate="20.00")]
        cls.erp.values["unit"] = [cls.make_value("1", "Units")]
        cls.startClassPatcher(patch.object(FakeClient, "erp", cls.erp))
        connector_class = cls.registry["integration.connector"]
        for owner, name, value in (
            (
                connector_class._fields["system_type"],
                "_selection",
                {"fake": "Fake System"},
            ),
            (connector_class, "_fake_get_client_class", lambda self: FakeClient),
            (connector_class, "_fake_get_credential_fields", lambda self: ("login",)),
        ):
            cls.startClassPatcher(patch.object(owner, name, value, create=True))

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
        # its first reading is behind it
        for code in ("reference_pull", "sale_status_pull"):
            cls.connector._get_flow(code).next_run = "2099-01-01 00:00:00"

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

    def commit(self):
        """What happens at the end of a request."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def run_lane(self):
        """Work off the queue as ``ir.cron`` would."""
        self.commit()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.lane"]._run_lane()
        self.env.invalidate_all()

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
