"""The crash matrix: kill -9 at every commit of push and pull, alone and beside a second worker; then more of the kind.

Before each kill at a commit something is shipped in the ERP: what the pull has to bring is missed if it does not come.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass

from bench.report import Report, rate
from chaos.boundaries import (
    CHANGES,
    FLOWS,
    STEPS,
    TAKING_UP,
    name_steps,
    wanted_boundaries,
)
from chaos.changes import Changes
from chaos.executing import Executing
from chaos.killer import Killer
from chaos.limits import Limits
from chaos.servers import Servers
from chaos.site import Site
from chaos.threads import Threads
from chaos.verdict import WRONGS, judge
from erp_actions import clerk
from harness import crm, erps, odoo, paths, processes
from harness.private_postgres import private
from harness.progress import say

DEALS = 2
WIN_TRIES = 3
PATIENCE = 90
# A lane may not come to a commit, as another one has done the work.
BOUNDARY_TRIES = 4
PARTS = ("servers", "executing", "limits", "lanes", "changes", "killer")
# An order of which the pull has not told yet that it was shipped.
UNSHIPPED = """
    select remote_id from integration_erp_order
     where connector_id = %s and state in ('confirmed', 'done') and delivery_state = 'waiting'
       and remote_id <> all(%s)
     order by id
     limit 1
"""
UNSEEN = """
    select count(*) from integration_erp_order
     where connector_id = %s and remote_id = any(%s) and delivery_state not in ('shipped', 'delivered')
"""
ASKED = """
    select name, error_message from integration_job
     where connector_id = %s and state in ('failed', 'attention')
     union all
    select remote_number, left_message from integration_erp_order
     where connector_id = %s and left_message is not null
     union all
    select name, integration_issue_message from crm_lead
     where id = any(%s) and integration_issue is not null
"""


@dataclass(frozen=True)
class Crash:
    """What became of one; counts are those of the ERP's books so far."""

    erp: str
    group: str
    is_stuck: bool
    duplicates: int
    losses: int
    others: int
    seconds: float
    # Nobody was killed: there were fewer commits than that.
    is_spared: bool = False
    trouble: str = ""

    @property
    def is_bad(self) -> bool:
        """Something a person would have to look after."""
        return bool(
            self.is_stuck
            or self.duplicates
            or self.losses
            or self.others
            or self.trouble
        )


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
        self.notes = []
        self.is_whole = True
        self.leads = {kind: [] for kind in site.erps}
        self.clerks = {kind: clerk(kind, erp) for kind, erp in site.erps.items()}
        self.shipped = {kind: [] for kind in site.erps}
        # Commits at which no lane could be killed.
        self.never_met = []
        # Of these, those that a lane has to come to: what is not played proves nothing.
        self.unreached = []

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
        for _try in range(WIN_TRIES):
            found = self.ask(
                "win",
                connector=self.site.connectors[kind],
                count=count,
                mark=uuid.uuid4().hex[:10],
            )
            # a lane may have written to the connector at the same time
            if "leads" in found:
                break
        else:
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

    def check(self, kind: str, what: str, group: str, is_spared: bool = False) -> None:
        """Lanes do the rest; then one line of the table."""
        seconds, left = self.recover()
        self.note(kind, what, group, left, seconds, is_spared=is_spared)

    def note(self, kind, what, group, left, seconds, trouble="", is_spared=False):
        """One line of the table, from the ERP's books and from what people here see."""
        found = judge(self.site, kind, self.leads[kind])
        connector = self.site.connectors[kind]
        asked = self.site.database.rows(ASKED, connector, connector, self.leads[kind])
        unseen = self.site.database.value(UNSEEN, connector, self.shipped[kind])
        twice = found["duplicates"] + found["customers_twice"]
        row = Crash(
            kind,
            group,
            left != "0",
            twice,
            found["losses"],
            sum(found[name] for name in WRONGS)
            - twice
            - found["losses"]
            + len(asked)
            + unseen,
            seconds,
            is_spared,
            trouble,
        )
        self.rows.append(row)
        if row.is_bad:
            found |= {"left": left, "asked": asked, "shipments_unseen": unseen}
            trouble = f" BAD: {trouble} {found}"
        say(f"    {kind}: {what} ({group}): {seconds:.1f} s{trouble}")

    @contextlib.contextmanager
    def scene(self, kind: str, what: str, group: str):
        """One that can't be played is a bad one, and the others are played all the same."""
        try:
            yield
        except (RuntimeError, OSError, TimeoutError, ValueError) as error:
            trouble = f"not played to its end: {error}"
            self.note(kind, what, group, "0", 0.0, trouble)

    def ship(self, kind: str) -> None:
        """News for the pull: an order of an earlier round leaves the ERP's warehouse."""
        connector = self.site.connectors[kind]
        rows = self.site.database.rows(UNSHIPPED, connector, self.shipped[kind])
        for (remote_id,) in rows:
            self.clerks[kind].ship(int(remote_id))
            self.shipped[kind].append(remote_id)

    def find_boundaries(self, kind: str) -> list[str]:
        """Names of the commits of a lane that gets through; those it has to have come first."""
        self.ship(kind)
        self.win(kind)
        child = self.ask("run", listen=True)["child"]
        seen = self.ask("wait", child=child)["text"].splitlines()
        self.check(kind, "not killed", make_group(1), is_spared=True)
        return list(dict.fromkeys([*wanted_boundaries(), *seen]))

    def leave_behind(self) -> None:
        """Jobs of a lane that died."""
        at = f"{FLOWS[0]}: {STEPS[0]}"
        self.ask("wait", child=self.ask("run", at=at, after=True)["child"])

    def bring_news(self, kind: str) -> None:
        """Work for the push and for the pull."""
        self.ship(kind)
        self.win(kind)

    def boundary(
        self, kind, name: str, workers: int, after: bool, happen=None, also=""
    ) -> None:
        """One commit; where the lane does not come to it, once more. Beside another one it is now the lane that starts
        first and now the one that starts last: which of them does what is theirs to settle.

        :param happen: callable(kind) that makes the work, where it is not what `bring_news` makes
        :param also: what else is to be said of it in the table
        """
        when = "after" if after else "before"
        for number in range(BOUNDARY_TRIES * workers):
            (happen or self.bring_news)(kind)
            if name == TAKING_UP:
                self.leave_behind()
            lanes = [{} for _lane in range(workers)]
            lanes[number % workers] = {"at": name, "after": after}
            children = [self.ask("run", **lane)["child"] for lane in lanes]
            ended = [self.ask("wait", child=child) for child in children]
            is_spared = not any(lane["killed"] for lane in ended)
            self.check(kind, f"{when} {name}", make_group(workers, also), is_spared)
            if not is_spared:
                return
        self.never_met.append(f"{kind}, {when} {name}, {workers} at work")
        if name in (*wanted_boundaries(), *name_steps(CHANGES)):
            self.unreached.append(self.never_met[-1])

    def any_moment(self, kind: str) -> None:
        """kill -9 wherever the lane happens to be."""
        for seconds in (0.3, 0.8, 1.5, 2.5):
            self.win(kind, 6)
            child = self.ask("run")["child"]
            time.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            self.ask("wait", child=child)
            self.check(kind, f"after {seconds} s", make_group(1))

    def run_lanes(self, kind: str) -> None:
        """kill -9 at any moment, then at each commit."""
        self.any_moment(kind)
        names = self.find_boundaries(kind)
        for workers in (1, 2):
            for after in (True, False):
                for name in names:
                    self.boundary(kind, name, workers, after)

    def close(self) -> None:
        """The worker ends with its input; one that was broken off may be waiting for a lane."""
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def make_group(workers: int, also: str = "") -> str:
    """What the table calls them."""
    return f"kill -9{also}, {workers} at work"


def run(kinds, parts=PARTS, name: str = "crash") -> Report:
    """The whole matrix, on a PostgreSQL of its own: it is restarted and killed.

    `name` is part of the names of all that is started: two runs side by side need two.
    """
    erps.provide_templates(crm.provide_base)
    wanted = [crm.BASE_TEMPLATE, *(erps.KINDS[kind].TEMPLATE for kind in kinds)]
    with private(name, wanted):
        site = Site(kinds, 1, name=name)
        try:
            matrix = Matrix(site)
            try:
                play(matrix, kinds, parts)
            except KeyboardInterrupt:
                matrix.notes.append("Broken off: what had been played is told.")
                matrix.is_whole = False
            matrix.close()
            figures = {kind: judge(site, kind, matrix.leads[kind]) for kind in kinds}
            return report(matrix, figures)
        finally:
            site.close()


def play(matrix: Matrix, kinds, parts) -> None:
    """All that is asked for."""
    servers = Servers(matrix)
    for kind in kinds:
        if "servers" in parts:
            servers.run(kind)
            Threads(servers).run(kind)
        if "executing" in parts:
            Executing(matrix).run(kind)
        if "lanes" in parts:
            matrix.run_lanes(kind)
        if "changes" in parts:
            Changes(matrix).run(kind)
        if "killer" in parts:
            Killer(matrix).run(kind)
    if "limits" in parts:
        Limits(matrix, servers).run(kinds)


def report(matrix: Matrix, figures: dict) -> Report:
    """Crashes by ERP and kind; the worst of each."""
    rows = matrix.rows
    table = [
        (
            "ERP",
            "what",
            "times",
            "stuck",
            "duplicates",
            "losses",
            "otherwise wrong",
            "seconds, max",
        )
    ]
    for erp, group in dict.fromkeys((row.erp, row.group) for row in rows):
        found = [row for row in rows if (row.erp, row.group) == (erp, group)]
        table.append(
            (
                erp,
                group,
                sum(not row.is_spared for row in found),
                sum(row.is_stuck for row in found),
                max(row.duplicates for row in found),
                max(row.losses for row in found),
                max(row.others for row in found) + sum(bool(r.trouble) for r in found),
                f"{max(row.seconds for row in found):.1f}",
            )
        )
    for found in figures.values():
        del found["twice"], found["missing"]
    notes = [
        "After each crash nobody helps, and the ERP's own database is counted.",
        "Otherwise wrong: not asked for, cancelled, unconfirmed, of another customer, content or total, not written down"
        " here, a person is asked, a shipment is not known here, or the scene was not played to its end.",
        "Server: Odoo with two cron workers under a service manager; ERP, PostgreSQL or Odoo restarted or killed in the"
        " middle of a batch.",
        *matrix.notes,
    ]
    if matrix.never_met:
        notes.append(f"No lane came to: {'; '.join(matrix.never_met)}.")
    if matrix.unreached:
        notes.append(f"But has to: {'; '.join(matrix.unreached)}.")
    machine = {
        "whole": matrix.is_whole,
        "crashes": sum(not row.is_spared for row in rows),
        "stuck": sum(row.is_stuck for row in rows),
        "bad": sum(row.is_bad for row in rows),
        "never_met": len(matrix.never_met),
        "unreached": len(matrix.unreached),
        "seconds_max": rate(max((row.seconds for row in rows), default=0.0)),
        **figures,
    }
    return Report("Crash matrix", table, notes, machine)
