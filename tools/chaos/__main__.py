"""`make chaos [FAULTS=200 | MINUTES=10] [SEED=n]`: the fault campaign against both ERPs; the last line is JSON."""

import argparse
import secrets
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.report import line  # noqa: E402 (the path above comes first)
from chaos import crashes  # noqa: E402
from chaos.campaign import Campaign  # noqa: E402
from chaos.site import Site  # noqa: E402
from chaos.summary import find_gaps, make_report  # noqa: E402
from chaos.verdict import find_wrongs, judge  # noqa: E402
from harness.errors import Stop  # noqa: E402
from harness.progress import say  # noqa: E402


def main(arguments: list[str]) -> int:
    """0 only when both ERPs have each deal once, with its customer, its total, and confirmed."""
    parser = argparse.ArgumentParser("chaos")
    parser.add_argument(
        "what", nargs="?", choices=("campaign", "crashes"), default="campaign"
    )
    parser.add_argument(
        "--faults",
        type=int,
        default=0,
        help="on each ERP; 200 unless minutes are given",
    )
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--erps", default="odoo,tryton")
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument(
        "--parts", default=",".join(crashes.PARTS), help="of the crash matrix"
    )
    parser.add_argument(
        "--name", default="crash", help="two crash matrices side by side need two"
    )
    options = parser.parse_args(arguments)
    # What is ended early is judged all the same.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = options.seed or secrets.randbelow(10**6) + 1
    faults = options.faults or (0 if options.minutes else 200)
    try:
        if options.what == "crashes":
            parts = options.parts.split(",")
            return run_crashes(options.erps.split(","), parts, options.name)
        return run(
            options.erps.split(","), seed, faults, options.minutes, not options.no_kills
        )
    except Stop as stop:
        say(f"\n{stop}")
    except KeyboardInterrupt:
        say("\nBroken off.")
    return 1


def run(kinds, seed: int, faults: int, minutes: float, kills: bool) -> int:
    """Play, wait, judge, tell."""
    say(f"==> seed {seed} (SEED={seed} plays the same faults again)")
    site = Site(kinds, seed)
    try:
        campaign = Campaign(site, seed, faults, minutes, kills)
        campaign.run()
        try:
            is_empty = campaign.settle()
        except KeyboardInterrupt:
            say("    broken off while the queue emptied: what is there is judged")
            is_empty = False
        figures = {kind: judge(site, kind) for kind in site.erps}
        problems = campaign.problems()
        report = make_report(campaign, figures, problems, is_empty)
    finally:
        site.close()
    report.show()
    for problem in problems[:20]:
        say(f"    asks a person: {problem}")
    print(line(report.figures), flush=True)
    wrongs = find_wrongs(figures)
    for wrong in wrongs:
        say(f"    wrong: {wrong}")
    gaps = find_gaps(report.figures, faults)
    for gap in gaps:
        say(f"    not played: {gap}")
    return 0 if is_empty and not problems and not wrongs and not gaps else 1


def run_crashes(kinds, parts, name: str) -> int:
    """The crash matrix."""
    report = crashes.run(kinds, parts, name)
    report.show()
    print(line(report.figures), flush=True)
    return 1 if is_failed(report.figures) else 0


def is_failed(figures: dict) -> bool:
    """Something went wrong, or was not played: broken off, or a commit that no lane came to."""
    return bool(figures["bad"] or figures["unreached"] or not figures["whole"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
