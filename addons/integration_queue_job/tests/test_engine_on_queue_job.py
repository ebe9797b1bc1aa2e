"""The hub's own tests: the same promises, kept by the workers of queue_job."""

from odoo.tests import tagged

from odoo.addons.integration_hub.tests import (
    test_batches,
    test_cancel,
    test_catch_up,
    test_correction,
    test_crash,
    test_engine,
    test_lane_run,
    test_limits,
    test_order,
    test_replay,
    test_settle,
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
