"""What claiming and finishing a job costs when the queue's tables have grown."""

import statistics

from bench.engine.site import DATABASE, EngineSite, load
from bench.report import Report, at_most, rate
from bench.settings import Settings, choice, from_environment
from harness.progress import step

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 5
# Half of the rows are finished, the other half wait for a far day: the flow's own among them, as after an outage.
FILL = """
    insert into integration_job
        (flow_id, connector_id, company_id, res_model, res_id, operation, name, payload, idempotency_key, priority, state, attempts,
         crashes, next_try, finished_at, user_id, create_uid, write_uid, create_date, write_date)
    select flow.id, flow.connector_id, flow.company_id, 'res.partner', 1000000000 + number, 'store', 'Filling ' || number, '{"value": 1}',
           'filling-' || number, 10, case when is_finished then 'done' else 'retrying' end, 1, 0,
           now() at time zone 'utc' + case when is_finished then '-1 day' else '1 year' end::interval,
           case when is_finished then now() at time zone 'utc' - number * interval '1 second' end, 1, 1, 1,
           now() at time zone 'utc', now() at time zone 'utc'
      from generate_series(1, %s) as number, integration_flow flow, lateral (select number %% 2 = 0) as half(is_finished)
     where flow.id = %s
"""
FILL_EXCHANGES = """
    insert into integration_exchange (connector_id, batch, operation, request, response, status, create_date)
    select %s, md5(number::text), 'store', repeat('x', 200), repeat('y', 200), 200, now() at time zone 'utc'
      from generate_series(1, %s) as number
"""


def run(settings: Settings) -> Report:
    """The same jobs beside each number of rows, each in a database of its own, in turn: there and back again, so that a
    machine that gets slower does so for all of them."""
    count = from_environment("BENCH_JOBS", 4_000)
    sizes = choice("BENCH_SIZES", SIZES)
    costs = {size: [] for size in sizes}
    sites, flows = {}, {}
    try:
        for size in sizes:
            sites[size] = EngineSite(database=f"{DATABASE}_{size}")
            with step(f"{size} rows"):
                flows[size] = fill(sites[size], size)
        for number in range(ROUNDS):
            with step(f"round {number + 1} of {ROUNDS}"):
                for size in sizes if number % 2 else reversed(sizes):
                    # a process that has just started is slower: its first time is not counted
                    _first, seconds = sites[size].inside(
                        "enqueue_and_work",
                        flow=flows[size],
                        count=count,
                        rounds=2,
                        first=0,
                    )
                    costs[size].append(1000 * seconds / count)
                    clear(sites[size])
    finally:
        for site in sites.values():
            site.close(settings.keep)
    median = {size: statistics.median(values) for size, values in costs.items()}
    lowest = {size: min(values) for size, values in costs.items()}
    ratio = {size: median[size] / median[sizes[0]] for size in sizes}
    table = [
        ("rows in each table", "ms per job", "lowest", "highest", "to the smallest")
    ]
    table += [
        (
            f"{size:,}",
            rate(median[size]),
            rate(lowest[size]),
            rate(max(costs[size])),
            rate(ratio[size]),
        )
        for size in sizes
    ]
    notes = [
        f"Claiming and finishing {count} due jobs, median of {ROUNDS} rounds in turn; half of the rows are finished jobs,"
        " half wait for next year in the same flow; each job is of a record of its own; as many exchanges.",
        load(),
    ]
    growth = max(median.values()) / min(median.values())
    figures = {
        "ms_per_job": {str(size): rate(median[size]) for size in sizes},
        "lowest_ms_per_job": {str(size): rate(lowest[size]) for size in sizes},
        "ratio": rate(growth),
        "ratio_of_lowest": rate(max(lowest.values()) / min(lowest.values())),
        "jobs": count,
    }
    aims = [at_most("highest to lowest, medians", growth, 1.2)]
    return Report("Engine: growth", table, notes, figures, aims)


def fill(site: EngineSite, size: int) -> int:
    """So many rows in each of the two tables that grow; returns the flow they and the jobs to come are of."""
    [[connector, flow]] = site.inside("connectors", count=1, batch_size=100)
    site.database.rows(FILL, size, flow)
    site.database.rows(FILL_EXCHANGES, connector, size)
    vacuum(site)
    return flow


def clear(site: EngineSite) -> None:
    """Take the jobs of a round away: the next one begins with as many rows as this one."""
    site.database.rows("delete from integration_job where name not like 'Filling %%'")
    vacuum(site)


def vacuum(site: EngineSite) -> None:
    """What the server does by itself once enough has changed; here at a moment that is the same for each size."""
    for table in ("integration_job", "integration_exchange"):
        site.database.rows(f"vacuum analyze {table}")
