"""The crash matrix: kill -9 at every commit of push and pull, alone and beside a second worker; then more of the kind."""

import contextlib
import json
import os
import signal
import subprocess
import time
import uuid
from collections import Counter

from bench.report import Report
from chaos.site import Site
from chaos.verdict import judge
from harness import erps, odoo, paths, processes
from harness.progress import say

DEALS = 2
PATIENCE = 90
# A lane commits on and on; after the first batches nothing new comes.
MOST_BOUNDARIES = {1: 40, 2: 16}


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

    def check(self, kind: str, what: str, workers: int) -> None:
        """One line of the table."""
        seconds, left = self.recover()
        found = judge(self.site, kind, self.leads[kind])
        self.rows.append(
            (
                kind,
                what,
                workers,
                left,
                found["duplicates"],
                found["losses"],
                found["customers_twice"],
                seconds,
            )
        )
        bad = (
            left != "0"
            or found["duplicates"]
            or found["losses"]
            or found["customers_twice"]
        )
        say(
            f"    {kind}: {what}, {workers} workers: {seconds:.1f} s{' BAD ' + str((left, found)) if bad else ''}"
        )

    def boundaries(self, kind: str, workers: int, after: bool) -> None:
        """Each commit in turn, until a lane gets through."""
        for number in range(1, MOST_BOUNDARIES[workers] + 1):
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

    def erp_killed(self, kind: str) -> None:
        """kill -9 of the ERP while it works on a batch."""
        name = f"erp_{kind}_{self.site.name}"
        self.win(kind, 8)
        proxy = self.site.proxies[kind]
        armed = proxy.arm("answer delayed", "order")
        child = self.ask("run")["child"]
        armed.struck.wait(30)
        record = processes.read_record(name)
        os.kill(record["pid"], signal.SIGKILL)
        time.sleep(1)
        erps.KINDS[kind].serve(name, record["database"])
        self.ask("wait", child=child)
        self.check(kind, "ERP killed in a batch", 1)

    def time_limit(self, kind: str) -> None:
        """What a server does with a lane beyond limit_time_real_cron: SIGKILL, wherever it is."""
        for seconds in (0.3, 0.8, 1.5, 2.5):
            self.win(kind, 6)
            child = self.ask("run")["child"]
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            self.ask("wait", child=child)
            self.check(kind, f"time limit after {seconds} s", 1)

    def close(self) -> None:
        """The worker ends with its input."""
        self.process.stdin.close()
        self.process.wait(30)


def run(kinds) -> Report:
    """The whole matrix."""
    site = Site(kinds, 1, name="crash")
    try:
        matrix = Matrix(site)
        for kind in kinds:
            matrix.erp_killed(kind)
            matrix.time_limit(kind)
            for workers in (2, 1):
                for after in (True, False):
                    matrix.boundaries(kind, workers, after)
        matrix.close()
        figures = {kind: judge(site, kind, matrix.leads[kind]) for kind in kinds}
        return report(matrix, figures)
    finally:
        site.close()


def report(matrix: Matrix, figures: dict) -> Report:
    """Crashes by ERP and number of workers; the worst of each."""
    table = [
        ("ERP", "workers", "crashes", "stuck", "duplicates", "losses", "seconds, max")
    ]
    groups = Counter((kind, workers) for kind, _what, workers, *_rest in matrix.rows)
    for (kind, workers), count in groups.items():
        rows = [row for row in matrix.rows if row[0] == kind and row[2] == workers]
        table.append(
            (
                kind,
                workers,
                count,
                sum(row[3] != "0" for row in rows),
                max(row[4] for row in rows),
                max(row[5] for row in rows),
                f"{max(row[7] for row in rows):.1f}",
            )
        )
    notes = [
        "After each crash the lanes run again, and the ERP's own database is counted."
    ]
    return Report(
        "Crash matrix", table, notes, {"crashes": len(matrix.rows), **figures}
    )
