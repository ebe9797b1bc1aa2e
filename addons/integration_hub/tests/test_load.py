from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..client import AuthenticationError, NetworkError
from .common import FakeClient, FakeHandler
from .load_case import LoadCase, OpenLoadCase


@tagged("post_install", "-at_install")
class TestLoad(OpenLoadCase):
    """What every load has: pages, progress, jobs."""

    def test_pages_then_jobs(self):
        self.load.action_check()
        self.work()
        self.assertEqual(self.load.state, "checked", self.load.error_message)
        self.assertEqual((self.load.create_count, self.load.same_count), (125, 125))
        self.assertEqual(self.load.progress, 100)
        self.load.action_load()
        self.work()
        self.assertEqual(self.load.state, "done")
        self.assertEqual((self.load.done_count, self.load.remaining_count), (125, 0))

    def test_time_left(self):
        """At the pace since it was started or resumed."""
        self.assertFalse(self.load.time_left, "it has not begun")
        self.load.action_check()
        self.work()
        self.assertFalse(self.load.time_left, "nothing is left")
        for total, started, minutes, text in (
            # 250 in ten minutes
            (1250, 0, 10, "40 min"),
            (6250, 0, 10, "4 h 0 min"),
            (260, 0, 10, "less than a minute"),
            # of them 50 since it was resumed
            (1250, 200, 10, "3 h 20 min"),
            (1250, 250, 10, False),
        ):
            self.load.write(
                {
                    "state": "checking",
                    "total_count": total,
                    "started_count": started,
                    "started_at": fields.Datetime.now() - timedelta(minutes=minutes),
                }
            )
            self.load.invalidate_recordset()
            self.assertEqual(self.load.time_left, text)
        self.load.write({"started_count": 0, "is_stopped": True})
        self.load.invalidate_recordset()
        self.assertFalse(self.load.time_left, "it stands still")

    def test_fault_on_the_way(self):
        LoadCase.faults = [NetworkError("cut off")]
        self.load.action_check()
        self.work()
        self.assertEqual(self.load.state, "checked")
        self.assertEqual(len(self.load.line_ids), 250, "no page twice")

    def test_one_at_a_time(self):
        self.load.action_check()
        self.assertEqual(
            self.flow.action_open_load()["res_id"], self.load.id, "the one under way"
        )

    def test_needs_a_check_and_a_running_connector(self):
        with self.assertRaises(UserError):
            self.load.action_load()
        self.connector.state = "paused"
        with self.assertRaises(UserError):
            self.load.action_check()

    def test_check_of_a_paused_flow(self):
        """It writes nothing, so it may come before the flow is started; the load may not,
        nor does anything else of the flow."""
        self.flow.action_pause()
        job = self.enqueue("1")
        self.load.action_check()
        self.work()
        self.assertEqual(self.load.state, "checked", self.load.error_message)
        self.assertEqual((self.load.create_count, job.state), (125, "waiting"))
        self.assertFalse(FakeClient.calls)
        with self.assertRaisesRegex(UserError, "paused"):
            self.load.action_load()
        self.load.action_resume_flow()
        self.load.action_load()
        self.work()
        self.assertEqual((self.load.state, self.load.done_count), ("done", 125))

    def test_check_before_the_connector_is_started(self):
        self.connector.state = "tested"
        job = self.enqueue("1")
        self.load.action_check()
        self.work()
        self.assertEqual((self.load.state, job.state), ("checked", "waiting"))
        with self.assertRaisesRegex(UserError, "Start ERP North first"):
            self.load.action_load()

    def test_key_not_accepted_before_the_connector_is_started(self):
        """It has never collected changes, nor does it now."""
        self.connector.state = "tested"
        LoadCase.faults = [AuthenticationError("No such key.")]
        self.load.action_check()
        self.work()
        self.assertEqual(self.connector.state, "draft")
        self.assertEqual(self.connector.error_message, "No such key.")
        self.assertFalse(self.connector._is_collecting())
        self.assertEqual(len(self.connector.activity_ids), 1)
        self.connector.state = "tested"
        self.work()
        self.assertEqual((self.load.state, len(self.load.line_ids)), ("checked", 250))

    def test_first_run_is_put_off(self):
        """There is time for a look at a flow that would change much at once."""
        self.patch(self.registry[FakeHandler._name], "_is_looked_at_first", True)
        now = self.env.cr.now()
        flow = self.flow
        flow.write({"interval_minutes": 60, "state": "paused", "next_run": now})
        self.assertTrue(flow.is_to_look_at)
        flow.action_resume()
        self.assertEqual(flow.next_run, now + timedelta(minutes=60))
        later = now + timedelta(days=9)
        flow.write({"state": "paused", "next_run": later})
        flow.action_resume()
        self.assertEqual(flow.next_run, later, "a moment somebody has chosen")
        flow.write({"state": "paused", "next_run": now, "last_run": now})
        self.assertFalse(flow.is_to_look_at)
        flow.action_resume()
        self.assertEqual(flow.next_run, now)

    def test_totals_of_each_currency(self):
        self.load.action_check()
        self.work()
        self.assertFalse(self.load.has_amounts)
        self.assertFalse(self.load.totals_html)
        first, second, third = self.load.line_ids.filtered(
            lambda line: line.outcome == "create"
        )[:3]
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        first.write({"currency_id": euro.id, "amount": 1200.5})
        second.write({"currency_id": euro.id, "amount": 99.5})
        third.write({"currency_id": dollar.id, "amount": 7})
        self.env.flush_all()
        self.load.invalidate_recordset()
        self.assertTrue(self.load.has_amounts)
        rows = [
            [cell.text for cell in row.iter("td")]
            for row in html.fromstring(self.load.totals_html).iter("tr")
        ][1:]
        self.assertEqual(
            rows,
            [
                ["To Create", "125", euro.format(1300), dollar.format(7)],
                ["Left Alone", "125", None, None],
            ],
        )
        action = self.load.action_view_lines()
        self.assertTrue(action["context"]["has_amounts"])
        [(amount,)] = self.env["integration.load.line"]._read_group(
            [("load_id", "=", self.load.id)], [], ["amount:sum"]
        )
        self.assertEqual(amount, 1307, "on demand only")
        fields = self.env["integration.load.line"].fields_get(["amount"])
        self.assertFalse(fields["amount"].get("aggregator"), "no list adds them up")

    def test_total_is_what_was_found(self):
        """However many somebody expected."""
        self.load._add_page([{"name": "One", "outcome": "same"}], "1", 900)
        self.load._add_page([{"name": "Two", "outcome": "same"}], "", None)
        self.assertEqual((self.load.total_count, self.load.progress), (2, 100))

    def test_lines_are_not_loaded(self):
        """There may be a million of them."""
        self.start()
        self.load._queue_lines(5)
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.registry["integration.load.line"]
        with patch.object(lines, "_fetch_query", side_effect=AssertionError):
            self.load.action_stop()
            self.load.action_resume()
            figures = (self.load.remaining_count, self.load.problem_count)
            self.assertEqual(figures, (125, 0))
            self.load.write({"state": "checked"})
            self.load.action_check()
            self.assertEqual(self.load.create_count, 0)

    def test_next_lines_are_found_by_index(self):
        self.start()
        self.env.flush_all()
        queries = []
        environment_class = type(self.env)
        execute_query = environment_class.execute_query

        def note(env, query):
            queries.append(query)
            return execute_query(env, query)

        with patch.object(environment_class, "execute_query", note):
            self.load._queue_lines(3)
        query = next(item for item in queries if "integration_load_line" in item.code)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        self.env.cr.execute("SET LOCAL enable_sort = off")
        self.env.cr.execute("EXPLAIN " + query.code, query.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("integration_load_line_to_do_idx", plan)
        self.assertNotIn("Sort", plan)

    def test_problems_are_the_jobs_that_stand_still(self):
        self.start()
        self.load._queue_lines(3)
        failed, held, _waiting = self.load.line_ids.job_id.sorted("id")
        failed.state, held.state = "failed", "attention"
        action = self.load.action_view_problems()
        self.assertEqual(action["res_model"], "integration.job")
        self.assertEqual(
            self.env["integration.job"].search(action["domain"]), held | failed
        )

    def test_figures_outlive_the_jobs(self):
        self.start()
        self.work()
        jobs = self.load.line_ids.job_id
        jobs[0].state = "failed"
        figures = self.load.done_count, self.load.problem_count
        self.assertEqual(figures, (124, 1))
        jobs.unlink()
        self.load.invalidate_recordset()
        self.assertEqual((self.load.done_count, self.load.problem_count), figures)
        self.assertFalse(self.load._queue_lines(), "nothing is done twice")

    def test_flows_without_a_load_show_no_button(self):
        self.assertTrue(self.flow.has_load)
        self.patch(self.registry[FakeHandler._name], "_has_load", False)
        self.flow.invalidate_recordset(["has_load"])
        self.assertFalse(self.flow.has_load)
