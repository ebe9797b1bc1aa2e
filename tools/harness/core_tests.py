"""`make test-core`: Odoo's own tests of crm, sale and sale_crm, without and with the suite."""

import re
import subprocess

from . import commands, crm, odoo, paths, processes, templates
from .errors import Stop
from .progress import say, step
from .together import together

MODULES = ("crm", "sale", "sale_crm")
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run() -> int:
    """Both figures side by side; exit code 0 when the suite breaks nothing."""
    # The suite's standard dependencies are there in both, so that it is the difference.
    standard = sorted({*MODULES, *crm.standard_dependencies(crm.suite_addons())})
    halves = {
        "without": ("core_without", standard),
        "with": ("core_with", [*standard, *crm.suite_addons()]),
    }
    with step(f"Odoo's tests of {', '.join(MODULES)}, without and with the suite"):
        found = together(
            *(lambda half=half: run_fresh(*half) for half in halves.values())
        )
    figures = dict(zip(halves, found, strict=True))
    print(f"{'':18}{'tests':>8}{'failed':>8}{'errors':>8}")
    for title, (failed, errors, total) in figures.items():
        print(f"{title + ' the suite':18}{total:>8}{failed:>8}{errors:>8}")
    broken = failures("core_with") - failures("core_without")
    for name in sorted(broken):
        say(f"    with the suite only: {name}")
    return int(bool(broken) or figures["with"][2] < figures["without"][2])


def failures(database: str) -> set[str]:
    """Names of the tests that did not pass there."""
    log = (paths.LOGS / f"{database}.log").read_text()
    return set(re.findall(r" (?:FAIL|ERROR): (.+)", log))


def run_fresh(database: str, addons: list[str]) -> tuple[int, int, int]:
    """As `run_in`, in a new database that is gone afterwards."""
    templates.drop(database)
    templates.create(database)
    try:
        return run_in(database, addons)
    finally:
        templates.drop(database)


def run_in(database: str, addons: list[str]) -> tuple[int, int, int]:
    """Failed, errors and total, from the last line of Odoo's runner.

    Tests run while the addons are installed, as Odoo's own build does it: some of them
    fail in a database where addons that load later have left their columns.
    """
    tags = ",".join(f"/{name}" for name in MODULES)
    log = paths.LOGS / f"{database}.log"
    arguments = ["-d", database, "-i", ",".join(addons), "--test-tags", tags]
    arguments += ["--stop-after-init", "--http-port", str(processes.free_port())]
    with open(log, "w") as file, commands.temporary_folder() as folder:
        subprocess.call(
            odoo.command(*arguments),
            # no tests of ours run; that they are imported needs no ERPs
            env=odoo.environment(INTEGRATION_TEST_ERPS="", TMPDIR=folder),
            cwd=paths.DEV,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    found = RESULT.findall(log.read_text())
    if not found:
        raise Stop(f"Odoo's tests did not run: see {log}.")
    failed, errors, total = map(int, found[-1])
    return failed, errors, total
