"""`make test-core`: Odoo's own tests of crm, sale and sale_crm, without and with the suite."""

import re
import subprocess

from . import crm, odoo, paths, processes, templates
from .errors import Stop
from .progress import say, step

MODULES = ("crm", "sale", "sale_crm")
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run() -> int:
    """Both figures side by side; exit code 0 when the suite breaks nothing."""
    figures = {}
    for title, database, addons in (
        ("without", "core_without", []),
        ("with", "core_with", crm.suite_addons()),
    ):
        with step(f"Odoo's tests of {', '.join(MODULES)} {title} the suite"):
            crm.provide(database, addons, fresh=True)
            figures[title] = run_in(database)
            templates.drop(database)
    print(f"{'':18}{'tests':>8}{'failed':>8}{'errors':>8}")
    for title, (failed, errors, total) in figures.items():
        print(f"{title + ' the suite':18}{total:>8}{failed:>8}{errors:>8}")
    failures = {title: found[0] + found[1] for title, found in figures.items()}
    return int(failures["with"] > failures["without"])


def run_in(database: str) -> tuple[int, int, int]:
    """Odoo's runner tests what it updates; failed, errors and total from its last line."""
    tags = ",".join(f"/{name}" for name in MODULES)
    log = paths.LOGS / f"{database}.log"
    arguments = ["-d", database, "-u", ",".join(MODULES), "--test-tags", tags]
    arguments += ["--stop-after-init", "--http-port", str(processes.free_port())]
    with open(log, "w") as file:
        subprocess.call(
            odoo.command(*arguments),
            env=odoo.environment(),
            cwd=paths.DEV,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    found = RESULT.findall(log.read_text())
    if not found:
        raise Stop(f"Odoo's tests did not run: see {log}.")
    failed, errors, total = map(int, found[-1])
    for line in log.read_text().splitlines():
        if re.search(r" (FAIL|ERROR): ", line):
            say("    " + line.split(" ", 6)[-1])
    return failed, errors, total
