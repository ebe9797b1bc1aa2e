from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .tour_case import TourCase


class DealCase(TourCase):
    """A running connector to a real ERP, its lists read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(
            cls.env,
            "anna",
            "base.group_user,sales_team.group_sale_salesman",
            name="Anna Seller",
            email="anna@example.com",
            lang="en_US",
        )
        new_test_user(
            cls.env,
            "mats",
            "base.group_user,sales_team.group_sale_salesman_all_leads,"
            "integration_hub.group_integration_manager",
            name="Mats Steward",
            email="mats@example.com",
            lang="en_US",
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Tour Customer",
                "is_company": True,
                "street": "Kade 1",
                "zip": "3011 AA",
                "city": "Rotterdam",
                "country_id": cls.env.ref("base.nl").id,
            }
        )
        cls.env["integration.connector"].search([]).active = False

    def connect(self, kind):
        connector = self.env["integration.connector"].create(
            {"name": "ERP", "system_type": kind, **self.get_values(kind)}
        )
        self.run_lane(connector.action_test_connection)
        self.assertFalse(connector.missing_message or connector.error_message)
        connector.action_start()
        self.run_lane(connector._get_flow("reference_pull").action_run_now)
        return connector

    def run_lane(self, action):
        """Do something, then work off what it has put in the queue."""
        action()
        self.env.flush_all()
        with self.registry.cursor() as cursor:
            lane = self.env(cr=cursor)["integration.lane"]
            lane._run_connection_tests()
            lane._run_lane()
        self.env.invalidate_all()

    def make_lead(self, product, quantity=2.0):
        return self.env["crm.lead"].create(
            {
                "name": "Tour Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.anna.id,
                "lead_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": quantity,
                            "price_unit": 100.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )

    def make_product(self, name, code):
        return self.env["product.product"].create({"name": name, "default_code": code})


@tagged("-at_install", "post_install")
class TestTourDeal(DealCase):
    def win_and_see_the_order_number(self, kind):
        connector = self.connect(kind)
        product = self.make_product("Tour Pump", "TOUR-PUMP")
        self.env["integration.product.mapping"].create(
            {
                "connector_id": connector.id,
                "product_id": product.id,
                "remote_code": "PUMP-200",
            }
        )
        lead = self.make_lead(product)
        with self.lanes():
            self.start_tour_with(
                f"/odoo/crm/{lead.id}",
                "crm_integration_suite_win",
                {},
                login="anna",
            )
        [erp_order] = lead.erp_order_ids
        self.assertTrue(erp_order.remote_number)

    def test_win_odoo(self):
        self.win_and_see_the_order_number("odoo")

    def test_win_tryton(self):
        self.win_and_see_the_order_number("tryton")

    def test_map_a_missing_product(self):
        self.connect("odoo")
        lead = self.make_lead(self.make_product("Tour Valve", "TOUR-VALVE"))
        with self.lanes():
            self.start_tour_with(
                f"/odoo/crm/{lead.id}",
                "crm_integration_suite_map",
                {"code": "VALVE-DN25"},
                login="mats",
            )
        [erp_order] = lead.erp_order_ids
        self.assertTrue(erp_order.remote_number)

    def test_salesperson_sees_no_credentials_and_no_other_company(self):
        connector = self.connect("odoo")
        company = self.env["res.company"].create({"name": "Other Company"})
        other = self.env["integration.connector"].create(
            {
                "name": "ERP of others",
                "system_type": "odoo",
                "company_id": company.id,
            }
        )
        lead = self.make_lead(self.make_product("Tour Pump", "TOUR-PUMP"))
        self.env["crm.lead"].create(
            {"name": "Deal of others", "company_id": company.id, "user_id": False}
        )
        order = self.make_documents(connector, "OWN-1")
        order.lead_id = lead
        # of no deal: it is the company alone that keeps it from her
        self.make_documents(other, "OTHERS-1")
        self.start_tour_with(
            "/odoo/crm", "crm_integration_suite_salesperson", {}, login="anna"
        )

    def make_documents(self, connector, number):
        """An order with an invoice and a shipment, as the ERP has told of them.

        :return: the order"""
        values = {
            "connector_id": connector.id,
            "remote_id": number,
            "remote_number": number,
        }
        order = self.env["integration.erp.order"].create({**values, "key": number})
        for name in ("invoice", "shipment"):
            self.env[f"integration.erp.{name}"].create(
                {**values, "order_ids": [Command.link(order.id)]}
            )
        return order
