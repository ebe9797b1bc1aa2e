"""One Odoo process that forks children to be killed: the registry is loaded once, each child then lives on its own.

Reads commands, one JSON a line, from standard input and answers each with one line:
`win` makes won deals; `run` works off the queue, and may kill itself at a commit; `wait` gives how a child ended;
`change` changes deals that were won; `count` tells how many jobs are not through; `retry` has what was set aside tried
again.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import odoo.sql_db
from odoo import api
from odoo.orm.registry import Registry
from odoo.tools import config

from chaos.boundaries import UNDER_WAY

CHILDREN = {}


def main(database: str) -> None:
    """Until standard input ends."""
    config.parse_config(["-d", database, "--no-http", "--log-level=critical"])
    Registry(database)
    # No connection may be shared between processes.
    odoo.sql_db.close_all()
    answer({"ready": True})
    for line in sys.stdin:
        command = json.loads(line)
        answer(COMMANDS[command.pop("do")](database, **command))


def answer(values) -> None:
    """To whoever started us."""
    print(json.dumps(values), flush=True)


def fork(work) -> int:
    """A child that does it; its number."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        code = 1
        try:
            os.close(reader)
            work(lambda text: os.write(writer, text.encode()))
            code = 0
        except BaseException as error:
            os.write(writer, f"\n{type(error).__name__}: {error}"[:500].encode())
        finally:
            os._exit(code)
    os.close(writer)
    CHILDREN[pid] = reader
    return pid


def wait(_database, child: int) -> dict:
    """How it ended, and what it said."""
    _pid, status = os.waitpid(child, 0)
    with os.fdopen(CHILDREN.pop(child)) as reader:
        text = reader.read()
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {"killed": killed, "code": os.waitstatus_to_exitcode(status), "text": text}


def win(database, connector: int, count: int, mark: str) -> dict:
    """Deals of new customers, won by a salesperson."""

    def work(say):
        with Registry(database).cursor() as cursor:
            env = api.Environment(cursor, api.SUPERUSER_ID, {})
            # The others only collect meanwhile.
            connectors = env["integration.connector"].search([])
            for item in connectors:
                values = {
                    "state": "running" if item.id == connector else "draft",
                    # The ERPs are well and answer within seconds.
                    "settle_seconds": 4,
                }
                # lanes that are at work write there as well
                if any(item[name] != value for name, value in values.items()):
                    item.write(values)
            seller = env["res.users"].search([("login", "like", "anna@")])
            product = env["product.product"].search(
                [("default_code", "=", "FILTER-10")]
            )
            leads = env["crm.lead"].create(
                [
                    {
                        "name": f"Crash {mark} {index}",
                        "type": "opportunity",
                        "user_id": seller.id,
                        "partner_name": f"Crash customer {mark}",
                        "email_from": f"{mark}@crash.example",
                        "lead_line_ids": [
                            (0, 0, {"product_id": product.id, "quantity": index + 1})
                        ],
                    }
                    for index in range(count)
                ]
            )
            leads[0]._handle_partner_assignment(create_missing=True)
            leads.partner_id = leads[0].partner_id
            leads.with_user(seller).action_set_won()
            env["integration.flow"].search(
                [
                    ("code", "=", "sale_status_pull"),
                    ("connector_id", "=", connector),
                ]
            )._enqueue_pull()
            say(json.dumps(leads.ids))

    found = wait(database, fork(work))
    return {"leads": json.loads(found["text"])} if not found["code"] else found


def change(database, deals: dict) -> dict:
    """What a salesperson does to deals whose orders are in the ERP; see `CHANGES`.

    :param deals: ``{what: ids}``
    """

    def work(_say):
        with Registry(database).cursor() as cursor:
            env = api.Environment(cursor, api.SUPERUSER_ID, {})
            seller = env["res.users"].search([("login", "like", "anna@")])
            for what, ids in deals.items():
                for lead in env["crm.lead"].with_user(seller).browse(ids):
                    CHANGES[what](lead)

    return wait(database, fork(work))


def change_quantity(lead) -> None:
    """One more of it."""
    lead.lead_line_ids[0].quantity += 1


def change_price(lead) -> None:
    """Agreed on by people."""
    lead.lead_line_ids[0].price_unit += 1.25


def change_lines(lead) -> None:
    """Another line, or without it again."""
    if more := lead.lead_line_ids[1:]:
        more.unlink()
    else:
        product = lead.env["product.product"].search(
            [("default_code", "=", "SEAL-KIT")]
        )
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 2})]


def give_up(lead) -> None:
    """A deal in the Won stage can't be lost: it is moved to another one first."""
    lead.stage_id = lead.env["crm.stage"].search([("is_won", "=", False)], limit=1)
    lead.action_set_lost()


def turn(lead) -> None:
    """Given up, or won again."""
    if lead.won_status == "won":
        give_up(lead)
    else:
        lead.action_unarchive()
        lead.action_set_won()


CHANGES = {
    "quantity": change_quantity,
    "price": change_price,
    "lines": change_lines,
    "turn": turn,
    "give up": give_up,
}


def run(
    database,
    at: str = "",
    after: bool = False,
    listen: bool = False,
    wait_for: float = 0,
    deadly: int = 0,
) -> dict:
    """A lane; with `at`, it is killed right before or after its first commit of that name, see `describe`; with `listen`,
    it says the names of all, a line each; with `deadly`, it is killed when it sends the order of that deal."""

    def work(say):
        if deadly:
            die_of(deadly)
        with Registry(database).cursor() as cursor:
            lane = api.Environment(cursor, api.SUPERUSER_ID, {})["integration.lane"]
            model, cron = type(lane), type(lane.env["ir.cron"])
            commit, commit_progress = model._commit, cron._commit_progress

            def do_or_die(name, do):
                if listen and name:
                    say(f"{name}\n")
                is_last = bool(at) and name == at
                if is_last and not after:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = do()
                if is_last:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            def commit_or_die(self):
                cursor.flush()
                # what has written nothing leaves nothing behind
                name = describe(sys._getframe(1)) if has_written(cursor) else ""
                do_or_die(name, lambda: commit(self))

            def commit_progress_or_die(self, *args, **values):
                return do_or_die(
                    "IrCron._commit_progress",
                    lambda: commit_progress(self, *args, **values),
                )

            model._commit = commit_or_die
            cron._commit_progress = commit_progress_or_die
            lane._run_lane()
            end = time.monotonic() + wait_for
            while time.monotonic() < end and count_open(cursor):
                time.sleep(0.2)
                lane.env.invalidate_all()
                lane._run_lane()
            if not at and not listen:
                say(str(count_open(cursor)))

    return {"child": fork(work)}


def die_of(deadly) -> None:
    """Whoever sends the order of this deal is dead."""
    # addons are found once Odoo has read its settings
    from odoo.addons.integration_hub.models.job_batch import JobBatch

    submit = JobBatch.submit

    def submit_or_die(batch, *args):
        if any(
            job.res_model == "crm.lead" and job.res_id == deadly
            for job in batch.requests
        ):
            os.kill(os.getpid(), signal.SIGKILL)
        return submit(batch, *args)

    JobBatch.submit = submit_or_die


def retry(database) -> dict:
    """What was set aside, as a person does who has mended the cause."""

    def work(_say):
        with Registry(database).cursor() as cursor:
            env = api.Environment(cursor, api.SUPERUSER_ID, {})
            env["integration.job"].search([("state", "=", "failed")]).action_retry()

    return {"child": fork(work)}


def describe(frame) -> str:
    """Which commit this is: of which flow, and in which step of a lane."""
    name = frame.f_code.co_qualname
    step = name.rpartition("<locals>")[0].strip(".") or name
    while frame:
        values = frame.f_locals
        holder = values.get("turn") or values.get("batch") or values.get("self")
        if flow := getattr(holder, "flow", None):
            return f"{flow.code}: {step}"
        frame = frame.f_back
    return step


def has_written(cursor) -> bool:
    """Whether there is anything to commit."""
    cursor.execute("select pg_current_xact_id_if_assigned() is not null")
    [[found]] = cursor.fetchall()
    return found


def count_jobs(database) -> dict:
    """How many jobs are not through."""

    def work(say):
        with Registry(database).cursor() as cursor:
            say(str(count_open(cursor)))

    return {"open": int(wait(database, fork(work))["text"])}


def count_open(cursor) -> int:
    """Jobs that are not through."""
    cursor.execute(
        f"select count(*) from integration_job where {UNDER_WAY}"
        " and connector_id in (select id from integration_connector where state = 'running')"
    )
    [[count]] = cursor.fetchall()
    cursor.commit()
    return count


COMMANDS = {
    "win": win,
    "change": change,
    "run": run,
    "wait": wait,
    "count": count_jobs,
    "retry": retry,
}

if __name__ == "__main__":
    main(sys.argv[1])
