"""Memory of a process that works through very many jobs."""

from bench.engine.site import EngineSite, load
from bench.report import Report, at_most, rate
from bench.settings import Settings, from_environment
from harness.progress import step

PORTIONS = 10


def run(settings: Settings) -> Report:
    """One process, portion after portion."""
    count = from_environment("BENCH_JOBS", 100_000)
    portion = count // PORTIONS
    site = EngineSite()
    try:
        [[_connector, flow]] = site.inside("connectors", count=1, batch_size=100)
        with step(f"{count} jobs in one process"):
            found = site.inside(
                "memory_of_a_worker", flow=flow, count=count, portion=portion
            )
    finally:
        site.close(settings.keep)
    first, last = found[0], found[-1]
    table = [("jobs", "resident MB", "to the first")]
    table += [
        (portion * number, rate(kilobytes / 1024), f"{kilobytes / first:.3f}")
        for number, kilobytes in enumerate(found, start=1)
    ]
    notes = [
        "The process queues the jobs too, a portion at a time, then works it off.",
        load(),
    ]
    figures = {
        "jobs": count,
        "first_mb": rate(first / 1024),
        "last_mb": rate(last / 1024),
        "highest_mb": rate(max(found) / 1024),
        "growth_bytes_per_job": rate(1024 * (last - first) / (count - portion)),
        "ratio": round(last / first, 3),
    }
    # flat, but for what an allocator does
    aims = [at_most("the last portion to the first", figures["ratio"], 1.05)]
    return Report("Engine: memory of a worker", table, notes, figures, aims)
