from odoo.tests import tagged

from ..client import get_hold_back
from ..models import integration_load_pages
from ..models.load_steps import LoadSteps
from .common import FakeClient, FakeHandler
from .load_case import OpenLoadCase


@tagged("post_install", "-at_install")
class TestLoadStop(OpenLoadCase):
    """A load that is stopped, or whose flow is paused, and goes on."""

    def test_stop_between_pages(self):
        self.load.action_check()
        steps = LoadSteps.of(self.flow._get_handler())
        [job] = self.env["integration.job"].search([("operation", "=", "load_check")])
        request = steps._prepare(self.flow, job)[job]
        answer = type(steps)._call(None, [request])[0]
        self.load.action_stop()
        steps._apply(self.flow, [(job, answer)])
        self.assertFalse(self.load.line_ids, "what came back after the stop waits")
        self.load.action_resume()
        self.work()
        self.assertEqual(len(self.load.line_ids), 250)

    def test_stop_leaves_what_others_ask_for(self):
        self.start()
        self.load._queue_lines(2)
        mine, theirs = self.load.line_ids.job_id.sorted("id")
        self.enqueue(theirs.payload["value"], key=theirs.idempotency_key)
        self.load.action_stop()
        self.assertEqual((mine.state, theirs.state), ("cancelled", "waiting"))

    def lose_two(self):
        """Nobody knows what has become of two of three: one is there, one is not."""
        self.start()
        self.load._queue_lines(3)
        there, not_there, waiting = self.load.line_ids.job_id.sorted("id")
        (there | not_there).write(
            {"state": "retrying", "unsettled_until": self.env.cr.now()}
        )
        values = {there.payload["value"]: "4711"}

        def find(client, requests):
            return [
                {"id": values[request["value"]]}
                if request["value"] in values
                else get_hold_back(request["unsettled_until"]) or {"id": "new"}
                for request in requests
            ]

        self.patch(self.registry[FakeHandler._name], "_call", staticmethod(find))
        return there, not_there, waiting

    def let_look(self):
        handler_class = self.registry[FakeHandler._name]
        self.patch(handler_class, "_looked_up_operations", ("store",))

    def test_stop_looks_up_what_may_be_there(self):
        there, not_there, waiting = self.lose_two()
        self.let_look()
        self.load.action_stop()
        self.assertEqual(waiting.state, "cancelled")
        # a job of the load goes on with the rest
        self.load._take_back()
        self.work()
        self.assertEqual((there.state, not_there.state), ("done", "cancelled"))
        self.load.action_resume()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("done", 125))

    def test_resumed_before_it_was_looked_up(self):
        self.lose_two()
        self.let_look()
        self.load.action_stop()
        self.load.action_resume()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("done", 125))

    def test_stop_brings_to_its_end_what_can_not_be_looked_up(self):
        there, not_there, waiting = self.lose_two()
        self.load.action_stop()
        self.work()
        self.assertEqual((there.state, not_there.state), ("done", "done"))
        self.assertEqual(waiting.state, "cancelled")

    def test_stop_takes_back_many_page_by_page(self):
        self.patch(integration_load_pages, "STOP_SIZE", 20)
        self.start()
        self.flow.batch_size = 1
        self.load._queue_lines(70)
        jobs = self.load.line_ids.job_id
        self.load.action_stop()
        self.assertEqual(jobs.mapped("state").count("cancelled"), 20)
        self.work()
        self.assertEqual(set(jobs.mapped("state")), {"cancelled", "done"})
        # ... while those that were on their way went out
        self.assertGreater(jobs.mapped("state").count("cancelled"), 20)
        self.assertEqual(self.load.state, "loading")
        self.flow.batch_size = 0
        self.load.action_resume()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("done", 125))
        sent = [item["value"] for call in FakeClient.calls for item in call]
        self.assertEqual((len(sent), len(set(sent))), (125, 125))

    def test_paused_while_it_is_loaded(self):
        self.load.action_check()
        self.work()
        self.load.action_load()
        self.flow.action_pause()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("loading", 0))
        self.flow.action_resume()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("done", 125))
