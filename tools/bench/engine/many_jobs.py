"""Ten and a hundred times the jobs: a long queue, what it leaves on disk, and taking old jobs away while lanes work."""

import statistics
from concurrent.futures import ThreadPoolExecutor

from bench.engine.growth import vacuum
from bench.engine.site import EngineSite, load
from bench.report import Report, rate
from bench.settings import choice, from_environment
from harness.progress import step

LENGTHS = (10_000, 100_000, 1_000_000)
# Finished ones that housekeeping is looked at with.
OLD = 300_000
ROUNDS = 2
# More than a lane takes while it is looked at.
WAITING = 60_000
SECONDS = 3.0
# Alone; beside a lane it begins with that and ends after it.
HOUSEKEEPING_SECONDS = 4.0
# As `_enqueue` leaves them, each of a record of its own; what is done has been for longer than it is kept.
QUEUE = """
    insert into integration_job
        (flow_id, connector_id, company_id, res_model, res_id, operation, name, payload, idempotency_key, priority, state,
         attempts, crashes, next_try, finished_at, user_id, create_uid, write_uid, create_date, write_date)
    select flow.id, flow.connector_id, flow.company_id, 'res.partner', 2000000000 + %(first)s - number, 'store',
           'Queued ' || number, '{"value": 1}', 'queued-' || number, 10, %(state)s, 0, 0,
           now() at time zone 'utc' - interval '1 minute',
           case when %(state)s = 'done' then now() at time zone 'utc' - interval '1 year' end, 1, 1, 1,
           now() at time zone 'utc', now() at time zone 'utc'
      from generate_series(%(first)s + 1, %(first)s + %(count)s) as number, integration_flow flow
     where flow.id = %(flow)s
"""


class Queue:
    """Of one flow, filled by SQL: how jobs are queued is measured elsewhere."""

    def __init__(self, site: EngineSite, flow: int):
        self.site, self.flow = site, flow
        self.first = 0

    def add(self, count: int, state: str = "waiting") -> None:
        """So many more."""
        with self.site.database.connection.cursor() as cursor:
            values = {
                "first": self.first,
                "count": count,
                "state": state,
                "flow": self.flow,
            }
            cursor.execute(QUEUE, values)
        self.first += count

    def work(self) -> dict:
        """One lane for a while: how many jobs, and seconds."""
        return self.site.inside("work_for", seconds=SECONDS)

    def work_off(self, count: int) -> None:
        """So many, however long it takes."""
        self.site.inside("work", expected=count)

    def megabytes(self) -> float:
        """Of the table, with its indexes."""
        size = "select pg_total_relation_size('integration_job') / 1e6"
        return float(self.site.database.value(size))


def measure(site: EngineSite) -> Report:
    """On a server that has PostgreSQL's defaults and flushes."""
    lengths = choice("BENCH_LENGTHS", LENGTHS)
    sample = from_environment("BENCH_SAMPLE", 10_000)
    [[_connector, flow]] = site.inside("connectors", count=1, batch_size=100)
    table = [("", "figure", "unit")]
    figures = {"waiting": {}}
    for length in lengths:
        with step(f"{length} jobs wait"):
            site.forget_jobs()
            queue = Queue(site, flow)
            queue.add(length)
            vacuum(site)
            before = queue.megabytes()
            found = queue.work()
            taken, speed = found["jobs"], speed_of(found)
        figures["waiting"][str(length)] = {
            "jobs_per_second": rate(speed),
            "worked_off": taken,
            "hours_for_all": rate(length / speed / 3600),
            "megabytes": rate(before),
        }
        table += [
            (f"{length:,} wait, {taken:,} of them worked off", rate(speed), "jobs/s"),
            ("    all of them at this speed", rate(length / speed / 3600), "h"),
            ("    table and indexes", rate(before), "MB"),
        ]
    with step(f"what {sample} jobs leave on disk"):
        figures["disk"] = weigh(site, queue, sample)
    old = from_environment("BENCH_OLD", OLD)
    with step(f"housekeeping of {old} jobs"):
        figures["housekeeping"] = keep_house(site, queue, old)
    table += tell(figures, old)
    notes = [
        "A long queue is filled by SQL, and only a part of it worked off; the time for all is worked out from that.",
        "Lanes beside housekeeping: another process; what the two get of it depends on the cores there are.",
        load(),
    ]
    return Report("Engine: ten and a hundred times the jobs", table, notes, figures)


def weigh(site: EngineSite, queue: Queue, count: int) -> dict:
    """Disk that finished jobs take, as lanes leave them, before and after autovacuum has been there."""
    site.forget_jobs()
    before = queue.megabytes()
    queue.add(count)
    queue.work_off(count)
    left = queue.megabytes()
    vacuum(site)
    # the same once more: it has the room that the first ones have left
    queue.add(count)
    queue.work_off(count)
    vacuum(site)
    return {
        "kilobytes_per_1000": rate(1e6 * (left - before) / count),
        "kilobytes_per_1000_after_vacuum": rate(
            1e6 * (queue.megabytes() - left) / count
        ),
    }


def speed_of(found: dict) -> float:
    """Jobs a second."""
    return found["jobs"] / found["seconds"]


def keep_house(site: EngineSite, queue: Queue, size: int) -> dict:
    """Old jobs are removed, alone and beside a lane; and what becomes of the table's size."""
    site.forget_jobs()
    queue.add(size, "done")
    vacuum(site)
    full = queue.megabytes()
    alone, beside, removed, lane = [], [], 0, []
    for _round in range(ROUNDS):
        found = site.inside("remove_old", seconds=HOUSEKEEPING_SECONDS)
        if found["removed"]:
            alone.append(found["removed"] / found["seconds"])
        removed += found["removed"]
        queue.add(WAITING)
        lane.append(speed_of(queue.work()))
        with ThreadPoolExecutor(1) as pool:
            housekeeping = pool.submit(
                site.inside, "remove_old", seconds=SECONDS + HOUSEKEEPING_SECONDS
            )
            beside.append(speed_of(queue.work()))
            found = housekeeping.result()
        removed += found["removed"]
        site.database.rows("delete from integration_job where state = 'waiting'")
    dead = site.database.value(
        "select n_dead_tup from pg_stat_user_tables where relname = 'integration_job'"
    )
    left = site.database.value(
        "select count(*) from integration_job where finished_at < now() - interval '100 days'"
    )
    vacuum(site)
    return {
        "removed_per_second": rate(statistics.median(alone)),
        "lane_alone": rate(statistics.median(lane)),
        "lane_beside": rate(statistics.median(beside)),
        "ratio": rate(statistics.median(beside) / statistics.median(lane)),
        "rows": size,
        "removed": removed,
        # where nothing is left, it was over before the lane was
        "left": left,
        "megabytes_full": rate(full),
        "dead_rows": dead,
        "megabytes_after": rate(queue.megabytes()),
    }


def tell(figures: dict, size: int) -> list[tuple]:
    """Rows of the table."""
    disk, kept = figures["disk"], figures["housekeeping"]
    return [
        ("1,000 finished jobs, in an empty table", disk["kilobytes_per_1000"], "kB"),
        (
            "    the next ones, after a vacuum",
            disk["kilobytes_per_1000_after_vacuum"],
            "kB",
        ),
        (f"housekeeping of {size:,} jobs", kept["removed_per_second"], "jobs/s"),
        ("    a lane with that many rows", kept["lane_alone"], "jobs/s"),
        ("    the same while housekeeping runs", kept["lane_beside"], "jobs/s"),
        (f"table with {size:,} finished jobs", kept["megabytes_full"], "MB"),
        (
            f"    {kept['removed']:,} removed, {kept['left']:,} left: after a vacuum",
            kept["megabytes_after"],
            "MB",
        ),
        ("    dead rows before that vacuum", kept["dead_rows"], "rows"),
    ]
