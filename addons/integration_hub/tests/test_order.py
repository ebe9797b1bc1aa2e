from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..client import (
    AmbiguousMatchError,
    HeldBackError,
    NetworkError,
    ValidationError,
)
from ..models import integration_lane, job_batch
from ..models.integration_handler import Blocked
from ..models.job_rows import claim
from ..models.lane_locks import LANE_CLASS
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestOrder(HubCase):
    """Jobs of one record go one after the other, those of others side by side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner, cls.other_partner = cls.env["res.partner"].create(
            [{"name": "One"}, {"name": "Other"}]
        )

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def queue(self, value, record=None, **values):
        [flow, record] = [values.pop("flow", self.flow), record or self.partner]
        return self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "store",
                    "name": f"Value {value}",
                    "payload": {"value": value},
                    "idempotency_key": f"value-{value}",
                    "record": record,
                    "is_urgent": True,
                    **values,
                }
            ],
        )

    def add_flow(self, **values):
        """Another flow on the same records: codes are unique in a connector."""
        selection = self.registry["integration.flow"]._fields["code"]
        self.startPatcher(
            patch.object(
                selection, "_selection", {"fake_push": "Push", "fake_other": "Other"}
            )
        )
        self.startPatcher(
            patch.object(
                self.registry["integration.flow"],
                "_get_handler",
                lambda flow, operation=None: flow.env["integration.handler.fake_push"],
            )
        )
        return self.env["integration.flow"].create(
            {
                "connector_id": self.connector.id,
                "code": "fake_other",
                "direction": "push",
                **values,
            }
        )

    def get_sent(self):
        return [[item["value"] for item in call] for call in FakeClient.calls]

    def fail_once(self, value, error):
        failed = []

        def answer(request):
            if request["value"] == value and not failed:
                failed.append(value)
                return error
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)

    def test_two_changes_of_a_record_are_two_calls_in_their_order(self):
        jobs = self.queue(1) | self.queue(2) | self.queue(3, self.other_partner)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[1, 3], [2]])
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)

    def test_jobs_with_and_without_a_record(self):
        """Whichever comes first, none is forgotten and none overtakes its own kind."""
        queued = self.queue(1) | self.queue(2)
        queued[1].write({"res_model": False, "res_id": False})
        first = self.queue(0)
        first.write({"res_model": False, "res_id": False, "next_try": "2020-01-01"})
        jobs = queued | first | self.queue(3) | self.queue(4, self.other_partner)
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        sent = [value for call in self.get_sent() for value in call]
        self.assertEqual(sorted(sent), [0, 1, 2, 3, 4])
        self.assertLess(sent.index(1), sent.index(3))

    def test_operations_and_priorities_do_not_overtake(self):
        """Urgent as it is, the second waits for the first."""
        self.queue(1, operation="create", priority=50)
        self.queue(2, operation="cancel", priority=1)
        self.queue(3, self.other_partner, operation="cancel", priority=1)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [1], [2]])

    def test_flows_do_not_overtake(self):
        other = self.add_flow(priority=1)
        self.queue(1)
        self.queue(2, flow=other)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[1], [2]])

    def test_waits_for_the_retry_of_the_earlier(self):
        self.fail_once(1, NetworkError("No answer."))
        first, second = self.queue(1), self.queue(2, operation="other")
        self.run_lane()
        self.assertEqual((first.state, second.state), ("retrying", "waiting"))
        self.assertEqual(second.held_up_by_id, first)
        first.next_try = self.env.cr.now() - timedelta(days=1)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[1], [1], [2]])

    def test_what_is_set_aside_holds_up_nobody(self):
        self.fail_once(1, ValidationError("No."))
        first, second = self.queue(1), self.queue(2)
        self.run_lane()
        self.assertEqual((first.state, second.state), ("failed", "done"))

    def test_what_needs_a_person_holds_up_other_operations(self):
        self.fail_once(1, AmbiguousMatchError("Two."))
        first = self.queue(1)
        same, other = self.queue(2), self.queue(3, operation="cancel")
        self.run_lane()
        self.assertEqual(
            (first.state, same.state, other.state), ("attention", "done", "waiting")
        )
        self.assertEqual(other.held_up_by_id, first)
        first.action_cancel()
        self.run_lane()
        self.assertEqual(other.state, "done")

    def test_stopped_flow_holds_up_no_other(self):
        other = self.add_flow(state="paused")
        held = self.queue(1, flow=other)
        job = self.queue(2)
        self.run_lane()
        self.assertEqual((held.state, job.state), ("waiting", "done"))

    def test_scheduled_for_later_holds_up_nobody(self):
        later = self.queue(1)
        later.next_try = self.env.cr.now() + timedelta(hours=1)
        job = self.queue(2)
        self.run_lane()
        self.assertEqual((later.state, job.state), ("waiting", "done"))

    def test_put_off_by_our_own_limits_holds_up(self):
        """That is not scheduled for later."""
        self.fail_once(1, HeldBackError("Not yet.", retry_after=10))
        first, second = self.queue(1), self.queue(2, operation="cancel")
        self.run_lane()
        self.assertEqual((first.state, second.state), ("waiting", "waiting"))
        self.assertGreater(first.next_try, self.env.cr.now())
        self.assertEqual(second.held_up_by_id, first)
        first.next_try = self.env.cr.now() - timedelta(days=1)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[1], [1], [2]])

    def test_what_is_only_read_holds_up_nothing(self):
        reading = self.queue(1, flow=self.add_flow(direction="pull"))
        reading.write(
            {
                "state": "retrying",
                "next_try": self.env.cr.now() + timedelta(hours=1),
            }
        )
        job = self.queue(2)
        self.run_lane()
        self.assertEqual((reading.state, job.state), ("retrying", "done"))

    def test_what_comes_first_is_as_urgent_as_what_waits_for_it(self):
        load = self.queue(1, priority=90)
        elsewhere = self.queue(3, self.other_partner, priority=90)
        deal = self.queue(2, priority=5)
        self.assertEqual((load | elsewhere | deal).mapped("priority"), [5, 90, 5])
        self.queue(2, priority=90)
        self.assertEqual(deal.priority, 5, "asked for again by a load")

    def test_other_connectors_and_records_go_side_by_side(self):
        connector = self.connector.copy({"name": "South", "state": "running"})
        flow = self.flow.copy({"connector_id": connector.id})
        self.queue(1).write({"state": "attention"})
        job = self.queue(2, flow=flow, operation="other")
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_newer_change_waits_while_the_older_is_under_way(self):
        """Same key: it replaces what waits, but not what is being sent."""
        old = self.queue(1)
        lane = self.hold(old)
        newer = self.queue(2, idempotency_key="value-1")
        self.assertNotEqual(old, newer)
        self.run_lane()
        self.assertEqual((old.state, newer.state), ("running", "waiting"))
        self.let_go(lane, old)
        self.run_lane()
        self.assertEqual((old.state, newer.state), ("done", "done"))
        self.assertEqual(self.get_sent(), [[2]])

    def test_any_job_of_the_record_waits_while_one_is_under_way(self):
        """Even the older one: it was tried again by a person meanwhile."""
        older, newer = self.queue(1), self.queue(2)
        lane = self.hold(newer)
        self.run_lane()
        self.assertEqual(older.state, "waiting")
        self.let_go(lane, newer)
        self.run_lane()
        self.assertEqual(older.state, "done")

    def hold(self, job):
        """Another lane, alive, has the job."""
        self.env.cr.execute("SELECT pg_advisory_lock(%s, 4711)", [LANE_CLASS])
        job.write(
            {
                "state": "running",
                "lane": "4711",
                "lease_until": self.env.cr.now() + timedelta(minutes=10),
            }
        )
        job.flush_recordset()
        return 4711

    def let_go(self, lane, job):
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", [LANE_CLASS, lane])
        job.write({"state": "done", "lane": False})

    def test_who_is_waited_for_goes_first(self):
        """An order that waits for a newer job of the same record must not hold that up."""
        first, middle, last = self.queue(1), self.queue(2), self.queue(3)
        first.blocked_by_id = middle
        middle.blocked_by_id = last
        self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [2], [1]])
        self.assertEqual((first | middle | last).mapped("state"), ["done"] * 3)

    def test_who_is_waited_for_goes_before_all_that_come_after(self):
        """The one in between waits for the first, which waits for the last: the last must
        not wait for the one in between."""
        first, middle, last = self.queue(1), self.queue(2), self.queue(3)
        first.blocked_by_id = last
        self.assertEqual(middle.held_up_by_id, first)
        self.assertFalse(last.held_up_by_id)
        self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [1], [2]])
        self.assertEqual((first | middle | last).mapped("state"), ["done"] * 3)

    def block(self, waits):
        """Have the handler say who waits for whom: ``{job: other job}``."""
        handler_class = self.registry["integration.handler.fake_push"]

        def prepare(handler, flow, jobs):
            return {
                job: Blocked(job.browse(waits[job].id))
                if job in waits and job.browse(waits[job].id).state != "done"
                else job.payload
                for job in jobs
            }

        return patch.object(handler_class, "_prepare", prepare)

    def test_three_in_a_circle_by_their_order(self):
        """A payment waits for its order, the order for a customer, and that one came after
        the payment: then it goes before it."""
        order, payment = self.queue(1), self.queue(2, self.other_partner)
        customer = self.queue(3, self.other_partner)
        payment.blocked_by_id = order
        with self.block({order: customer}):
            self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [1], [2]])
        self.assertEqual((order | payment | customer).mapped("state"), ["done"] * 3)

    def test_circle_over_two_records(self):
        """No order of theirs resolves it: one is set aside, and says why."""
        order, payment = self.queue(1), self.queue(2, self.other_partner)
        customer, delivery = self.queue(3, self.other_partner), self.queue(4)
        payment.blocked_by_id = delivery
        with self.block({order: customer}):
            self.run_lane()
            self.assertEqual(order.state, "failed")
            self.assertIn("“Value 3”", order.error_message)
            self.assertFalse(order.blocked_by_id)
        # what has failed holds up nobody
        self.assertEqual(self.get_sent(), [[4], [2], [3]])
        order.action_retry()
        self.run_lane()
        self.assertEqual(order.state, "done")

    def test_circle_of_three_records(self):
        records = self.env["res.partner"].create([{"name": str(n)} for n in range(3)])
        first, second, third = (
            self.queue(number, record) for number, record in enumerate(records)
        )
        jobs = first | second | third
        with self.block({first: second, second: third, third: first}):
            self.run_lane()
            self.assertIn("failed", jobs.mapped("state"))
            self.assertFalse(FakeClient.calls)
        jobs.filtered(lambda job: job.state == "failed").action_cancel()
        self.run_lane()
        self.assertNotIn("waiting", jobs.mapped("state"))

    def test_waiting_for_the_same_is_no_circle(self):
        """Two orders of one customer, the second behind the first."""
        first, second = self.queue(1), self.queue(2)
        customer = self.queue(3, self.other_partner)
        waits = {first: customer, second: customer}
        with self.block(waits):
            self.run_lane()
            self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [1], [2]])

    def test_nothing_overtakes_what_waits_for_another(self):
        order, cancel = self.queue(1), self.queue(2, operation="cancel")
        customer = self.queue(3, self.other_partner)
        customer.next_try = self.env.cr.now() + timedelta(hours=1)
        order.blocked_by_id = customer
        self.run_lane()
        self.assertEqual((order.state, cancel.state), ("waiting", "waiting"))
        customer.next_try = self.env.cr.now()
        self.run_lane()
        self.assertEqual(self.get_sent(), [[3], [1], [2]])

    def test_two_lanes_in_the_same_moment(self):
        """Each has claimed before it could see the other's claim: who sees it gives way
        before anything goes out."""
        first, second = self.queue(1), self.queue(2)
        seen = []

        def claim_blindly(run, turn, size, **more):
            answer = claim(run, turn, size, **more)
            if answer[1] and not seen:
                seen.append(answer)
                # what another lane did between our snapshot and our commit
                run.env.cr.execute(
                    "UPDATE integration_job SET state = 'running', lane = %s,"
                    " lease_until = now() + interval '1 hour' WHERE id = %s",
                    [run.name, second.id],
                )
            return answer

        with patch.object(job_batch.job_rows, "claim", claim_blindly):
            self.run_lane()
        self.assertEqual(len(seen), 1)
        self.assertEqual((first.state, first.attempts), ("retrying", 0))
        self.assertFalse(FakeClient.calls)
        self.assertFalse(first.sent_at)

    def test_place_in_the_queue_is_found_by_index(self):
        """Flat however many jobs there are: steps in an index alone."""
        claim, send = self.explain("RETURNING next_try", "SET sent_at")
        self.assertIn("integration_job_claim_idx on integration_job job", claim)
        for plan in (claim, send):
            self.assertIn("integration_job_order_idx on integration_job other", plan)
            self.assertNotIn("Seq Scan on integration_job", plan)
        self.assertIn("integration_job_order_idx on integration_job first", claim)

    def explain(self, *texts):
        """:return: the plans of the first statement with each of ``texts`` that a lane makes
        for one job, as they are in a queue that holds something: what is the cheapest way
        where there is next to nothing is a matter of chance"""
        self.queue(1)
        self.env.flush_all()
        queries = []
        execute = Cursor.execute

        def note(cursor, query, *arguments, **options):
            if isinstance(query, SQL):
                queries.append(query)
            return execute(cursor, query, *arguments, **options)

        with patch.object(Cursor, "execute", note):
            self.run_lane()
        self.env.cr.execute(
            """
            INSERT INTO integration_job (
                connector_id, company_id, flow_id, operation, priority, name, state,
                res_model, res_id, next_try, idempotency_key, crashes)
            SELECT connector_id, company_id, flow_id, operation, priority, name, other_state,
                   res_model, number, next_try, other_state || number, 0
              FROM integration_job, generate_series(1, 1000) number,
                   unnest(ARRAY['waiting', 'running', 'done']) other_state
             WHERE flow_id = %s
            """,
            [self.flow.id],
        )
        self.env.cr.execute("ANALYZE integration_job")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        plans = []
        for text in texts:
            query = next(query for query in queries if text in query.code)
            self.env.cr.execute("EXPLAIN " + query.code, query.params)
            plans.append("\n".join(row[0] for row in self.env.cr.fetchall()))
        return plans
