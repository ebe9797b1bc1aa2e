"""A lane at work in a process of its own, and what that took. Called inside `odoo shell`."""

import os
import re
import time
from collections import Counter
from contextlib import contextmanager, suppress
from unittest.mock import patch

import odoo.sql_db

OPEN = ("waiting", "running", "retrying")
# lane runs that settle nothing before we say that it hangs
PATIENCE = 20


def run(env, code: str, starter: str = "run_now") -> dict:
    """Start a flow as a person or its schedule would, and work its queue off as a scheduled action does.

    :return: seconds, statements, calls by operation, peak memory in MB, the longest run of a lane
    """
    [flow] = env["integration.flow"].search([("code", "=", code)])
    # what any worker has loaded before its first job: the flow does not run yet
    env["integration.lane"]._run_lane()
    flow.state = "running"
    env.cr.commit()
    env.invalidate_all()
    env.cr.execute("select coalesce(max(id), 0) from integration_exchange")
    [exchange] = env.cr.fetchone()
    env.cr.execute("select coalesce(max(id), 0) from integration_job")
    [last_job] = env.cr.fetchone()
    forget_peak()
    before = memory("VmRSS")
    statements, start = odoo.sql_db.sql_counter, time.perf_counter()
    with noted_statements() as often:
        globals()[starter](flow)
        env.cr.commit()
        runs = settle(env, flow)
    seconds = time.perf_counter() - start
    found = {
        "seconds": seconds,
        "statements": odoo.sql_db.sql_counter - statements,
        "peak_mb": memory("VmHWM"),
        "grown_mb": memory("VmHWM") - before,
        "lane_runs": len(runs),
        "longest_run": max(runs),
        "often": often.most_common(12),
    }
    env.cr.execute(
        "select operation, count(*) from integration_exchange where id > %s group by 1",
        [exchange],
    )
    found["operations"] = dict(env.cr.fetchall())
    found["calls"] = sum(found["operations"].values())
    env.cr.execute(
        "select state, count(*), min(name), min(error_message) from integration_job"
        " where flow_id = %s and state in ('failed', 'attention') group by 1",
        [flow.id],
    )
    if problems := env.cr.fetchall():
        raise RuntimeError(f"jobs of {code} have failed: {problems}")
    flow.state = "paused"
    # what it set off elsewhere is not what is measured
    env.cr.execute(
        "update integration_job set state = 'cancelled'"
        " where flow_id != %s and state in %s and id > %s",
        [flow.id, OPEN, last_job],
    )
    env.cr.commit()
    return found


@contextmanager
def noted_statements():
    """Where BENCH_STATEMENTS is set: which ones come how often."""
    counter = Counter()
    if not os.environ.get("BENCH_STATEMENTS"):
        yield counter
        return
    execute = odoo.sql_db.Cursor.execute

    def noted(cursor, query, params=None, *args, **kwargs):
        text = getattr(query, "code", query)
        text = text if isinstance(text, str) else str(text)
        counter[re.sub(r"\s+", " ", re.sub(r"\d+", "0", text)).strip()[:150]] += 1
        return execute(cursor, query, params, *args, **kwargs)

    with patch.object(odoo.sql_db.Cursor, "execute", noted):
        yield counter


def settle(env, flow) -> list[float]:
    """Run after run, until nothing of the flow is open; the seconds of each."""
    runs, idle = [], 0
    while True:
        start = time.perf_counter()
        settled = env["integration.lane"]._run_lane()
        runs.append(time.perf_counter() - start)
        env.invalidate_all()
        env.cr.execute(
            "select count(*) from integration_job where flow_id = %s and state in %s",
            [flow.id, OPEN],
        )
        if not env.cr.fetchone()[0]:
            return runs
        idle = 0 if settled else idle + 1
        if idle > PATIENCE:
            raise RuntimeError(f"{flow.code}: jobs are open, but no lane takes them")
        if not settled:
            time.sleep(0.5)


def run_now(flow) -> None:
    """The button."""
    flow.action_run_now()


def check_load(flow) -> None:
    """The dry run of a load."""
    flow.env["integration.load"].create({"flow_id": flow.id}).action_check()


def load(flow) -> None:
    """What the last dry run has found."""
    flow.env["integration.load"].search(
        [("flow_id", "=", flow.id), ("state", "=", "checked")], limit=1
    ).action_load()


def forget_peak() -> None:
    """Linux keeps the highest memory of a process until it is told to forget it."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def memory(name: str) -> float:
    """Of this process, in MB."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    return os.nan
