"""Jobs per second of the engine on work that does nothing, beside queue_job and beside a bare loop, in one run."""

import statistics

from bench.engine import queue_job
from bench.engine.bare_loop import LEAN, BareLoop
from bench.engine.site import DATABASE, EngineSite, load
from bench.report import Report, at_least, rate
from bench.settings import Settings, from_environment
from harness.progress import step

ROUNDS = 3


def run(settings: Settings) -> Report:
    """The engine and the bare loops take turns, so that the machine is the same for all."""
    count = from_environment("BENCH_JOBS", 20_000)
    few = from_environment("BENCH_QUEUE_JOBS", 1_000)
    batch = from_environment("BENCH_BATCH", 100)
    site = EngineSite("bench_queue_job")
    try:
        with step(f"queue_job: {few} empty jobs in each of its modes"):
            mode = queue_job.find_best(site, few // 4)
        [[_connector, flow]] = site.inside("connectors", count=1, batch_size=batch)
        found = {"engine": [], "same_table": [], "lean_table": [], "queue_job": []}
        queued = []
        for number in range(ROUNDS):
            with step(f"round {number + 1} of {ROUNDS}"):
                site.forget_jobs()
                queued.append(site.inside("enqueue", flows=[flow], count=count))
                site.database.rows("analyze integration_job")
                found["engine"].append(
                    count / site.inside("work", expected=count)["seconds"]
                )
                for name, table in (
                    ("same_table", "integration_job"),
                    ("lean_table", LEAN),
                ):
                    found[name].append(count / bare(site, table, flow, count, batch))
                found["queue_job"].append(queue_job.measure(site, *mode, few))
    finally:
        site.close(settings.keep)
    speed = {name: statistics.median(values) for name, values in found.items()}
    ratios = {name: rate(speed["engine"] / value) for name, value in speed.items()}
    names = {
        "engine": "the engine, one lane",
        "queue_job": f"queue_job ({queue_job.describe(mode)})",
        "same_table": "bare loop on the engine's table",
        "lean_table": "bare loop on a table of its own",
    }
    table = [("", "jobs", "jobs/s", "lowest", "highest", "engine / this")]
    for name, title in names.items():
        jobs = few if name == "queue_job" else count
        values = found[name]
        table.append(
            (
                title,
                jobs,
                rate(speed[name]),
                rate(min(values)),
                rate(max(values)),
                ratios[name],
            )
        )
    notes = [
        f"Median of {ROUNDS} rounds in turn; batches of {batch}; one connection each, queue_job as it says.",
        "Each of the engine's jobs is of a record of its own, whose order it keeps.",
        f"Queued: {rate(statistics.median(queued))} jobs/s.",
        load(),
    ]
    figures = {
        "jobs_per_second": {name: rate(value) for name, value in speed.items()},
        "ratio_to_queue_job": ratios["queue_job"],
        "ratio_to_bare_loop": ratios["same_table"],
        "ratio_to_lean_loop": ratios["lean_table"],
        "enqueued_per_second": rate(statistics.median(queued)),
        "batch": batch,
        "jobs": count,
    }
    aims = [
        at_least("the engine to queue_job", speed["engine"] / speed["queue_job"], 50),
        at_least(
            "the engine to the bare loop", speed["engine"] / speed["same_table"], 0.5
        ),
    ]
    return Report("Engine: jobs that do nothing", table, notes, figures, aims)


def bare(site: EngineSite, table: str, flow: int, count: int, batch: int) -> float:
    """Seconds of the bare loop on the same number of rows."""
    loop = BareLoop(DATABASE, table)
    try:
        if table == LEAN:
            loop.fill_lean(count)
        else:
            site.forget_jobs()
            site.inside("enqueue", flows=[flow], count=count)
            site.database.rows("analyze integration_job")
        return loop.work(batch)
    finally:
        loop.close()
