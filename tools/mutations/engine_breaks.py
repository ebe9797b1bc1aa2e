"""Deliberate breaks of what the engine promises whatever is synced; its own tests are to notice."""

from mutations.breaking import Break

HUB = "addons/integration_hub/models/"
CLIENT = "addons/integration_hub/client/"
TESTS = "integration_hub/tests/"
CRASH = f"{TESTS}test_crash.py::TestCrash"
SUSPECTS = f"{TESTS}test_suspects.py::TestSuspects"
ENGINE = f"{TESTS}test_engine.py::TestEngine"
LANE_RUN = f"{TESTS}test_lane_run.py::TestLaneRun"
BATCHES = f"{TESTS}test_batches.py::TestBatches"
SETTLE = f"{TESTS}test_settle.py::TestSettle"
LANE_TIME = f"{TESTS}test_lane_time.py::TestLaneTime"
LIMITS = f"{TESTS}test_limits.py::TestLimits"
CLIENT_BASE = f"{TESTS}test_client_base.py::TestClientBase"
HALVING = f"{TESTS}test_client_base.py::TestHalving"


def _make(file, old, new, *direct):
    return Break(((file, old, new),), direct)


ENGINE_BREAKS = {
    "dead lane is waited for": _make(
        f"{HUB}integration_lane.py",
        "(job.lease_until < %(now)s OR NOT EXISTS (",
        "(job.lease_until < %(now)s AND NOT EXISTS (",
        f"{CRASH}::test_dead_lane_is_taken_up_at_once",
    ),
    "lane that hangs keeps its jobs": _make(
        f"{HUB}integration_lane.py",
        "(job.lease_until < %(now)s OR NOT EXISTS (",
        "(FALSE AND %(now)s IS NULL OR NOT EXISTS (",
        f"{CRASH}::test_lane_that_lives_keeps_its_jobs",
    ),
    "crashes are not counted": _make(
        f"{HUB}integration_lane.py",
        "crashes = job.crashes + 1",
        "crashes = job.crashes",
        f"{SUSPECTS}::test_job_that_kills_its_lane_is_set_aside",
    ),
    "whoever was there is set aside": _make(
        f"{HUB}integration_lane.py",
        "is_certain = len(suspects) == 1",
        "is_certain = True",
        f"{SUSPECTS}::test_lanes_that_died_together_blame_no_job",
    ),
    "answer does not clear of suspicion": _make(
        f"{HUB}job_rows.py",
        "SET answer = %s::jsonb -> id::text, crashes = 0",
        "SET answer = %s::jsonb -> id::text",
        f"{SUSPECTS}::test_answer_says_that_it_was_not_the_job",
    ),
    "suspect goes along with others": _make(
        f"{HUB}lane_run.py",
        "if any(batch.is_suspect for batch in in_flight):",
        "if False:",
        f"{SUSPECTS}::test_suspect_has_its_lane_to_itself",
    ),
    "dead lanes are taken up at the beginning alone": _make(
        f"{HUB}lane_run.py",
        "elif time.monotonic() - self.reclaimed > RECLAIM_EVERY:",
        "elif False:",
        f"{LANE_RUN}::test_lane_that_dies_meanwhile_is_taken_up_by_one_that_is_busy",
    ),
    "answers wait for what else there is to do": _make(
        f"{HUB}lane_run.py",
        "                self._keep_answers()\n                took = ",
        "                took = ",
        f"{LANE_RUN}::test_what_comes_back_is_kept_before_the_next_batch_is_prepared",
    ),
    "prepared backfill goes before what is urgent": _make(
        f"{HUB}lane_desk.py",
        "return all(turn.priority < batch.turn.priority for batch in self.prepared)",
        "return not self.prepared",
        f"{BATCHES}::test_urgent_goes_before_a_backfill_that_is_prepared_already",
    ),
    "culprit spoils its batch for ever": _make(
        f"{HUB}job_rows.py",
        "partings = min(max(attempts - FAILURES_TO_PART, 0), MOST_PARTINGS)",
        "partings = 0",
        f"{BATCHES}::test_record_that_makes_the_system_fail_goes_alone_at_last",
        f"{BATCHES}::test_how_many_go_together",
    ),
    "one system's defect ends the run of all": _make(
        f"{HUB}lane_run.py",
        "            self.lane_model._stop_by_defect(turn.connector, error)\n            return False\n",
        "            raise\n",
        f"{SETTLE}::test_hook_that_fails_stops_its_own_connector",
    ),
    "connector that nobody can be told of goes on": _make(
        f"{HUB}integration_connector.py",
        "self._tell_safely(lambda: self._tell_of_stop(message))",
        "self._tell_of_stop(message)",
        f"{SETTLE}::test_connector_stops_though_nobody_can_be_told",
    ),
    "what was there at a crash goes with others": _make(
        f"{HUB}job_batch.py",
        "run, turn, few, job_rows.HAS_CRASHED, only",
        "run, turn, turn.size, job_rows.HAS_CRASHED, only",
        f"{CRASH}::test_what_was_there_at_a_crash_goes_by_few",
        f"{CRASH}::test_what_was_there_at_a_crash_comes_before_the_backlog",
    ),
    "lane that lost its jobs sends them": _make(
        f"{HUB}job_rows.py",
        "WHERE job.id = ANY(%(ids)s) AND %(is_of_batch)s AND %(is_alone)s",
        "WHERE job.id = ANY(%(ids)s) AND (TRUE OR %(is_of_batch)s) AND %(is_alone)s",
        f"{CRASH}::test_lane_that_lost_its_jobs_while_it_prepared_sends_nothing",
    ),
    "lane that lost its jobs settles them": _make(
        f"{HUB}batch_settle.py",
        "answers = {job: answers[job] for job in self._get_ours(answers)}",
        "answers = dict(answers)",
        f"{LANE_RUN}::test_stored_answer_is_left_to_the_lane_that_has_it_now",
    ),
    "leases are not renewed": _make(
        f"{HUB}lane_run.py",
        '"UPDATE integration_job SET lease_until = %s"',
        '"UPDATE integration_job SET lease_until = COALESCE(lease_until, %s)"',
        f"{LANE_RUN}::test_leases_are_renewed_while_a_call_lasts",
    ),
    "lane takes new work until it is killed": _make(
        f"{HUB}integration_lane.py",
        "deadline = now + left - max(left / 2, self._get_call_seconds())",
        "deadline = now + left",
        f"{LANE_TIME}::test_last_calls_have_ended_when_the_worker_has_to",
    ),
    "waiting for work does not count": _make(
        f"{HUB}integration_lane.py",
        "end = min(end, (get_sign_of_life() or now) + limit)",
        "end = min(end, now + limit)",
        f"{LANE_TIME}::test_last_calls_have_ended_when_the_worker_has_to",
    ),
    "call begins when the time is up": _make(
        f"{CLIENT}base.py",
        "        if time.monotonic() > self._last_begin:\n",
        "        if False:\n",
        f"{CLIENT_BASE}::test_no_call_begins_when_the_time_is_up",
    ),
    "call outlasts its worker": _make(
        f"{CLIENT}base.py",
        "left = max(self._end - time.monotonic(), SHORTEST_TIMEOUT)",
        "left = 3600.0",
        f"{CLIENT_BASE}::test_no_call_lasts_longer_than_its_worker",
    ),
    "client of a lane that is gone goes on": _make(
        f"{CLIENT}base.py",
        "        if self._is_closed:\n",
        "        if False:\n",
        f"{CLIENT_BASE}::test_nothing_is_sent_once_closed",
    ),
    "goes on after an unknown outcome": _make(
        f"{CLIENT}batch.py",
        "        if stop is not None:\n",
        "        if False:\n",
        f"{HALVING}::test_after_an_unknown_outcome_nothing_more_is_sent",
    ),
    "refused is sent again": _make(
        f"{HUB}batch_problems.py",
        "elif error.is_retried and (",
        "elif True and (",
        f"{ENGINE}::test_validation_is_never_retried",
    ),
    "does not wait as long as asked": _make(
        f"{HUB}batch_steps.py",
        "    return max(seconds, bound_wait(error.retry_after))\n",
        "    return seconds\n",
        f"{ENGINE}::test_rate_limit_waits_as_long_as_asked",
    ),
    "refused credentials stop nothing": _make(
        f"{HUB}batch_problems.py",
        "                connector._stop_by_error(error)\n",
        "                pass\n",
        f"{ENGINE}::test_authentication_stops_the_connector",
    ),
    "failing system is not left alone": _make(
        f"{HUB}integration_connector_limits.py",
        "            if failures >= FAILURES_TO_REST:\n",
        "            if False:\n",
        f"{LIMITS}::test_rests_after_failures_in_a_row_then_probes",
    ),
    "refused records rest the system": _make(
        f"{HUB}integration_connector_limits.py",
        'error.kind in SYSTEM_FAILURES and getattr(error, "was_sent", True)',
        "True",
        f"{LIMITS}::test_refused_records_are_no_failure_of_the_system",
    ),
    "nothing is kept for won deals": _make(
        f"{HUB}lane_run.py",
        'if budget == "kept" and not turn.carries_deals:',
        "if False:",
        f"{LIMITS}::test_daily_budget_keeps_a_share_for_won_deals",
    ),
    "system is called more often at once": _make(
        f"{HUB}lane_run.py",
        "            if limit and place is None:\n",
        "            if False:\n",
        f"{LIMITS}::test_calls_at_once_are_shared_by_all_lanes",
    ),
}
