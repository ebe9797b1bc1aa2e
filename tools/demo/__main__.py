"""`make demo` (no argument) and `make serve` (`serve`)."""

import argparse
import sys
import time
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo import flows, play, scene, table  # noqa: E402 (the path above comes first)
from demo.deals import DEALS  # noqa: E402
from demo.erp_view import FIND, SEE  # noqa: E402
from erp_actions import clerk  # noqa: E402
from erp_actions.odoo_clerk import ClerkError  # noqa: E402
from harness import commands, processes  # noqa: E402
from harness.ending import end_politely  # noqa: E402
from harness.errors import Stop  # noqa: E402
from harness.progress import say, step  # noqa: E402
from stage import connectors, crm, people  # noqa: E402
from stage.alone import alone  # noqa: E402
from stage.database import Database  # noqa: E402
from stage.json2 import CallError  # noqa: E402

# Tryton's web client is no Python package; its server is there for the desktop client and for the API.
WEB_CLIENT = {
    "odoo": "",
    "tryton": "  (no web client here; its desktop client takes database erp_tryton_demo)",
}


def demo() -> int:
    """Play all deals; 0 only when every row of the table is right."""
    with alone("demo"):
        were_running = scene.running()
        try:
            return play_all(scene.provide())
        finally:
            # Leave the machine as it was; the data stays.
            stop(name for name in scene.names() if name not in were_running)


def play_all(stage: scene.Scene) -> int:
    """From the salesperson's first line to the table."""
    database = Database(scene.DATABASE)
    first = next(iter(DEALS.values()))[0]
    query = "select count(*) from crm_lead where starts_with(name, %s)"
    earlier = database.value(query, first.name)
    suffix = f" #{earlier + 1}" if earlier else ""
    played = []
    with step("Anna writes opportunities and quotations"):
        for kind, deals in DEALS.items():
            played += [
                play.write_deal(stage.seller, kind, deal, suffix) for deal in deals
            ]
    say("==> Anna wins them, one after the other")
    clerks = {kind: clerk(kind, erp) for kind, erp in stage.erps.items()}
    for won in played:
        play.win(stage.seller, database, won)
        orders = FIND[won.kind](clerks[won.kind], won.key)
        won.order = orders[0]
        say(f"    {won.name}: in {won.kind.capitalize()} after {won.seconds:.1f} s")
    database.close()
    say("==> Karin ships, invoices and books payments in the ERPs")
    for won in played:
        play.act(clerks[won.kind], won)
        say(f"    {won.name}: {won.deal.story}")
    with step("the status is fetched"):
        for connector in stage.connectors.values():
            connectors.run_flow(stage.admin, connector, "sale_status_pull")
    is_right = judge(stage, clerks, played) == 0
    others = [row for kind in stage.erps for row in flows.Flows(stage, kind).play()]
    print()
    flows.show(others)
    wrong = [row for row in others if not row.is_right]
    print(
        f"\nOf the other flows, {len(others) - len(wrong)} of {len(others)} are the same on both sides."
    )
    return 0 if is_right and not wrong else 1


def judge(stage: scene.Scene, clerks: dict, played: list[play.Won]) -> int:
    """The table, and what is wrong in it."""
    rows, faults, cents = [], [], []
    tolerances = {kind: scene.tolerance(stage, kind) for kind in stage.erps}
    for won in played:
        here = table.look(stage.seller, won)
        orders = FIND[won.kind](clerks[won.kind], won.key)
        there = SEE[won.kind](clerks[won.kind], won.order)
        rows.append(table.row(won, here))
        found = table.find_faults(won, here, there, len(orders), tolerances[won.kind])
        faults += [f"{won.name}: {fault}" for fault in found]
        if there.total != here.total:
            cents.append(
                f"{won.name} by {abs(there.total - here.total)} {there.currency}"
            )
    print()
    table.show(rows)
    print()
    for fault in faults:
        print(f"WRONG  {fault}")
    if faults:
        return 1
    print(
        f"All {len(rows)} rows are as the ERPs' own interfaces say. `make serve` shows them in the CRM."
    )
    if cents:
        print(
            "Totals that differ by no more than the flow's tolerance count as the same: "
            + ", ".join(cents)
            + "."
        )
    return 0


def serve(port: int | None) -> int:
    """The CRM and its ERPs until Ctrl-C, or until `make stop`."""
    with alone("demo"):
        # Said at once, not when the ERPs are up.
        crm.check_port(scene.DATABASE, port)
        try:
            show_logins(scene.provide(port))
            while scene.DATABASE in scene.running():
                time.sleep(1)
            say(f"{scene.DATABASE} has ended.")
        except KeyboardInterrupt:
            say("")
        finally:
            stop(scene.names())
    return 0


def show_logins(stage: scene.Scene) -> None:
    """Where to look, and as whom."""
    logins = people.logins(scene.DATABASE)
    print(f"\nCRM            {stage.record['url']}")
    for person in people.PEOPLE:
        print(
            f"               {person['login']} / {logins[person['login']]['password']}  ({person['job']})"
        )
    for kind, erp in stage.erps.items():
        print(f"ERP ({kind})".ljust(15) + erp["url"] + WEB_CLIENT[kind])
        for who, job in ((erp["clerk"], "clerk"), (erp["admin"], "administrator")):
            print(f"               {who['login']} / {who['password']}  ({job})")
    print("\nCtrl-C ends them.", flush=True)


def stop(names) -> None:
    """End these servers."""
    for name in names:
        if processes.stop(name):
            say(f"ended {name}")


def main(arguments: list[str]) -> int:
    """Whatever ends it is one plain sentence."""
    parser = argparse.ArgumentParser("demo")
    parser.add_argument("what", nargs="?", choices=("demo", "serve"), default="demo")
    parser.add_argument("--port")
    options = parser.parse_args(arguments)
    end_politely()
    try:
        if options.what == "serve":
            return serve(processes.checked_port(options.port))
        return demo()
    except Stop as problem:
        say(f"\n{problem}")
    except (CallError, ClerkError, OSError, psycopg2.Error) as problem:
        say("\n" + commands.explain(str(problem), "The demo"))
    except KeyboardInterrupt:
        say("\nBroken off; run the command again.")
    return 1


sys.exit(main(sys.argv[1:]))
