"""The hub's own tests: the same promises, kept by the workers of queue_job."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.tests import (
    test_batches,
    test_calls,
    test_cancel,
    test_catch_up,
    test_correction,
    test_crash,
    test_engine,
    test_lane_run,
    test_lane_time,
    test_limits,
    test_order,
    test_replay,
    test_settle,
    test_side_by_side,
    test_statements,
    test_suspects,
    test_waiting,
)

from .common import QueueJobCase


@tagged("post_install", "-at_install")
class TestEngineOnQueueJob(QueueJobCase, test_engine.TestEngine):
    pass


@tagged("post_install", "-at_install")
class TestLimitsOnQueueJob(QueueJobCase, test_limits.TestLimits):
    looked_after = (
        "test_calls_at_once_are_shared_by_all_lanes",
        "test_long_outage_fails_no_job_and_is_told_once",
        "test_rests_after_failures_in_a_row_then_probes",
    )


@tagged("post_install", "-at_install")
class TestOrderOnQueueJob(QueueJobCase, test_order.TestOrder):
    looked_after = (
        "test_any_job_of_the_record_waits_while_one_is_under_way",
        "test_newer_change_waits_while_the_older_is_under_way",
    )


@tagged("post_install", "-at_install")
class TestCrashOnQueueJob(QueueJobCase, test_crash.TestCrash):
    looked_after = (
        "test_crash_after_sending_leaves_the_outcome_unknown",
        "test_dead_lane_is_taken_up_at_once",
        "test_lane_that_lives_keeps_its_jobs",
        "test_lane_that_stands_still_stops_nobody",
        "test_what_was_there_at_a_crash_comes_before_the_backlog",
        "test_who_waits_for_a_replaced_job_goes_on",
    )


@tagged("post_install", "-at_install")
class TestLaneRunOnQueueJob(QueueJobCase, test_lane_run.TestLaneRun):
    looked_after = (
        "test_paused_in_the_midst",
        "test_same_change_is_not_under_way_twice",
        "test_stored_answer_is_left_to_the_lane_that_has_it_now",
    )


@tagged("post_install", "-at_install")
class TestWaitingOnQueueJob(QueueJobCase, test_waiting.TestWaiting):
    looked_after = (
        "test_test_of_a_connection_has_an_end",
        "test_test_that_ends_the_server_is_given_up",
        "test_test_that_others_overtake_is_made_again",
    )


@tagged("post_install", "-at_install")
class TestSettleOnQueueJob(QueueJobCase, test_settle.TestSettle):
    looked_after = ("test_batch_that_cannot_be_settled_spoils_no_other",)


@tagged("post_install", "-at_install")
class TestCatchUpOnQueueJob(QueueJobCase, test_catch_up.TestCatchUp):
    pass


@tagged("post_install", "-at_install")
class TestReplayOnQueueJob(QueueJobCase, test_replay.TestReplay):
    pass


@tagged("post_install", "-at_install")
class TestCorrectionOnQueueJob(QueueJobCase, test_correction.TestCorrection):
    pass


@tagged("post_install", "-at_install")
class TestCandidatesOnQueueJob(QueueJobCase, test_correction.TestCandidates):
    pass


@tagged("post_install", "-at_install")
class TestCancelOnQueueJob(QueueJobCase, test_cancel.TestCancel):
    pass


@tagged("post_install", "-at_install")
class TestSuspectsOnQueueJob(QueueJobCase, test_suspects.TestSuspects):
    looked_after = ("test_what_died_together_is_found_together",)


@tagged("post_install", "-at_install")
class TestBatchesOnQueueJob(QueueJobCase, test_batches.TestBatches):
    pass


@tagged("post_install", "-at_install")
class TestStatementsOnQueueJob(QueueJobCase, test_statements.TestStatements):
    def count_statements(self, count):
        # runs for the next tries of others are none of its cost
        self.forget_runs()
        return super().count_statements(count)


@tagged("post_install", "-at_install")
class TestSideBySideOnQueueJob(QueueJobCase, test_side_by_side.TestSideBySide):
    pass


@tagged("post_install", "-at_install")
class TestLaneTimeOnQueueJob(QueueJobCase, test_lane_time.TestLaneTime):
    times = (
        ({}, 57.5, 115),
        ({"limit_time_real": 60}, 27.5, 55),
        ({"limit_time_real": 60, "limit_time_real_cron": 600}, 27.5, 55),
        ({"limit_time_real": 0}, 57.5, 115),
        ({"limit_time_cpu": 60}, 27.5, 55),
    )
    # Of workers that do nothing but scheduled actions, one after the other: a run of
    # queue_job has a worker for requests to itself.
    test_last_calls_have_ended_when_the_worker_has_to = None
    test_lanes_of_one_worker_share_its_time = None
    test_threads_tell_when_they_began = None
    test_waiting_for_work_counts = None
    test_worker_begins_with_the_first_action_that_was_ready = None

    def forget_wake_ups(self):
        self.forget_runs()

    def get_wake_ups(self):
        return self.get_runs().mapped("eta")


@tagged("post_install", "-at_install")
class TestCallsOnQueueJob(test_calls.TestCalls):
    """Runs side by side, over real connections. They are performed here: a jobrunner may be
    in this very process, and would take what is committed."""

    # Of clients, whoever has them made.
    test_calls_per_second_are_kept_by_all_clients_together = None
    test_new_client_does_not_begin_anew = None
    test_nor_does_a_new_day = None
    test_tests_of_the_connection_count = None
    test_turn_that_comes_too_late_is_not_taken = None

    def setUp(self):
        self.asked_for = []
        self.startPatcher(
            patch.object(
                self.registry["integration.lane"],
                "_delay_run",
                lambda lane, owner, number, eta=None: self.asked_for.append(owner.id),
            )
        )
        super().setUp()

    def create_connector(self, env):
        connector_id = super().create_connector(env)
        env["integration.connector"].browse(connector_id).runner = "queue_job"
        return connector_id

    def work(self, lanes=2):
        self.configure(runner_lanes=lanes)
        self.asked_for.clear()
        self.committed(lambda env: env["integration.lane"]._delay_due_runs())
        self.runs = list(self.asked_for)
        self.assertEqual(len(self.runs), lanes)
        return super().work(lanes)

    def work_in(self, env):
        env["integration.lane"]._run_queue_job(self.runs.pop())
