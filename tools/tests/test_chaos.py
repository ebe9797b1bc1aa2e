"""What the fault campaign counts, and how its servers are kept running."""

import ast
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest
from chaos import __main__ as command
from chaos import boundaries, crashes
from chaos.campaign import STRIKES, Campaign, Event
from chaos.crashes import Crash
from chaos.faults import FAULTS
from chaos.limits import frozen
from chaos.proxy import fits
from chaos.summary import find_gaps, make_report, quantiles
from chaos.verdict import WRONGS, Deal, Order, compare, find_wrongs

from harness import paths


class FakeCampaign:
    seed, seconds, person = 7, 120.0, {}
    after_won = SimpleNamespace(done={"lost": 1}, describe=lambda: "lost 1")
    events = [
        Event("401", "odoo", 1.0, jobs=((1, "CRM-1-OPP1"),)),
        Event(
            "500", "odoo", 2.0, jobs=((1, "CRM-1-OPP1"), (2, "CRM-1-OPP2")), aim="order"
        ),
        Event("500", "tryton", 3.0),
        Event("kill -9 of a lane", "", 4.0, jobs=((3, "CRM-1-OPP3"),)),
    ]

    def recovery(self, event):
        return event.at * 2 if event.jobs else None


def judged(**more):
    counted = ("won", "orders", "called_off", "left_to_people", *WRONGS)
    values = dict.fromkeys(counted, 0)
    return values | {"twice": [], "missing": []} | more


def test_table_names_the_faults_that_hit_what_is_wrong():
    figures = {
        "odoo": judged(duplicates=1, twice=["CRM-1-OPP2"]),
        "tryton": judged(losses=1, missing=["CRM-1-OPP3"]),
    }
    report = make_report(FakeCampaign(), figures, [], True)
    rows = {row[0]: row[1:] for row in report.table}
    assert rows["401"] == (1, 0, 0, 0, 0, "2.0", "2.0", "2.0")
    assert rows["500"] == (1, 1, 1, 1, 0, "4.0", "4.0", "4.0")
    assert rows["kill -9 of a lane"][:5] == (1, 1, 0, 0, 1)
    assert rows["all, kills not counted"][:5] == (2, 1, 1, 1, 1)
    assert report.figures["on_orders"] == 1
    assert set(FAULTS) - set(report.figures["never_on_orders"]) == {"500"}
    assert report.figures["faults"] == {"odoo": 2, "tryton": 1}
    assert report.figures["odoo"]["duplicates"] == 1
    assert report.figures["tryton"]["losses"] == 1


@pytest.mark.parametrize("name", WRONGS)
def test_nothing_may_be_wrong_in_either_erp(name):
    assert not find_wrongs({"odoo": judged(), "tryton": judged()})
    figures = {"odoo": judged(), "tryton": judged(**{name: 1})}
    assert find_wrongs(figures) == [f"tryton: {name.replace('_', ' ')} 1"]


DEALS = [Deal("K-OPP1", "Ann", 2, 5.0, 50.0), Deal("K-OPP2", "Bob", 1, 1.0, 10.0)]
ORDERS = [
    Order(11, "K-OPP1", "sale", 60.5, "Ann", 2, 5.0, 50.0),
    Order(12, "K-OPP2", "sale", 12.1, "Bob", 1, 1.0, 10.0),
]
CUSTOMERS = [("Ann", "K-P1"), ("Bob", "")]
RECORDED = [("K-OPP1", "11", 60.5, "confirmed"), ("K-OPP2", "12", 12.1, "done")]


def find(
    orders=ORDERS, customers=CUSTOMERS, recorded=RECORDED, deals=DEALS, left=frozenset()
):
    found = compare(deals, orders, customers, recorded, left)
    return {name: found[name] for name in WRONGS if found[name]}


def test_nothing_is_wrong_where_each_deal_is_there_once():
    assert not find()


@pytest.mark.parametrize(
    ("change", "wrongs"),
    [
        ({"id": 13, "key": "K-OPP1"}, {"duplicates": 1}),
        # made without our key, or with one of nobody's
        ({"id": 13, "key": ""}, {"unasked": 1}),
        ({"id": 13, "key": "K-OPP9"}, {"unasked": 1}),
        # made twice, and called off by whoever noticed
        ({"id": 13, "key": "K-OPP1", "state": "cancel"}, {"cancelled": 1}),
    ],
)
def test_an_order_too_many_does_not_hide(change, wrongs):
    more = Order(**{**vars(ORDERS[0]), **change})
    assert find([*ORDERS, more]) == wrongs


@pytest.mark.parametrize(
    ("change", "wrongs"),
    [
        ({"key": ""}, {"losses": 1, "unasked": 1, "links_differing": 1}),
        ({"state": "cancel"}, {"losses": 1, "cancelled": 1, "links_differing": 1}),
        ({"state": "draft"}, {"unconfirmed": 1, "states_differing": 1}),
        ({"customer": "Ann"}, {"customers_differing": 1}),
        ({"quantity": 2.0}, {"contents_differing": 1}),
        ({"lines": 2}, {"contents_differing": 1}),
        ({"total": 10.0}, {"totals_differing": 1}),
        ({"untaxed": 9.0}, {"prices_differing": 1}),
        ({"id": 99}, {"links_differing": 1}),
    ],
)
def test_an_order_that_is_not_what_was_won_does_not_hide(change, wrongs):
    assert find([ORDERS[0], Order(**{**vars(ORDERS[1]), **change})]) == wrongs


GIVEN_UP = [DEALS[0], replace(DEALS[1], is_won=False)]
CALLED_OFF = [ORDERS[0], replace(ORDERS[1], state="cancelled")]
KNOWN_AS_CALLED_OFF = [RECORDED[0], ("K-OPP2", "12", 12.1, "cancelled")]


def test_nothing_is_wrong_where_what_was_given_up_is_called_off():
    assert not find(CALLED_OFF, recorded=KNOWN_AS_CALLED_OFF, deals=GIVEN_UP)
    # given up before anything was sent
    assert not find(ORDERS[:1], recorded=RECORDED[:1], deals=GIVEN_UP)


@pytest.mark.parametrize(
    ("orders", "recorded", "wrongs"),
    [
        (ORDERS, RECORDED, {"not_called_off": 1}),
        # called off there, and another one made in its place
        (
            [*CALLED_OFF, replace(ORDERS[1], id=13)],
            RECORDED,
            {"not_called_off": 1, "cancelled": 1, "links_differing": 1},
        ),
        # made twice, and both called off
        (
            [*CALLED_OFF, replace(CALLED_OFF[1], id=13)],
            KNOWN_AS_CALLED_OFF,
            {"cancelled": 1},
        ),
        (CALLED_OFF, RECORDED, {"states_differing": 1}),
        (CALLED_OFF, RECORDED[:1], {"unrecorded": 1}),
        (CALLED_OFF[:1], KNOWN_AS_CALLED_OFF, {"links_differing": 1}),
    ],
)
def test_a_deal_that_was_given_up_does_not_hide(orders, recorded, wrongs):
    assert find(orders, recorded=recorded, deals=GIVEN_UP) == wrongs


def test_change_that_the_erp_allows_no_more_is_told_to_a_person():
    changed = {"quantity": 2.0, "untaxed": 20.0, "total": 24.2}
    otherwise = replace(ORDERS[1], **changed)
    closed = replace(otherwise, is_closed=True)
    assert not find([ORDERS[0], closed], left={"K-OPP2"})
    wrongs = {"contents_differing": 1, "prices_differing": 1, "totals_differing": 1}
    # nobody was told; or it could have been changed
    assert find([ORDERS[0], closed]) == wrongs
    assert find([ORDERS[0], otherwise], left={"K-OPP2"}) == wrongs


def test_what_is_not_known_on_one_of_the_sides_does_not_hide():
    assert find(recorded=RECORDED[:1]) == {"unrecorded": 1}
    # as many as there should be, and yet
    of_another = ("K-OPP9", "12", 12.1, "confirmed")
    assert find(recorded=[RECORDED[0], of_another]) == {
        "unrecorded": 1,
        "links_differing": 1,
    }
    draft = ("K-OPP2", "12", 12.1, "draft")
    assert find(recorded=[RECORDED[0], draft]) == {"states_differing": 1}
    # a second customer, without our key
    assert find(customers=[*CUSTOMERS, ("Ann", "")]) == {"customers_twice": 1}


def test_each_fault_strikes_orders_before_and_after_the_erp_has_committed():
    for kind, fault in FAULTS.items():
        ways = {way for name, aim, way in STRIKES if (name, aim) == (kind, "order")}
        assert ways == ({True, False} if fault.forward is None else {fault.forward})


@pytest.mark.parametrize(
    ("only", "start", "does_fit"),
    [
        ("order", b"POST /json/2/sale.order/create HTTP/1.1", True),
        ("order", b"POST /json/2/sale.order/search_read HTTP/1.1", False),
        (
            "order",
            b'POST /db/ HTTP/1.1\r\n\r\n{"method": "model.sale.sale.create"',
            True,
        ),
        (
            "order",
            b'POST /db/ HTTP/1.1\r\n\r\n{"method": "model.sale.sale.read"',
            False,
        ),
        ("changes", b"POST /json/2/res.partner/write HTTP/1.1", True),
        ("changes", b"POST /json/2/sale.order/action_cancel HTTP/1.1", True),
        ("changes", b"POST /json/2/sale.order/read HTTP/1.1", False),
        ("", b"POST /json/2/sale.order/read HTTP/1.1", True),
    ],
)
def test_a_fault_waits_for_its_calls(only, start, does_fit):
    assert fits(only, start) == does_fit


@pytest.mark.parametrize(
    "more",
    [
        {"is_stuck": True},
        {"duplicates": 1},
        {"losses": 1},
        {"others": 1},
        {"trouble": "not played to its end"},
    ],
)
def test_a_crash_is_bad_whatever_is_left_of_it(more):
    values = {"duplicates": 0, "losses": 0, "others": 0, "seconds": 1.0}
    assert not Crash("odoo", "server", **{"is_stuck": False, **values}).is_bad
    assert Crash("odoo", "server", **{"is_stuck": False, **values, **more}).is_bad


@pytest.mark.parametrize(
    ("more", "problems", "is_empty", "code"),
    [
        ({"won": 2}, [], True, 0),
        ({"won": 2, "customers_twice": 1}, [], True, 1),
        ({"won": 2, "totals_differing": 1}, [], True, 1),
        ({"won": 2}, ["Refused"], True, 1),
        ({"won": 2}, [], False, 1),
        ({"won": 0}, [], True, 1),
    ],
)
def test_campaign_fails_where_anything_is_wrong(
    monkeypatch, more, problems, is_empty, code
):
    site = SimpleNamespace(erps={"odoo": {}}, close=lambda: None)
    campaign = FakeCampaign()
    campaign.run = lambda: None
    campaign.settle = lambda: is_empty
    campaign.problems = lambda: problems
    for name, value in (
        ("Site", lambda kinds, seed: site),
        ("Campaign", lambda *args: campaign),
        ("judge", lambda site, kind: judged(**more)),
    ):
        monkeypatch.setattr(command, name, value)
    assert command.run(["odoo"], 7, 1, 0, True) == code


def test_campaign_broken_off_while_its_queue_empties_is_judged(monkeypatch, capsys):
    def settle():
        raise KeyboardInterrupt

    campaign = FakeCampaign()
    campaign.run, campaign.settle, campaign.problems = lambda: None, settle, list
    site = SimpleNamespace(erps={"odoo": {}}, close=lambda: None)
    monkeypatch.setattr(command, "Site", lambda kinds, seed: site)
    monkeypatch.setattr(command, "Campaign", lambda *args: campaign)
    monkeypatch.setattr(command, "judge", lambda site, kind: judged(won=2))
    assert command.run(["odoo"], 7, 1, 0, True) == 1
    assert '"duplicates": 0' in capsys.readouterr().out


def test_campaign_that_played_nothing_proves_nothing():
    figures = {
        "faults": {"odoo": 10, "tryton": 3},
        "on_orders": 4,
        "changed": {"lost": 1},
        "odoo": {"won": 5},
        "tryton": {"won": 5},
    }
    # so many faults, or as many as fit into a time
    assert find_gaps(figures, 10) == ["tryton: 3 faults"]
    assert not find_gaps(figures, 0)
    assert find_gaps(figures | {"on_orders": 0}, 3) == [
        "no fault at a call that creates orders"
    ]
    assert find_gaps(figures | {"changed": {"lost": 0}}, 3) == [
        "no deal that was won was changed: lost"
    ]
    assert find_gaps(figures | {"odoo": {"won": 0}}, 3) == ["odoo: no deal was won"]
    nothing = {"faults": {"odoo": 0}, "on_orders": 0, "odoo": {"won": 0}}
    assert len(find_gaps({**nothing, "changed": {"lost": 0}}, 0)) == 4


def test_person_of_the_campaign_starts_connectors_and_retries_no_job():
    """What was set aside counts as something that asks a person."""
    calls = []
    stopped = [{"id": 1, "state": "error"}, {"id": 2, "state": "paused"}]
    admin = SimpleNamespace(
        find=lambda *_args: stopped,
        call=lambda *args, **_more: calls.append(args) or [7],
    )
    campaign = Campaign(SimpleNamespace(erps={}, proxies={}), 7, faults=10, minutes=0)
    campaign.help_out(admin)
    assert calls == [
        ("integration.connector", "action_test_connection", [1]),
        ("integration.connector", "action_start", [2]),
    ]
    assert campaign.person == {"connector restarted": 1}


def test_quantiles():
    assert quantiles([3.0]) == (3.0, 3.0, 3.0)
    assert quantiles([float(number) for number in range(100)]) == (49.5, 95.0, 99.0)


def test_campaign_that_is_broken_off_plays_no_more():
    campaign = Campaign(SimpleNamespace(erps={}, proxies={}), 7, faults=10, minutes=0)
    assert campaign._goes_on(9)
    assert not campaign._goes_on(10)
    campaign.is_over.set()
    assert not campaign._goes_on(0)


def test_server_is_started_again_whenever_it_ends(tmp_path):
    file = tmp_path / "starts"
    code = f"open({str(file)!r}, 'a').write('x')"
    keeper = subprocess.Popen(
        [sys.executable, paths.TOOLS / "chaos/always.py", sys.executable, "-c", code]
    )
    try:
        end = time.monotonic() + 30
        while not (file.exists() and len(file.read_text()) >= 2):
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(20) == 0


def test_server_is_ended_politely(tmp_path):
    """It is at work, so somebody waits for its end already."""
    file = tmp_path / "said"
    code = (
        "import signal, sys, time\n"
        f"def end(*_args): open({str(file)!r}, 'a').write('ended'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(file)!r}, 'w').write('at work, ')\n"
        "time.sleep(60)"
    )
    keep = "from chaos import always; import sys; always.PATIENCE = 600; always.main(sys.argv[1:])"
    keeper = subprocess.Popen(
        [sys.executable, "-c", keep, sys.executable, "-c", code], cwd=paths.TOOLS
    )
    try:
        end = time.monotonic() + 30
        while not (file.exists() and file.read_text() == "at work, "):
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        keeper.send_signal(signal.SIGTERM)
    assert keeper.wait(20) == 0
    assert file.read_text() == "at work, ended"


def test_frozen_worker_goes_when_its_server_is_ended(tmp_path):
    """It has a worker that can't hear it."""
    file = tmp_path / "worker"
    server = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f" worker.send_signal(signal.SIGSTOP); open({str(file)!r}, 'w').write(f'{{worker.pid}} ');"
        " time.sleep(60)"
    )
    keep = (
        "from chaos import always; import sys; always.PATIENCE = 0.2;"
        " always.main([sys.executable, '-c', sys.argv[1]])"
    )
    keeper = subprocess.Popen(
        [sys.executable, "-c", keep, server], cwd=paths.TOOLS, start_new_session=True
    )
    try:
        end = time.monotonic() + 30
        while not (file.exists() and file.read_text().endswith(" ")):
            assert time.monotonic() < end
            time.sleep(0.05)
        worker = psutil.Process(int(file.read_text()))
    finally:
        keeper.send_signal(signal.SIGTERM)
    keeper.wait(20)
    # nobody here is its parent, so nobody may have noticed yet
    assert not psutil.wait_procs([worker], 20)[1] or worker.status() == "zombie"


def test_worker_is_thawed_when_its_scene_is_broken_off():
    process = subprocess.Popen(["sleep", "60"])
    try:
        with pytest.raises(KeyboardInterrupt), frozen(psutil.Process(process.pid)):
            _pid, status = os.waitpid(process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            raise KeyboardInterrupt
        # a frozen one would not hear it
        process.terminate()
        assert process.wait(20) == -signal.SIGTERM
    finally:
        process.kill()


def test_frozen_worker_that_was_killed():
    process = subprocess.Popen(["sleep", "60"])
    with frozen(psutil.Process(process.pid)):
        process.kill()
        process.wait()


def find_methods():
    """`Class.method` of the hub's models -> names of what each calls."""
    found = {}
    for path in (paths.ROOT / "addons/integration_hub/models").glob("*.py"):
        for item in ast.parse(path.read_text()).body:
            if not isinstance(item, ast.ClassDef):
                continue
            for method in item.body:
                if isinstance(method, ast.FunctionDef):
                    found[f"{item.name}.{method.name}"] = {
                        call.func.attr
                        for call in ast.walk(method)
                        if isinstance(call, ast.Call)
                        and isinstance(call.func, ast.Attribute)
                    }
    return found


def test_commits_of_the_crash_matrix_are_those_of_the_engine():
    """Else a step that got another name would be one at which nobody is killed."""
    methods = find_methods()
    for step in (*boundaries.STEPS, boundaries.TAKING_UP):
        assert "_commit" in methods.get(step, ()), step
    assert "_commit_progress" in methods["IntegrationLane._run_lane"]


def test_flows_of_the_crash_matrix_are_there():
    codes = "".join(
        path.read_text() for path in (paths.ROOT / "addons").glob("*/models/*.py")
    )
    for flow in (*boundaries.FLOWS, boundaries.CHANGES):
        assert f'"integration.handler.{flow}"' in codes, flow


@pytest.mark.parametrize(
    ("figures", "is_failed"),
    [
        ({}, False),
        ({"never_met": 1}, False),
        ({"never_met": 1, "unreached": 1}, True),
        ({"bad": 1}, True),
        ({"whole": False}, True),
    ],
)
def test_crash_matrix_fails_for_a_commit_no_lane_came_to(
    monkeypatch, capsys, figures, is_failed
):
    found = {"bad": 0, "unreached": 0, "never_met": 0, "whole": True, **figures}
    report = SimpleNamespace(show=lambda: None, figures=found)
    monkeypatch.setattr(command.crashes, "run", lambda *args: report)
    assert command.run_crashes(["odoo"], ["lanes"], "crash") == int(is_failed)


class StubbedMatrix(crashes.Matrix):
    """One whose lanes are killed at `met` alone."""

    def __init__(self, met):
        self.met, self.asked = met, []
        self.never_met, self.unreached = [], []

    def ask(self, do, **values):
        self.asked.append(values.get("at"))
        name = values.get("at") or values.get("child")
        return {"child": name, "killed": name in self.met}

    def ship(self, kind):
        """Nothing to ship."""

    win = ship

    def check(self, *args):
        """Nothing to look at."""


def test_commit_that_a_lane_has_to_come_to():
    [first, *_others, last] = boundaries.wanted_boundaries()
    matrix = StubbedMatrix({first})
    matrix.boundary("odoo", first, 1, True)
    assert not matrix.never_met
    matrix.boundary("odoo", "some other", 1, True)
    assert len(matrix.never_met) == 1 and not matrix.unreached
    matrix.boundary("odoo", last, 1, True)
    assert len(matrix.unreached) == 1
    matrix.boundary("odoo", last, 2, True)
    assert len(matrix.unreached) == 2
    matrix.boundary("odoo", boundaries.name_steps(boundaries.CHANGES)[0], 1, True)
    assert len(matrix.unreached) == 3


def test_either_of_two_lanes_may_be_the_one_that_is_killed():
    matrix = StubbedMatrix(set())
    asked = []
    matrix.ask = lambda do, **values: (
        (asked.append(values) if do == "run" else None) or {"child": 1, "killed": False}
    )
    matrix.boundary("odoo", "some", 2, True)
    armed = ["at" in values for values in asked]
    assert armed[:4] == [True, False, False, True]
    assert sum(armed) == len(armed) / 2


def test_taking_up_needs_jobs_of_a_dead_lane():
    matrix = StubbedMatrix({boundaries.TAKING_UP})
    matrix.boundary("odoo", boundaries.TAKING_UP, 1, False)
    assert matrix.asked[0] in boundaries.wanted_boundaries()
    assert boundaries.TAKING_UP in matrix.asked
