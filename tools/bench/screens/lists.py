"""What opening a list costs when the tables have grown: queries and milliseconds, as the web client asks for it."""

from bench.engine.site import load
from bench.report import Report, rate
from bench.settings import Settings, from_environment
from harness import crm, odoo, paths, templates
from harness.progress import step

DATABASE = "lists_bench"
SMALL = {"jobs": 100, "leads": 100, "mappings": 100}


def run(settings: Settings) -> Report:
    """Few rows, then many; the same calls."""
    large = {
        "jobs": from_environment("BENCH_LIST_JOBS", 100_000),
        "leads": from_environment("BENCH_LIST_LEADS", 20_000),
        "mappings": from_environment("BENCH_LIST_MAPPINGS", 10_000),
    }
    templates.drop(DATABASE)
    crm.provide(DATABASE, crm.suite_addons())
    try:
        models = inside("prepare")
        found = {}
        first = 1
        for title, counts in (("few", SMALL), ("many", large)):
            with step(f"{counts['jobs']} jobs, {counts['leads']} opportunities"):
                more = {
                    name: count - (SMALL[name] if title == "many" else 0)
                    for name, count in counts.items()
                }
                inside("grow", models=models, first=first, **more)
                first += counts["jobs"]
                found[title] = inside("measure")
    finally:
        if not settings.keep:
            templates.drop(DATABASE)
    table = [
        ("list", "rows", "queries, few", "many", "ms, few", "many", "ms, many / few")
    ]
    for name, few in found["few"].items():
        many = found["many"][name]
        if not many["rows"]:
            raise RuntimeError(f"the list of {name} is empty: nothing was measured")
        if many["queries"] > few["queries"]:
            raise RuntimeError(
                f"the list of {name} takes {many['queries']} queries instead of"
                f" {few['queries']}"
            )
        table.append(
            (
                name,
                many["rows"],
                few["queries"],
                many["queries"],
                rate(few["ms"]),
                rate(many["ms"]),
                rate(many["ms"] / few["ms"]),
            )
        )
    notes = [
        "Each list as the web client opens it (views, first page of 20, count), the fastest of five times.",
        "Few: 100 of each; many: "
        + ", ".join(f"{count:,} {name}" for name, count in large.items())
        + ".",
        load(),
    ]
    figures = {
        name: {
            "queries_few": few["queries"],
            "queries_many": found["many"][name]["queries"],
            "ratio_ms": rate(found["many"][name]["ms"] / few["ms"]),
        }
        for name, few in found["few"].items()
    }
    return Report("Lists: queries when tables grow", table, notes, figures)


def inside(function: str, **arguments):
    """Call a function of `inside.py` in an Odoo process of its own."""
    script = paths.TOOLS / "bench/screens/inside.py"
    return odoo.shell_script(
        DATABASE, script, {"function": function, "arguments": arguments}
    )
