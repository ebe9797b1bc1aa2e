"""One and two server processes with one to four lanes: how the engine's speed grows."""

from bench.engine.site import EngineSite, load
from bench.report import Report, rate
from bench.settings import Settings, choice, from_environment
from harness.progress import step

LANES = (1, 2, 3, 4)
PROCESSES = (1, 2)


def run(settings: Settings) -> Report:
    """Real servers whose scheduled actions work on the queue."""
    count = from_environment("BENCH_JOBS", 20_000)
    found = {}
    site = EngineSite()
    try:
        pairs = site.inside("connectors", count=4, batch_size=100)
        connectors = [connector for connector, _flow in pairs]
        flows = [flow for _connector, flow in pairs]
        for processes in choice("BENCH_PROCESSES", PROCESSES):
            for lanes in choice("BENCH_LANE_COUNTS", LANES):
                with step(f"{processes} processes, {lanes} lanes"):
                    found[processes, lanes] = measure(
                        site, connectors, flows, count, processes, lanes
                    )
    finally:
        site.close(settings.keep)
    slowest = next(iter(found.values()))
    table = [("server processes", "lanes", "jobs/s", "to the first line")]
    table += [
        (processes, lanes, rate(speed), rate(speed / slowest))
        for (processes, lanes), speed in found.items()
    ]
    notes = [
        f"{count} jobs of four connectors; lanes are the scheduled actions of threaded servers, which share one"
        " processor core per process.",
        load(),
    ]
    figures = {
        f"{processes}x{lanes}": rate(speed)
        for (processes, lanes), speed in found.items()
    }
    return Report("Engine: processes and lanes", table, notes, figures)


def measure(site, connectors, flows, count, processes, lanes) -> float:
    """Jobs per second by the database's clock, once all servers are up."""
    site.forget_jobs()
    site.set_lanes(0)
    running = "update integration_connector set state = %s where id = any(%s)"
    site.database.rows(running, "paused", connectors)
    site.inside("enqueue", flows=flows, count=count // len(flows))
    site.database.rows("analyze integration_job")
    site.set_lanes(lanes)
    # Each server takes its share of the lanes, never more.
    for number in range(processes):
        site.serve(f"lanes{number}", f"--max-cron-threads={-(-lanes // processes)}")
    site.database.rows(running, "running", connectors)
    site.wake_lanes()
    try:
        site.wait_until_done()
    finally:
        site.stop()
        site.set_lanes(0)
    return site.speed()
