"""Orders in the ERP that bear our key, though nobody here knows of them."""

from odoo.tests import tagged

from odoo.addons.integration_hub.models.integration_job_cancel import KNOWINGLY

from ..models.handler_sale_status_news import NEWS_TYPE
from .test_cancelled_job import LostOrderCase


@tagged("post_install", "-at_install")
class TestStrays(LostOrderCase):
    def make_stray(self):
        """Given up by somebody who has read what that may mean."""
        lead, job = self.make_lost()
        job.with_context(**{KNOWINGLY: True}).action_cancel()
        # what has been called off can be given up for good
        job.with_context(**{KNOWINGLY: True}).action_cancel()
        self.assertEqual((job.state, lead.integration_status), ("cancelled", "none"))
        return lead, job

    def get_news(self, lead):
        activity_type = self.env.ref(NEWS_TYPE)
        return lead.activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )

    def touch(self):
        """Somebody over there writes to the orders."""
        for order in self.erp.orders.values():
            order["version"] = int(self.erp.new_id())

    def test_order_of_a_job_that_was_given_up_is_linked(self):
        lead, _job = self.make_stray()
        self.pull()
        self.assertEqual(
            set(self.erp.orders), set(lead.erp_order_ids.mapped("remote_id"))
        )
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(lead.erp_order_ids.state, "draft")
        self.assertFalse(self.get_news(lead))
        self.assertEqual(
            self.get_jobs(lead)[-1].trigger_text, "It was found in the ERP"
        )

    def test_deal_that_is_no_longer_won(self):
        lead, _job = self.make_stray()
        self.connector._get_flow("sale_change_push").reopen_policy = "ask"
        self.reopen(lead)
        self.pull()
        self.assertEqual(lead.integration_issue, "reopened")

    def test_person_is_asked_where_no_job_tells(self):
        lead, job = self.make_stray()
        job.unlink()
        self.pull()
        activity = self.get_news(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        [order] = self.erp.orders.values()
        self.assertIn(order["number"], activity.note)
        self.assertFalse(
            lead.erp_order_ids, "a copy of this database has the same keys"
        )
        self.touch()
        self.pull()
        self.assertEqual(self.get_news(lead), activity, "asked once")

    def test_what_they_are_told_to_do_links_it(self):
        lead, job = self.make_stray()
        job.unlink()
        self.pull()
        self.reopen(lead)
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.erp_order_ids.state, "confirmed")

    def test_order_of_a_quotation(self):
        lead, job = self.make_stray()
        quotation = self.make_order(lead)
        [order] = self.erp.orders.values()
        order["key"] = f"{self.connector._get_remote_key_prefix()}SO{quotation.id}"
        job.unlink()
        self.pull()
        self.assertTrue(self.get_news(lead))

    def test_job_that_is_on_its_way_finds_it_by_itself(self):
        lead, job = self.make_lost()
        job.next_try = "2099-01-01"
        self.pull()
        self.assertEqual(self.get_jobs(lead), job)
        self.assertFalse(self.get_news(lead))

    def test_what_is_no_deal_of_this_database_is_left_alone(self):
        _lead, job = self.make_stray()
        job.unlink()
        [order] = self.erp.orders.values()
        prefix = self.connector._get_remote_key_prefix()
        for key in (f"{prefix}OPP999999999", f"{prefix}SO999999999", f"{prefix}X1"):
            order["key"] = key
            self.touch()
            before = self.env["mail.activity"].search_count([])
            self.pull()
            self.assertEqual(self.env["mail.activity"].search_count([]), before)

    def test_cancelled_there_is_no_matter(self):
        lead, job = self.make_stray()
        job.unlink()
        for order in self.erp.orders.values():
            order["state"] = "cancelled"
        self.pull()
        self.assertFalse(self.get_news(lead))
