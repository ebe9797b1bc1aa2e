"""OCA queue_job on empty jobs, by its own jobrunner, in the mode that suits this machine best."""

import time

from bench.engine.site import DATABASE, PATIENCE, EngineSite
from harness import processes
from harness.progress import say

LOAD = "--load=base,web,queue_job"
# Worker processes of the server (0: threads) and capacity of the root channel.
MODES = ((0, 1), (0, 4), (2, 2), (4, 4))


def find_best(site: EngineSite, count: int) -> tuple[int, int]:
    """The fastest of the modes on a smaller number of jobs."""
    found = {}
    for mode in MODES:
        found[mode] = measure(site, *mode, count)
        say(f"    queue_job, {describe(mode)}: {found[mode]:.1f} jobs/s")
    return max(found, key=found.get)


def measure(site: EngineSite, workers: int, capacity: int, count: int) -> float:
    """Jobs per second from the first that is done to the last; starting and waking up are not counted."""
    site.database.rows("delete from queue_job")
    site.inside("delay_empty", count=count)
    site.serve(
        "queue_job",
        LOAD,
        workers=workers,
        more={"ODOO_QUEUE_JOB_CHANNELS": f"root:{capacity}"},
    )
    try:
        query = "select count(*) from queue_job where state = 'done'"
        deadline = time.monotonic() + PATIENCE
        first = None
        while True:
            done, now = site.database.value(query), time.perf_counter()
            if done and first is None:
                first = (done, now)
            if done >= count:
                return (done - first[0]) / (now - first[1])
            if time.monotonic() > deadline:
                tail = processes.log_tail(f"{DATABASE}_queue_job")
                raise TimeoutError(f"queue_job has done {done} of {count}: {tail}")
            time.sleep(0.02)
    finally:
        site.stop()


def describe(mode: tuple[int, int]) -> str:
    """A way to run."""
    workers, capacity = mode
    processes_ = f"{workers} worker processes" if workers else "threads"
    return f"{processes_}, channel root:{capacity}"
