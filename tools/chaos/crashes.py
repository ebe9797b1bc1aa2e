"""The crash matrix: kill -9 at every commit of push and pull, alone and beside a second worker; then more of the kind."""

import contextlib
import json
import os
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass

from bench.report import Report, rate
from chaos.servers import Servers
from chaos.site import Site
from chaos.verdict import judge
from harness import crm, erps, odoo, paths, processes
from harness.private_postgres import private
from harness.progress import say

DEALS = 2
PATIENCE = 90
# A lane is through by then.
MOST_BOUNDARIES = 60


@dataclass(frozen=True)
class Crash:
    """What became of one; counts are those of the ERP's books so far."""

    erp: str
    group: str
    is_stuck: bool
    duplicates: int
    losses: int
    unconfirmed: int
    seconds: float

    @property
    def is_bad(self) -> bool:
        """Something a person would have to look after."""
        return bool(self.is_stuck or self.duplicates or self.losses or self.unconfirmed)


class Matrix:
    """Runs lanes in children of one worker process, and looks into the ERP's books after each crash."""

    def __init__(self, site: Site):
        self.site = site
        # The lanes are ours alone here.
        for name in site.lanes:
            processes.stop(name)
        self.process = subprocess.Popen(
            [paths.VENV / "bin/python", paths.TOOLS / "chaos/worker.py", site.crm],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=odoo.environment(),
            cwd=paths.DEV,
            text=True,
        )
        self.read()
        self.rows = []
        self.leads = {kind: [] for kind in site.erps}

    def read(self) -> dict:
        """The worker's next answer; whatever else Odoo prints is none."""
        while line := self.process.stdout.readline():
            with contextlib.suppress(ValueError):
                return json.loads(line)
        raise RuntimeError("the worker process has ended")

    def ask(self, do: str, **values) -> dict:
        """One command."""
        self.process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.process.stdin.flush()
        return self.read()

    def win(self, kind: str, count: int = DEALS) -> list[int]:
        """Deals that wait in the queue."""
        found = self.ask(
            "win",
            connector=self.site.connectors[kind],
            count=count,
            mark=uuid.uuid4().hex[:10],
        )
        if "leads" not in found:
            raise RuntimeError(found["text"])
        self.leads[kind] += found["leads"]
        return found["leads"]

    def recover(self) -> tuple[float, str]:
        """Lanes run as they do all day, nobody helps; seconds until the queue is empty, and what is left in it."""
        started = time.monotonic()
        child = self.ask("run", wait_for=PATIENCE)["child"]
        found = self.ask("wait", child=child)
        return time.monotonic() - started, found["text"].strip()

    def count_open(self) -> int:
        """Jobs that are not through, of the connector that is at work."""
        return self.ask("count")["open"]

    def check(self, kind: str, what: str, workers: int) -> None:
        """Lanes do the rest; then one line of the table."""
        seconds, left = self.recover()
        self.note(kind, what, f"kill -9, {workers} at work", left, seconds)

    def note(self, kind: str, what: str, group: str, left: str, seconds: float) -> None:
        """One line of the table, from the ERP's books."""
        found = judge(self.site, kind, self.leads[kind])
        row = Crash(
            kind,
            group,
            left != "0",
            found["duplicates"] + found["customers_twice"],
            found["losses"],
            found["unconfirmed"],
            seconds,
        )
        self.rows.append(row)
        bad = f" BAD: {left} left, {found}" if row.is_bad else ""
        say(f"    {kind}: {what} ({group}): {seconds:.1f} s{bad}")

    def boundaries(self, kind: str, workers: int, after: bool) -> None:
        """Each commit in turn, until a lane gets through."""
        for number in range(1, MOST_BOUNDARIES + 1):
            self.win(kind)
            children = [self.ask("run", at=number, after=after)["child"]]
            if workers > 1:
                children.append(self.ask("run")["child"])
            first, *_others = [self.ask("wait", child=child) for child in children]
            where = first["text"].strip() or "-"
            when = "after" if after else "before"
            self.check(kind, f"{when} commit {number} ({where})", workers)
            if not first["killed"]:
                return

    def any_moment(self, kind: str) -> None:
        """kill -9 wherever the lane happens to be."""
        for seconds in (0.3, 0.8, 1.5, 2.5):
            self.win(kind, 6)
            child = self.ask("run")["child"]
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            self.ask("wait", child=child)
            self.check(kind, f"after {seconds} s", 1)

    def close(self) -> None:
        """The worker ends with its input."""
        self.process.stdin.close()
        self.process.wait(30)


def run(kinds) -> Report:
    """The whole matrix, on a PostgreSQL of its own: it is restarted and killed."""
    erps.provide_templates(crm.provide_base)
    wanted = [crm.BASE_TEMPLATE, *(erps.KINDS[kind].TEMPLATE for kind in kinds)]
    with private("crashes", wanted):
        site = Site(kinds, 1, name="crash")
        try:
            matrix = Matrix(site)
            servers = Servers(matrix)
            for kind in kinds:
                servers.run(kind)
                matrix.any_moment(kind)
                for workers in (2, 1):
                    for after in (True, False):
                        matrix.boundaries(kind, workers, after)
            matrix.close()
            figures = {kind: judge(site, kind, matrix.leads[kind]) for kind in kinds}
            return report(matrix.rows, figures)
        finally:
            site.close()


def report(rows: list[Crash], figures: dict) -> Report:
    """Crashes by ERP and kind; the worst of each."""
    table = [
        ("ERP", "what", "crashes", "stuck", "duplicates", "losses", "seconds, max")
    ]
    for erp, group in dict.fromkeys((row.erp, row.group) for row in rows):
        found = [row for row in rows if (row.erp, row.group) == (erp, group)]
        table.append(
            (
                erp,
                group,
                len(found),
                sum(row.is_stuck for row in found),
                max(row.duplicates for row in found),
                max(row.losses for row in found),
                f"{max(row.seconds for row in found):.1f}",
            )
        )
    for found in figures.values():
        del found["twice"], found["missing"]
    notes = [
        "After each crash nobody helps, and the ERP's own database is counted.",
        "Server: Odoo with two cron workers under a service manager; ERP, PostgreSQL or Odoo restarted or killed in the"
        " middle of a batch, lanes ended by the server's time limit.",
    ]
    machine = {
        "crashes": len(rows),
        "stuck": sum(row.is_stuck for row in rows),
        "bad": sum(row.is_bad for row in rows),
        "seconds_max": rate(max(row.seconds for row in rows)),
        **figures,
    }
    return Report("Crash matrix", table, notes, machine)
