"""What the fault campaign counts, and how its servers are kept running."""

import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from chaos import __main__ as command
from chaos.campaign import Campaign, Event
from chaos.summary import make_report, quantiles
from chaos.verdict import WRONGS, find_wrongs

from harness import paths


class FakeCampaign:
    seed, seconds, person = 7, 120.0, {}
    events = [
        Event("401", "odoo", 1.0, jobs=((1, "CRM-1-OPP1"),)),
        Event("500", "odoo", 2.0, jobs=((1, "CRM-1-OPP1"), (2, "CRM-1-OPP2"))),
        Event("500", "tryton", 3.0),
        Event("kill -9 of a lane", "", 4.0, jobs=((3, "CRM-1-OPP3"),)),
    ]

    def recovery(self, event):
        return event.at * 2 if event.jobs else None


def judged(**more):
    values = dict.fromkeys(("won", "orders", *WRONGS), 0)
    return values | {"twice": [], "missing": []} | more


def test_table_names_the_faults_that_hit_what_is_wrong():
    figures = {
        "odoo": judged(duplicates=1, twice=["CRM-1-OPP2"]),
        "tryton": judged(losses=1, missing=["CRM-1-OPP3"]),
    }
    report = make_report(FakeCampaign(), figures, [], True)
    rows = {row[0]: row[1:] for row in report.table}
    assert rows["401"] == (1, 0, 0, 0, "2.0", "2.0", "2.0")
    assert rows["500"] == (1, 1, 1, 0, "4.0", "4.0", "4.0")
    assert rows["kill -9 of a lane"][:4] == (1, 1, 0, 1)
    assert rows["all, kills not counted"][:4] == (2, 1, 1, 1)
    assert report.figures["faults"] == {"odoo": 2, "tryton": 1}
    assert report.figures["odoo"]["duplicates"] == 1
    assert report.figures["tryton"]["losses"] == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("duplicates", "duplicates 1"),
        ("losses", "losses 1"),
        ("unasked", "unasked 1"),
        ("unrecorded", "unrecorded 1"),
        ("unconfirmed", "unconfirmed 1"),
        ("customers_twice", "customers twice 1"),
        ("totals_differing", "totals differing 1"),
    ],
)
def test_nothing_may_be_wrong_in_either_erp(name, text):
    assert not find_wrongs({"odoo": judged(), "tryton": judged()})
    figures = {"odoo": judged(), "tryton": judged(**{name: 1})}
    assert find_wrongs(figures) == [f"tryton: {text}"]


@pytest.mark.parametrize(
    ("more", "problems", "is_empty", "code"),
    [
        ({}, [], True, 0),
        ({"customers_twice": 1}, [], True, 1),
        ({"totals_differing": 1}, [], True, 1),
        ({}, ["Refused"], True, 1),
        ({}, [], False, 1),
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
