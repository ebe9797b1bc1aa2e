from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from ..client import NetworkError, ValidationError
from ..models import integration_lane, job_rows
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestStatements(HubCase):
    """What a batch costs does not grow with its size."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.connector.batch_size = 500
        # what is cached for the first time
        self.enqueue("first")
        self.run_lane()

    def count_statements(self, count):
        """:return: number of statements of a run with so many jobs, in one batch"""
        jobs = self.enqueue(*(f"{count}-{number}" for number in range(count)))
        self.env.flush_all()
        before = sql_db.sql_counter
        self.run_lane()
        statements = sql_db.sql_counter - before
        self.assertNotIn("waiting", jobs.mapped("state"))
        return statements

    def assert_flat(self):
        # the queue is looked into as long as a call lasts, which is longer on a busy
        # machine: some more or less, but not one for each
        few = self.count_statements(3)
        self.assertLess(self.count_statements(300), few + 100)

    def test_done(self):
        self.assert_flat()

    def test_failed(self):
        FakeClient.answer = staticmethod(lambda request: ValidationError("No."))
        self.assert_flat()

    def test_retried(self):
        FakeClient.answer = staticmethod(lambda request: NetworkError("No answer."))
        self.assert_flat()

    def test_room_for_the_next_version_of_a_row(self):
        """What is written between claim and end touches no index (HOT): the page of a row
        has room, and no index is on what is written."""
        self.env.cr.execute(
            "SELECT reloptions FROM pg_class WHERE oid = 'integration_job'::regclass"
        )
        self.assertIn("fillfactor=50", self.env.cr.fetchone()[0])
        self.env.cr.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = 'integration_job'::regclass"
        )
        for [index] in self.env.cr.fetchall():
            for column in ("sent_at", "request", "answer"):
                self.assertNotRegex(index, rf"\b{column}\b")

    def test_ours_are_found_by_their_ids(self):
        """An index on states is full of what earlier batches left in it."""
        jobs = self.enqueue(1, 2, 3)
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        rows = self.env.execute_query(
            SQL(
                "EXPLAIN SELECT id FROM integration_job WHERE id = ANY(%s) AND %s",
                list(jobs.ids),
                job_rows.is_of_batch("integration_job", "mark"),
            )
        )
        plan = "\n".join(row[0] for row in rows)
        self.assertIn("integration_job_pkey", plan)
        self.assertNotIn("running", plan.split("Filter")[0])
