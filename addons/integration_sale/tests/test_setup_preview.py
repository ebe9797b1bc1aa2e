from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.integration_sale.models import (
    integration_connector_past_deals,
    integration_connector_preview,
)

from .common import SaleCase


class TestSetup(SaleCase):
    """From nothing to a running connector, a step at a time."""

    def setUp(self):
        super().setUp()
        self.new = self.env["integration.connector"].create(
            {"name": "ERP South", "system_type": "fake"}
        )

    def run_tests(self):
        """As a lane does it, outside of the request."""
        self.commit()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.lane"]._run_connection_tests()
        self.env.invalidate_all()

    def test_steps(self):
        new = self.new
        self.assertEqual(new.setup_step, "system")
        new.action_setup_next()
        self.assertEqual(new.setup_step, "access")
        with self.assertRaises(UserError):
            new.action_setup_next()
        new.write({"url": "http://127.0.0.1:9", "login": "robot"})
        new.action_setup_next()
        self.assertEqual((new.setup_step, new.is_testing), ("test", True))
        with self.assertRaises(UserError):
            new.action_setup_next()
        self.run_tests()
        self.assertEqual(new.state, "tested")
        self.assertFalse(new.preview_html, "only a test was asked for")
        new.action_setup_next()
        self.assertEqual(new.setup_step, "flows")
        new.action_setup_next()
        self.assertEqual((new.setup_step, new.is_testing), ("preview", True))
        self.run_tests()
        self.assertIn("Products of the whole catalogue", new.preview_html)
        new.action_setup_start()
        self.assertEqual(new.state, "running")
        new.action_setup_back()
        self.assertEqual(new.setup_step, "flows")

    def preview(self):
        self.new.write(
            {"url": "http://127.0.0.1:9", "login": "robot", "setup_step": "flows"}
        )
        self.new.state = "tested"
        self.new.action_setup_next()
        self.run_tests()
        self.assertFalse(self.new.error_message)
        return self.new.preview_html

    def test_nothing_is_written_there(self):
        self.connector.state = "draft"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        self.erp.add_party("Brown Ltd", vat="BE0477472701")
        before = (len(self.erp.parties), len(self.erp.orders))
        html = self.preview()
        self.assertEqual((len(self.erp.parties), len(self.erp.orders)), before)
        self.assertFalse(self.get_jobs(lead))
        self.assertIn("found in the ERP, would be linked", html)
        self.assertIn("240.00", html, "the money these deals come to")
        self.assertIn("no counterpart", html)

    def test_taxes_and_units_of_the_first_deals(self):
        """Seen and chosen before anything waits for them, with no deal won yet."""
        self.erp.values["tax"] = [
            self.make_value("31", "BTW 20 services", rate="20.00"),
            self.make_value("32", "BTW 20", rate="20.00"),
            self.make_value("33", "BTW 20 incl.", rate="20.00", price_include=True),
        ]
        self.tax.name = "BTW 20 %"
        html = self.preview()
        self.assertRegex(
            html, r"Taxes in use.*could be several there: choose \(.*BTW 20 %"
        )
        self.assertRegex(html, r"Units in use.*mapped to what is the same there")
        action = self.new.action_choose_values()
        lines = self.env[action["res_model"]].search(action["domain"])
        line = lines.filtered(lambda one: one.res_id == self.tax.id)
        self.assertEqual((line.state, line.remote_id), ("proposed", "32"))
        self.assertEqual(
            self.new.value_to_do_count,
            len(lines.filtered(lambda one: one.state != "mapped")),
        )
        line.action_confirm()
        self.new.action_preview()
        self.run_tests()
        self.assertRegex(
            self.new.preview_html, "Taxes in use.*mapped to what is the same"
        )
        self.assertNotRegex(self.new.preview_html, "several there: choose .*BTW 20 %")

    def test_only_tax_of_its_rate(self):
        """With the price as it is: nobody is asked."""
        self.erp.values["tax"] = [
            self.make_value("32", "VAT twenty", rate="20.00"),
            self.make_value("33", "VAT twenty incl.", rate="20.00", price_include=True),
        ]
        self.assertRegex(self.preview(), "Taxes in use.*mapped to what is the same")
        found = self.env["integration.value.mapping"]._get_for(
            self.new, "tax", self.tax
        )
        self.assertEqual(found, {self.tax.id: "32"})

    def test_new_customer_and_incomplete_deal(self):
        self.connector.state = "draft"
        self.win(self.make_lead([(self.product, 2)]))
        self.win(self.make_lead(name="Empty deal"))
        html = self.preview()
        self.assertIn("not found, would be created there", html)
        self.assertIn("left alone: Empty deal", html)

    def test_won_while_it_changes_over(self):
        """To another system: what is won until it is started again goes there."""
        self.connector.state = "draft"
        self.new.write({"url": "http://127.0.0.1:8", "state": "running"})
        self.new.url = "http://127.0.0.1:9"
        self.assertEqual(self.new.state, "draft")
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        [job] = self.get_jobs(lead)
        self.assertEqual((job.connector_id, job.state), (self.new, "waiting"))
        self.assertIn("1 changes wait until it is started", self.new.next_step_text)
        html = self.preview()
        self.assertIn("Changes collected while it stood still", html)
        self.assertNotIn("240.00", html, "no deal one is asked about")
        self.new.action_setup_start()
        self.assertFalse(self.new.keeps_collecting)
        self.assertEqual(self.new.catch_up_total, 1)

    def test_past_deals_on_demand(self):
        self.connector.state = "draft"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        self.preview()
        self.new.action_setup_start()
        self.assertFalse(self.get_jobs(lead), "only if somebody says so")
        self.new.write({"state": "paused", "send_past_deals": True})
        self.new.action_start()
        self.assertFalse(self.get_jobs(lead), "not while the user waits")
        self.run_past_deals()
        [job] = self.get_jobs(lead)
        self.assertEqual(job.connector_id, self.new)
        self.assertFalse(self.new.send_past_deals)

    def run_past_deals(self):
        """As its scheduled action does it, which the start has triggered."""
        cron = self.env.ref("integration_sale.ir_cron_past_deals")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.commit()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.connector"]._cron_send_past_deals()
        self.env.invalidate_all()

    def test_all_past_deals(self):
        """However many there are, in whatever order, also with those not to be sent in
        between."""
        self.connector.state = "draft"
        leads = self.env["crm.lead"].union(
            *(self.make_lead([(self.product, 1)]) for _number in range(7))
        )
        incomplete = self.make_lead(name="Empty deal")
        filtered = self.make_lead([(self.product, 1)], priority="2")
        self.win(leads[:3] | incomplete | filtered)
        self.win(leads[3:])
        self.new._get_flow(
            "sale_order_push"
        ).filter_domain = "[('priority', '!=', '2')]"
        self.startPatcher(patch.object(integration_connector_preview, "MOST_DEALS", 2))
        self.startPatcher(patch.object(integration_connector_past_deals, "PORTION", 3))
        html = self.preview()
        self.assertIn("the first 2 of them", html)
        self.assertRegex(html, r">\s*8\s*<")
        self.new.send_past_deals = True
        self.new.action_setup_start()
        self.run_past_deals()
        for lead in leads:
            self.assertEqual(self.get_jobs(lead).connector_id, self.new)
        self.assertFalse(self.get_jobs(incomplete) or self.get_jobs(filtered))
        self.assertFalse(self.new.send_past_deals or self.new.past_deals_cursor)

    def test_past_deal_that_is_refused(self):
        """A constraint of somebody else's addon: the others go, and it says why."""
        self.connector.state = "draft"
        leads = self.env["crm.lead"].union(
            *(self.make_lead([(self.product, 1)]) for _number in range(4))
        )
        refused = leads[1]
        self.win(leads)
        push, reason = type(leads)._push_won, "Its branch is closed."

        def push_won(self, trigger, **values):
            push(self, trigger, **values)
            if trigger == "sent at the start" and refused in self:
                raise UserError(reason)

        self.startPatcher(patch.object(type(leads), "_push_won", push_won))
        self.preview()
        self.new.send_past_deals = True
        self.new.action_setup_start()
        self.run_past_deals()
        for lead in leads - refused:
            self.assertEqual(self.get_jobs(lead).connector_id, self.new)
        self.assertFalse(self.get_jobs(refused) or self.new.send_past_deals)
        self.assertEqual(refused.integration_issue, "refused")
        self.assertEqual(refused.integration_status, "attention")
        self.assertEqual(refused.integration_issue_message, reason)
        self.assertEqual(refused.integration_fix, "send")
        refused.action_fix_integration()
        self.assertEqual(self.get_jobs(refused).connector_id, self.new)
        self.assertFalse(refused.integration_issue)
