"""What the fault campaign counts, and how its servers are kept running."""

import signal
import subprocess
import sys
import time
from types import SimpleNamespace

from chaos.campaign import Campaign, Event
from chaos.summary import make_report, quantiles

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
    values = dict.fromkeys(
        ("won", "orders", "duplicates", "losses", "unconfirmed", "customers_twice"), 0
    )
    return values | {"totals_differing": 0, "twice": [], "missing": []} | more


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
