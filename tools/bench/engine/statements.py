"""What the database has to do for a job: statements, commits, bytes of write-ahead log."""

from bench.engine.site import EngineSite, load
from bench.report import Report, rate
from bench.settings import Settings, choice, from_environment
from harness.progress import step

BATCHES = (1, 10, 100, 500)
ROUNDS = 3


def run(settings: Settings) -> Report:
    """By size of the batch."""
    count = from_environment("BENCH_JOBS", 5_000)
    table = [
        (
            "batch",
            "jobs",
            "statements/job",
            "commits/job",
            "log bytes/job",
            "queueing: log bytes/job",
        )
    ]
    figures = {}
    site = EngineSite()
    try:
        for batch in choice("BENCH_BATCHES", BATCHES):
            jobs = min(count, 100 * batch)
            with step(f"batches of {batch}"):
                [[_connector, flow]] = site.inside(
                    "connectors", count=1, batch_size=batch
                )
                rounds = [measure(site, flow, jobs) for _round in range(ROUNDS)]
            found = {
                # The log is the whole server's: others can only add to it.
                name: rate(min(values[name] for values in rounds) / jobs)
                for name in rounds[0]
            }
            figures[str(batch)] = found
            table.append((batch, jobs, *found.values()))
    finally:
        site.close(settings.keep)
    notes = [
        "Payload of 170 bytes, answer `true`, no exchange kept (this system makes no calls).",
        f"The log is counted for the whole server: the lowest of {ROUNDS} rounds.",
        load(),
    ]
    return Report("Engine: what the database does", table, notes, figures)


def measure(site: EngineSite, flow: int, jobs: int) -> dict:
    """One round."""
    site.forget_jobs()
    lsn = site.database.value("select pg_current_wal_lsn()")
    site.inside("enqueue", flows=[flow], count=jobs)
    queueing = log_since(site, lsn)
    site.database.rows("analyze integration_job")
    lsn = site.database.value("select pg_current_wal_lsn()")
    found = site.inside("work", expected=jobs)
    return {
        "statements": found["statements"],
        "commits": found["commits"],
        "log_bytes": log_since(site, lsn),
        "queueing_log_bytes": queueing,
    }


def log_since(site: EngineSite, lsn: str) -> float:
    """Bytes."""
    return float(site.database.value("select pg_current_wal_lsn() - %s::pg_lsn", lsn))
