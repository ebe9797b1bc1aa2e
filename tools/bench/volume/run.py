"""Ten thousand records through every flow but the push of orders, into and out of a copy of each real ERP."""

import os

import psycopg2

from bench.engine.site import load
from bench.report import Report, rate
from bench.settings import Settings, from_environment
from bench.volume.flows import FLOWS, Play, Run
from bench.volume.site import VolumeSite
from harness.errors import Stop
from harness.progress import say
from stage.json2 import CallError

COUNT = 10_000
# of one flow: the others are still worth knowing
FAILURES = (RuntimeError, CallError, Stop, psycopg2.Error)
HEAD = (
    "flow",
    "run",
    "records",
    "calls",
    "records/call",
    "seconds",
    "records/s",
    "statements/record",
    "peak MB",
    "longest run s",
    "to the first: seconds",
)


def run(settings: Settings) -> Report:
    """One ERP after the other; BENCH_ERPS and BENCH_FLOWS choose."""
    count = from_environment("BENCH_N", COUNT)
    flows = names("BENCH_FLOWS", FLOWS)
    table, notes, figures, failures = [("ERP", *HEAD)], [], {}, []
    for kind in names("BENCH_ERPS", ("odoo", "tryton")):
        site = VolumeSite(kind)
        try:
            play = Play(site, count)
            figures[kind] = {}
            for flow in flows:
                try:
                    figures[kind] |= measure(play, flow, table, notes)
                except FAILURES as error:
                    say(f"{kind}, {flow}: {error}")
                    failures.append(f"{kind}, {flow}: {error}")
        finally:
            site.close(settings.keep)
    notes += [
        "A lane of its own process works the queue off, as a scheduled action does; calls are those of the exchange log.",
        "Peak: the highest memory of that process, all of Odoo included.",
        load(),
    ]
    report = Report("Volume: all flows", table, notes, figures)
    if failures:
        report.show()
        raise RuntimeError("; ".join(failures))
    return report


def measure(play: Play, flow: str, table: list, notes: list) -> dict:
    """All runs of a flow."""
    figures, first = {}, {}
    for done in getattr(play, flow)():
        first.setdefault(done.flow, done)
        values = describe(done, first[done.flow])
        row = (play.site.kind, done.flow, done.title, *values.values())
        table.append(row)
        say("  ".join(map(str, row)))
        say(f"    calls: {done.found['operations']}")
        for text, number in done.found["often"]:
            say(f"    {number} x {text}")
        counted = ", ".join(f"{name} {n}" for name, n in done.counted.items())
        notes.append(f"{play.site.kind}, {done.flow}, {done.title}: counted {counted}")
        figures[f"{done.flow}, {done.title}"] = values | {"counted": done.counted}
    return figures


def describe(run: Run, first: Run) -> dict:
    """The figures of one run."""
    found = run.found
    return {
        "records": run.records,
        "calls": found["calls"],
        "records_per_call": rate(run.records / max(1, found["calls"])),
        "seconds": rate(found["seconds"]),
        "records_per_second": rate(run.records / found["seconds"]),
        "statements_per_record": rate(found["statements"] / run.records),
        "peak_mb": round(found["peak_mb"]),
        "longest_run": rate(found["longest_run"]),
        "to_first": rate(found["seconds"] / first.found["seconds"]),
    }


def names(variable: str, default: tuple) -> tuple:
    """Chosen by the environment, separated by commas."""
    chosen = os.environ.get(variable)
    return tuple(chosen.split(",")) if chosen else default
