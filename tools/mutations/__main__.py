"""`python3 tools/harness mutations [NAME ...]`: do the tests notice when a promise is broken?

Breaks the product in one way at a time and runs the tests that were written for that promise, or the property tests of
deals where there are none (`--sequences` takes these for all promises of deals). The breaks are made in memory (`in_memory.py`): no file changes. A break that nobody
notices makes the command fail: that is a promise without a test.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import crm, odoo, paths  # noqa: E402 (the path above comes first)
from harness.errors import Stop  # noqa: E402
from harness.progress import say  # noqa: E402
from mutations.breaks import BREAKS, DEAL_BREAKS  # noqa: E402

PROPERTY_TESTS = ("integration_sale/tests/test_any_sequence.py",)
NOTHING = "nothing"


def main(arguments: list[str]) -> int:
    """0 only when every break is noticed, and the tests pass where nothing is broken."""
    parser = argparse.ArgumentParser("mutations")
    parser.add_argument("names", nargs="*", help="of breaks; all of them by default")
    parser.add_argument("--db", default="crm_mutations")
    parser.add_argument("--sequences", action="store_true")
    parser.add_argument("--each", action="store_true", help="count who notices")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(BREAKS))
        return 0
    if unknown := set(options.names) - {NOTHING, *BREAKS}:
        raise Stop(f"There is no break called {', '.join(unknown)}: see --list.")
    names = options.names or [NOTHING, *BREAKS]
    crm.provide(options.db, ["integration_sale"])
    by_all, by_own = [], []
    for name in names:
        is_of_deals = name == NOTHING or name in DEAL_BREAKS
        if is_of_deals and (options.sequences or not get_own_tests(name)):
            by_all.append(name)
        else:
            by_own.append(name)
    code = run(options, by_all, PROPERTY_TESTS) if by_all else 0
    if by_own:
        tests = dict.fromkeys(test for name in by_own for test in get_own_tests(name))
        # what fails anyway notices nothing
        code = run(options, [NOTHING, *by_own], tests, "--direct") or code
    return code


def get_own_tests(name) -> tuple:
    """Those that were written for this promise."""
    return BREAKS[name].direct if name in BREAKS else ()


def run(options, names, tests, *arguments):
    """:return: pytest's exit code"""
    command = [
        paths.VENV / "bin/python",
        "-m",
        "pytest",
        *("-p", "mutations.plugin", "-p", "no:cacheprovider"),
        *("-q", "--no-header", "--no-summary", "--tb=short"),
        f"--breaks={','.join(names)}",
        *(["--each"] if options.each else []),
        *arguments,
        f"--odoo-database={options.db}",
        f"--odoo-config={odoo.write_config()}",
        "--odoo-log-level=critical",
        "--odoo-http",
        f"--rootdir={paths.LINKED_ADDONS}",
        f"--confcutdir={paths.LINKED_ADDONS}",
        f"--config-file={paths.ROOT}/pyproject.toml",
        *(f"{paths.LINKED_ADDONS}/{test}" for test in tests),
    ]
    return subprocess.call(
        list(map(str, command)),
        env=odoo.environment(MUTATION_LOGS=paths.LOGS),
        cwd=paths.ROOT,
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        say(str(stop))
        sys.exit(1)
