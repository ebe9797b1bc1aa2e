"""The engine under the PostgreSQL settings that docs/operations.md advises, each beside the server's defaults; then with ten
and a hundred times the jobs."""

import statistics

from bench.engine import many_jobs
from bench.engine.growth import clear, fill
from bench.engine.site import EngineSite, load
from bench.report import Report, rate
from bench.settings import Settings, from_environment
from harness import crm, postgres
from harness.private_postgres import private
from harness.progress import step
from stage.database import Database

# What PostgreSQL takes by itself: the others are compared with this. The harness has other values, for tests.
DEFAULTS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "on",
    # A minute otherwise; but a round lasts for seconds.
    "autovacuum_naptime": "1s",
}
# As the page has it.
TABLE = """
    alter table integration_job set (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0)
"""
NO_TABLE = """
    alter table integration_job reset (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_cost_delay)
"""
# Name: what differs from the defaults, and whether the queue's table is vacuumed as advised.
VARIANTS = {
    "defaults": ({}, False),
    "synchronous_commit = off": ({"synchronous_commit": "off"}, False),
    "shared_buffers = 1GB": ({"shared_buffers": "1GB"}, False),
    "max_wal_size = 8GB": ({"max_wal_size": "8GB"}, False),
    "jit = off": ({"jit": "off"}, False),
    "autovacuum of the queue": ({}, True),
    "all of these but synchronous_commit": (
        {"shared_buffers": "1GB", "max_wal_size": "8GB", "jit": "off"},
        True,
    ),
}


def run(settings: Settings) -> Report:
    """Each variant in turn, there and back again: what becomes slower with time does so for all of them."""
    rounds = from_environment("BENCH_ROUNDS", 2)
    count = from_environment("BENCH_JOBS", 5_000)
    filled = from_environment("BENCH_FILLED", 100_000)
    crm.provide_base()
    with private("bench", [crm.BASE_TEMPLATE]):
        postgres.restart_with(DEFAULTS)
        site = EngineSite()
        try:
            with step(f"{filled} rows"):
                flow = fill(site, filled)
            found = {name: [] for name in VARIANTS}
            for number in range(rounds):
                with step(f"round {number + 1} of {rounds}"):
                    names = list(VARIANTS)
                    for name in names if number % 2 else reversed(names):
                        found[name].append(measure(site, flow, count, *VARIANTS[name]))
            restart(site, DEFAULTS)
            grown = many_jobs.measure(site)
        finally:
            site.close(settings.keep)
    return report(found, count, filled, rounds, grown)


def restart(site: EngineSite, values: dict) -> None:
    """The server with these settings."""
    site.database.close()
    postgres.restart_with(DEFAULTS | values)
    site.database = Database(site.name)


def measure(site: EngineSite, flow: int, count: int, values: dict, table: bool) -> dict:
    """One round of one variant."""
    restart(site, values)
    site.database.rows(TABLE if table else NO_TABLE)
    # A process that has just started is slower, as is a server: its first time is not counted.
    _first, seconds = site.inside(
        "enqueue_and_work", flow=flow, count=count, rounds=2, first=0
    )
    dead = site.database.value(
        "select n_dead_tup from pg_stat_user_tables where relname = 'integration_job'"
    )
    clear(site)
    return {"speed": count / seconds, "dead": dead}


def report(found: dict, count: int, filled: int, rounds: int, grown: Report) -> Report:
    """A ratio is that of the medians; how far two rounds of one variant lie apart stands beside it."""
    speeds = {name: [item["speed"] for item in items] for name, items in found.items()}
    median = {name: statistics.median(values) for name, values in speeds.items()}
    dead = {
        name: statistics.median(item["dead"] for item in items)
        for name, items in found.items()
    }
    table = [("", "jobs/s", "lowest", "highest", "to the defaults", "dead rows left")]
    table += [
        (
            name,
            rate(median[name]),
            rate(min(speeds[name])),
            rate(max(speeds[name])),
            rate(median[name] / median["defaults"]),
            rate(dead[name]),
        )
        for name in VARIANTS
    ]
    notes = [
        f"Claiming and finishing {count} jobs in batches of 100, one lane, median of {rounds} rounds in turn, beside"
        f" {filled} other rows; a PostgreSQL of its own, restarted before each round, that flushes to disk.",
        "Defaults are PostgreSQL's, but for autovacuum_naptime = 1s: a round lasts for seconds.",
        load(),
    ]
    figures = {
        "jobs_per_second": {name: rate(value) for name, value in median.items()},
        "ratio": {
            name: rate(value / median["defaults"]) for name, value in median.items()
        },
        "dead_rows": {name: rate(value) for name, value in dead.items()},
        "jobs": count,
        "rows": filled,
        "many_jobs": grown.figures,
    }
    title = "Engine: PostgreSQL's settings"
    return Report(title, table, notes, figures, parts=[grown])
