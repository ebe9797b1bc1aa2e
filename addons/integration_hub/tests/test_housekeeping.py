from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models import integration_housekeeping
from .common import HubCase


@tagged("post_install", "-at_install")
class TestHousekeeping(HubCase):
    def make_jobs(self, state, days, count=1):
        moment = self.env.cr.now() - timedelta(days=days)
        jobs = self.enqueue(*(f"{state}-{days}-{number}" for number in range(count)))
        jobs.write({"state": state})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_job SET write_date = %s, finished_at = %s"
            " WHERE id = ANY(%s)",
            [
                moment,
                moment if state in ("done", "cancelled") else None,
                list(jobs.ids),
            ],
        )
        jobs.invalidate_recordset()
        return jobs

    def make_exchanges(self, days, count=1):
        exchanges = self.env["integration.exchange"].create(
            [{"connector_id": self.connector.id, "operation": "x"}] * count
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_exchange SET create_date = %s WHERE id = ANY(%s)",
            [self.env.cr.now() - timedelta(days=days), list(exchanges.ids)],
        )
        exchanges.invalidate_recordset()
        return exchanges

    def clean_up(self):
        with self.lane_env() as env:
            env["integration.exchange"]._cron_remove_old()
        self.env.invalidate_all()

    def test_by_age(self):
        kept = (
            self.make_jobs("done", 89)
            | self.make_jobs("failed", 300)
            | self.make_jobs("waiting", 900)
            | self.make_jobs("attention", 900)
        )
        gone = (
            self.make_jobs("done", 91)
            | self.make_jobs("cancelled", 91)
            | self.make_jobs("failed", 370)
        )
        young, old = self.make_exchanges(29), self.make_exchanges(31)
        self.clean_up()
        self.assertEqual((kept | gone).exists(), kept)
        self.assertEqual((young | old).exists(), young)

    def test_ages_are_settings(self):
        settings = self.env["res.config.settings"].create(
            {"integration_finished_job_days": 10, "integration_failed_job_days": 20}
        )
        settings.execute()
        done, failed = self.make_jobs("done", 11), self.make_jobs("failed", 21)
        self.connector.exchange_log_days = 5
        exchange = self.make_exchanges(6)
        self.clean_up()
        self.assertFalse(done.exists() | failed.exists())
        self.assertFalse(exchange.exists())

    def test_failed_ones_can_stay_for_ever(self):
        settings = self.env["res.config.settings"].create(
            {"integration_failed_job_days": 0}
        )
        settings.execute()
        fresh = self.env["res.config.settings"].create({})
        self.assertEqual(fresh.integration_failed_job_days, 0)
        job = self.make_jobs("failed", 5000)
        self.clean_up()
        self.assertTrue(job.exists())

    def test_failed_ones_are_kept_at_least_as_long(self):
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create(
                {"integration_finished_job_days": 90, "integration_failed_job_days": 30}
            )

    def test_in_batches_with_a_commit_after_each(self):
        self.make_jobs("done", 100, count=5)
        told = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            told.append((processed, remaining))
            return 60.0

        with (
            patch.object(integration_housekeeping, "REMOVAL_BATCH", 2),
            patch.object(self.registry["ir.cron"], "_commit_progress", commit_progress),
        ):
            self.clean_up()
        self.assertEqual(told[:3], [(2, 1), (2, 1), (1, 0)])

    def test_comes_back_when_the_time_is_up(self):
        jobs = self.make_jobs("done", 100, count=5)
        told = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            told.append((processed, remaining))
            return 0.0

        with (
            patch.object(integration_housekeeping, "REMOVAL_BATCH", 2),
            patch.object(self.registry["ir.cron"], "_commit_progress", commit_progress),
        ):
            self.clean_up()
        self.assertEqual(len(jobs.exists()), 3)
        self.assertEqual(told[-1], (0, 1), "there is more: the cron is called again")

    def test_what_hangs_on_a_removed_job_stays_whole(self):
        old = self.make_jobs("done", 100)
        replay, waiting = self.enqueue("replay", "waiting")
        replay.replay_of_id = waiting.blocked_by_id = old
        self.env["integration.correction"].create(
            {"job_id": old.id, "user_id": self.env.uid, "reason": "x"}
        )
        self.clean_up()
        self.assertEqual((replay | waiting).exists(), replay | waiting)
        self.assertFalse(waiting.blocked_by_id)
        self.assertFalse(replay.replay_of_id)

    def test_what_was_received_goes_but_for_the_last(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        changes = self.env["integration.change"]

        def receive(key, value, days):
            changes._note(
                self.connector,
                [{"record": partner, "key": key, "name": key, "after": value}],
            )
            change = changes.search([("key", "=", key)], limit=1)
            change.moment = self.env.cr.now() - timedelta(days=days)
            return change

        gone = receive("order", "ordered", 300) | receive("order", "shipped", 91)
        kept = receive("order", "paid", 89) | receive("other", "ordered", 900)
        self.clean_up()
        self.assertEqual((gone | kept).exists(), kept)
        self.assertEqual(receive("other", "shipped", 0).before, "ordered")
        self.assertEqual(receive("order", "closed", 0).before, "paid")

    def test_old_usage_goes(self):
        self.connector.calls_per_day = 10
        usage = self.env["integration.usage"]
        old, recent = usage.create(
            [
                {
                    "connector_id": self.connector.id,
                    "day": self.env.cr.now() - timedelta(days=days),
                    "calls": 1,
                }
                for days in (61, 59)
            ]
        )
        self.clean_up()
        self.assertEqual((old | recent).exists(), recent)

    def test_found_by_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        self.env.flush_all()
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM integration_job WHERE state IN ('done', 'cancelled')"
            " AND finished_at < now() ORDER BY finished_at LIMIT 100"
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("integration_job_finished_idx", plan)
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM integration_exchange WHERE connector_id = 1"
            " AND create_date < now() ORDER BY create_date LIMIT 100"
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("integration_exchange_age_idx", plan)
