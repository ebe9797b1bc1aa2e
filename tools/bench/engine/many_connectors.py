"""A hundred connectors, one dead and one slow: do the others notice?"""

import statistics

from bench.engine.site import EngineSite, load
from bench.report import Report, at_least, rate
from bench.settings import Settings, from_environment
from harness.progress import step

ROUNDS = 5


def run(settings: Settings) -> Report:
    """All well, and two of them ill, in turn; the speed is that of the other 98."""
    count = from_environment("BENCH_JOBS", 400)
    connectors = from_environment("BENCH_CONNECTORS", 100)
    found = {"well": [], "ill": []}
    site = EngineSite()
    try:
        pairs = site.inside(
            "connectors", count=connectors, batch_size=20, connect_timeout=5.0
        )
        for number in range(ROUNDS):
            with step(f"round {number + 1} of {ROUNDS}"):
                for state, urls in (
                    ("well", ("http://idle", "http://idle")),
                    ("ill", ("http://dead", "http://slow")),
                ):
                    found[state].append(measure(site, pairs, urls, count))
    finally:
        site.close(settings.keep)
    speed = {state: statistics.median(values) for state, values in found.items()}
    ratio = speed["ill"] / speed["well"]
    table = [("", "jobs", "jobs/s of the 98", "lowest", "highest", "to all well")]
    jobs = count * (connectors - 2)
    for state, title in (("well", "all well"), ("ill", "one dead, one slow")):
        values = found[state]
        table.append(
            (
                title,
                jobs,
                rate(speed[state]),
                rate(min(values)),
                rate(max(values)),
                rate(speed[state] / speed["well"]),
            )
        )
    notes = [
        f"{connectors} connectors with {count} jobs each, one lane, batches of 20, one call at once each; the dead"
        " one answers nothing for 5 s, the slow one takes 2 s for a call.",
        load(),
    ]
    figures = {
        "connectors": connectors,
        "jobs_per_second": {state: rate(value) for state, value in speed.items()},
        "ratio": rate(ratio),
        "ratio_of_highest": rate(max(found["ill"]) / max(found["well"])),
    }
    aims = [at_least("the others' speed to all well", ratio, 0.95)]
    return Report("Engine: a hundred connectors", table, notes, figures, aims)


def measure(site: EngineSite, pairs, urls, count: int) -> float:
    """One lane of a real server until the 98 are through."""
    site.forget_jobs()
    site.set_lanes(0)
    ill, others = [pair[0] for pair in pairs[:2]], [pair[0] for pair in pairs[2:]]
    site.database.rows(
        "update integration_connector set state = 'paused', failures_in_a_row = 0, resting_until = null"
    )
    for connector, url in zip(ill, urls, strict=True):
        site.database.rows(
            "update integration_connector set url = %s where id = %s", url, connector
        )
    site.inside("enqueue", flows=[pair[1] for pair in pairs], count=count)
    site.database.rows("analyze integration_job")
    site.set_lanes(1)
    site.serve("connectors", "--max-cron-threads=1")
    site.database.rows("update integration_connector set state = 'running'")
    site.wake_lanes()
    try:
        site.wait_until_done(others)
    finally:
        site.stop()
        site.set_lanes(0)
    return site.speed(others)
