"""The commits at which lanes are killed, by name: they don't come in the same order twice; and which jobs are through."""

FLOWS = ("customer_push", "sale_order_push", "sale_status_pull")
# The same for deals that are won already.
CHANGES = "sale_change_push"
STEPS = (
    "JobBatch.claim",
    "JobBatch._prepare",
    "BatchSettling._store_answers",
    "BatchSettling._do",
    "BatchSettling._apply",
)
# ... of a lane itself: where it takes up what a dead one has left, and at its end.
TAKING_UP = "IntegrationLane._reclaim"
LANE_STEPS = (TAKING_UP, "IrCron._commit_progress")
# Of jobs: not what is gathered until tomorrow, as feedback to products is once a deal was lost.
UNDER_WAY = (
    "(state in ('running', 'retrying') or state = 'waiting' and (next_try is null"
    " or next_try < now() at time zone 'UTC' + interval '1 hour'))"
)


def wanted_boundaries() -> list[str]:
    """Names of the commits that a lane comes to, see `worker.describe`; changes are a part of their own."""
    return [*(name for flow in FLOWS for name in name_steps(flow)), *LANE_STEPS]


def name_steps(flow: str) -> list[str]:
    """Names of the commits of a flow."""
    return [f"{flow}: {step}" for step in STEPS]
