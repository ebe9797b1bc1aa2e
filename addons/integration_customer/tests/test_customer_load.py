from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerLoad(CustomerCase):
    """First load: a dry run, then the load; stopped and resumed."""

    def setUp(self):
        super().setUp()
        self.tag = self.env["res.partner.category"].create({"name": "Load"})
        self.flow.write(
            {
                "customer_scope": "filter",
                "filter_domain": f"[('category_id', 'in', [{self.tag.id}])]",
            }
        )
        # what is made for a test is not what the load finds
        self.flow.active = False
        self.linked = self.make_tagged(name="Linked", email="l@l.example")
        self.flow.active = True
        self.handler._enqueue_new(self.flow, self.linked, "test")
        self.run_lane()
        self.flow.active = False
        self.linked.phone = "9"
        self.same = self.make_tagged(name="Same", email="s@s.example")
        self.flow.active = True
        self.handler._enqueue_new(self.flow, self.same, "test")
        self.run_lane()
        self.flow.active = False
        self.new = self.make_tagged(name="New", email="new@n.example")
        self.found = self.make_tagged(name="Found", email="found@f.example")
        self.unclear = self.make_tagged(name="Unclear", email="two@t.example")
        self.flow.active = True
        self.erp.add_party({"name": "Found BV", "email": "found@f.example"})
        for number in range(2):
            self.erp.add_party({"name": f"Two {number}", "email": "two@t.example"})
        self.env.flush_all()

    def make_tagged(self, **values):
        return self.make_customer(vat=False, category_id=self.tag.ids, **values)

    def open(self):
        action = self.flow.action_open_load()
        return self.env["integration.load"].browse(action["res_id"])

    def test_dry_run_writes_nothing(self):
        links = self.env["integration.external.id"].search_count([])
        parties = len(self.erp.parties)
        load = self.open()
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        outcomes = {line.res_id: line.outcome for line in load.line_ids}
        self.assertEqual(
            outcomes,
            {
                self.linked.id: "change",
                self.same.id: "same",
                self.new.id: "create",
                self.found.id: "link",
                self.unclear.id: "attention",
            },
        )
        self.assertEqual(load.create_count, 1)
        self.assertEqual(load.attention_count, 1)
        self.assertEqual(load.remaining_count, 0)
        self.assertEqual(self.env["integration.external.id"].search_count([]), links)
        self.assertEqual(len(self.erp.parties), parties)
        self.assertFalse(self.erp.calls["party_update"])
        changed = load.line_ids.filtered(lambda line: line.outcome == "change")
        self.assertEqual(changed.detail, "Phone")

    def test_load(self):
        load = self.open()
        load.action_check()
        self.run_lane()
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual((load.done_count, load.remaining_count), (3, 0))
        self.assertEqual(self.get_party(self.new)["name"], "New")
        self.assertEqual(self.get_party(self.linked)["phone"], "9")
        self.assertTrue(self.get_link(self.found))
        self.assertFalse(self.get_link(self.unclear))
        # a later load finds nothing left to do but what needs a person
        again = self.open()
        self.assertNotEqual(again, load)
        again.action_check()
        self.run_lane()
        self.assertEqual(again.same_count, 4)
        self.assertEqual(again.attention_count, 1)

    def test_stop_and_resume(self):
        load = self.open()
        load.action_check()
        load.action_stop()
        self.run_lane()
        self.assertEqual(load.state, "checking")
        self.assertFalse(load.line_ids)
        load.action_resume()
        self.run_lane()
        self.assertEqual(load.state, "checked")
        load.action_load()
        load._queue_lines(1)
        load.action_stop()
        self.run_lane()
        self.assertFalse(self.get_link(self.new))
        self.assertEqual(load.remaining_count, 3)
        load.action_resume()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(load.remaining_count, 0)
        self.assertEqual(self.get_party(self.new)["name"], "New")

    def test_known_ones_only(self):
        self.flow.customer_scope = "linked"
        load = self.open()
        load.action_check()
        self.run_lane()
        self.assertFalse(load.create_count)
        self.assertEqual(load.link_count, 1)

    def test_found_by_reference_and_name(self):
        """People over there may have given both: it is not said to bear our key."""
        self.flow.active = False
        customer = self.make_tagged(name="Acme", email="a@a.example", ref="C100")
        self.flow.active = True
        self.erp.add_party({"name": "Acme", "code": "C100"})
        load = self.open()
        load.action_check()
        self.run_lane()
        [line] = load.line_ids.filtered(lambda line: line.res_id == customer.id)
        self.assertEqual(line.outcome, "link")
        self.assertIn("by reference and name", line.detail)

    def test_what_an_order_waits_for_stays_as_it_is(self):
        load = self.open()
        load.action_check()
        self.run_lane()
        payload = self.new._prepare_erp_full_payloads()[self.new]
        [job] = self.handler._enqueue_customers(
            self.connector, [{"partner_id": self.new.id, "party": payload}]
        ).values()
        # as a person said, of several that were found
        job.payload = {**job.payload, "is_new": True, "ruled_out": ["7"]}
        job.state = "failed"
        load.action_load()
        load._queue_lines()
        self.assertEqual(job.state, "waiting")
        self.assertEqual((job.trigger, job.priority), ("order", self.flow.priority))
        self.assertEqual(job.payload["ruled_out"], ["7"])
        self.assertIn(job, load.line_ids.job_id)
        load.action_stop()
        self.assertEqual(job.state, "waiting")
