"""What the measurements do inside an Odoo process: `odoo shell` runs `bench/engine/shell.py`, which calls these."""

import os
import time
from unittest.mock import patch

import odoo.sql_db

from bench.engine.payload import PAYLOAD

CHUNK = 1000
# Seconds; a lane begins no run that is shorter than a second.
WARM_UP = 1.1
# Above those there are.
FIRST_RECORD = 1_000_000


def connectors(
    env, count: int, urls=None, code="idle_push", **values
) -> list[list[int]]:
    """New running connectors, one flow each; `urls` are those of the first ones. Returns their (id, flow) pairs."""
    urls = [*(urls or ()), *["http://idle"] * count][:count]
    records = env["integration.connector"].create(
        [
            {
                "name": f"Idle {number}",
                "system_type": "idle",
                "url": url,
                "state": "running",
                **values,
            }
            for number, url in enumerate(urls)
        ]
    )
    flows = env["integration.flow"].create(
        [
            {"connector_id": record.id, "code": code, "direction": "push"}
            for record in records
        ]
    )
    env.cr.commit()
    return [[flow.connector_id.id, flow.id] for flow in flows]


def enqueue(env, flows: list[int], count: int, first: int = 0) -> float:
    """`count` jobs for each flow, each of a record of its own as those of a real push; returns how many were queued per
    second."""
    records = env["res.partner"]
    start = time.perf_counter()
    for flow in env["integration.flow"].browse(flows):
        for begin in range(first, first + count, CHUNK):
            env["integration.job"]._enqueue(
                flow,
                [
                    {
                        "operation": "store",
                        "name": f"Change {number}",
                        "payload": PAYLOAD,
                        "idempotency_key": f"change-{number}",
                        # nobody reads them: they need not be there
                        "record": records.browse(FIRST_RECORD + number),
                    }
                    for number in range(begin, min(begin + CHUNK, first + count))
                ],
            )
            env.cr.commit()
    return count * len(flows) / (time.perf_counter() - start)


def work(env, expected: int) -> dict:
    """One lane, run after run, until so many jobs are settled; what that took."""
    done, seconds = 0, 0.0
    commits, statements = 0, odoo.sql_db.sql_counter
    commit = type(env.cr).commit

    def counted(cursor):
        nonlocal commits
        commits += 1
        return commit(cursor)

    with patch.object(type(env.cr), "commit", counted):
        while done < expected:
            start = time.perf_counter()
            settled = env["integration.lane"]._run_lane()
            seconds += time.perf_counter() - start
            done += settled
            if not settled:
                raise RuntimeError(f"the lane stopped after {done} of {expected} jobs")
    return {
        "jobs": done,
        "seconds": seconds,
        "statements": odoo.sql_db.sql_counter - statements,
        "commits": commits,
    }


def work_for(env, seconds: float) -> dict:
    """One lane for about so long, on a queue that may be longer than that; a run before, which is not counted, has what is
    slower in a process that has just started."""
    lane = env["integration.lane"]
    found = {}
    for limit in (WARM_UP, seconds):

        def get_deadline(_lane, _end=None, limit=limit):
            return time.monotonic() + limit

        with patch.object(type(lane), "_get_deadline", get_deadline):
            start = time.perf_counter()
            # the first run may have left nothing: then it is what there is to tell
            if jobs := lane._run_lane():
                found = {"jobs": jobs, "seconds": time.perf_counter() - start}
    return found


def enqueue_and_work(env, flow: int, count: int, rounds: int, first: int) -> list:
    """The same work again and again; returns the seconds of each round."""
    found = []
    for number in range(rounds):
        enqueue(env, [flow], count, first + number * count)
        found.append(work(env, count)["seconds"])
    return found


def remove_old(env, seconds: float) -> dict:
    """Housekeeping as its scheduled action does it, for so long; returns how many finished jobs it has removed, and the
    seconds that took."""
    begin = time.perf_counter()
    removed, end = 0, begin

    def go_on(cron, processed=0, remaining=None, deactivate=False):
        """Seconds that are left, as the scheduled action is told after each batch."""
        nonlocal removed, end
        cron.env.cr.commit()
        removed += processed
        end = time.perf_counter()
        return max(0, seconds - (end - begin))

    with patch.object(type(env["ir.cron"]), "_commit_progress", go_on):
        env["integration.exchange"]._cron_remove_old()
    return {"removed": removed, "seconds": end - begin}


def memory_of_a_worker(env, flow: int, count: int, portion: int) -> list:
    """Resident memory in kB after each portion, the first one included: caches have been filled then."""
    found = []
    for first in range(0, count, portion):
        enqueue(env, [flow], portion, first)
        work(env, portion)
        found.append(resident_kb())
    return found


def resident_kb() -> int:
    """Of this process, without what it shares with nobody's help: pages in memory now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def delay_empty(env, count: int) -> float:
    """Jobs of queue_job that do nothing; returns how many were queued per second."""
    start = time.perf_counter()
    for number in range(count):
        env["bench.empty"].with_delay().nothing()
        if number % CHUNK == CHUNK - 1:
            env.cr.commit()
    env.cr.commit()
    return count / (time.perf_counter() - start)
