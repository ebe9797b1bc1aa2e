"""For pytest: the tests once for each break, in one process, so that a break costs seconds."""

import os
import re
import time
from contextlib import nullcontext

import pytest

from harness.errors import Stop
from mutations.breaks import BREAKS
from mutations.in_memory import broken

NOTHING = "nothing"


def pytest_addoption(parser):
    parser.addoption("--breaks", help="names, with commas between them")
    parser.addoption(
        "--direct", action="store_true", help="each break's own tests only"
    )
    parser.addoption(
        "--each", action="store_true", help="go on after the first failure"
    )


class Breaker:
    def __init__(self, config):
        self.config = config
        self.failures = {}
        self.text = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            self._print("The tests can't be loaded: pytest says why.")
            return True
        missed = 0
        for name in self.config.getoption("breaks").split(","):
            missed += not self._judge(session, name)
        session.testsfailed = missed
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report):
        # one line for each break says it all
        return report.outcome, "", ""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            test = report.nodeid.rpartition("::")[2]
            reasons = re.findall(
                r"^E +(?:\w*AssertionError: *)?(.+)", report.longreprtext, re.MULTILINE
            )
            self.failures[test] = next(
                (line for line in reasons if "state." not in line), ""
            )
            self.text += report.longreprtext + "\n"

    def _judge(self, session, name):
        """Whether the tests say what they should."""
        self.failures, self.text = {}, ""
        began = time.monotonic()
        is_broken = name != NOTHING
        try:
            with broken(name, BREAKS[name].changes) if is_broken else nullcontext():
                self._run(self._choose(session.items, name), to_the_end=not is_broken)
        except Stop as stop:
            self._print(f"{name}: {stop}")
            return False
        seconds = time.monotonic() - began
        if folder := os.environ.get("MUTATION_LOGS"):
            with open(f"{folder}/mutation-{name.replace(' ', '-')}.log", "w") as log:
                log.write(self.text)
        verdict = ("caught" if is_broken else "FAILS") if self.failures else "passes"
        tests = ", ".join(test.removeprefix("test_") for test in self.failures)
        reason = next(iter(self.failures.values()), "")
        self._print(f"{name:38} {verdict:6} {seconds:4.0f} s  {tests}  {reason[:120]}")
        return bool(self.failures) == is_broken

    def _choose(self, items, name):
        if name == NOTHING or not self.config.getoption("direct"):
            return items
        own = BREAKS[name].direct
        return [item for item in items if any(test in item.nodeid for test in own)]

    def _print(self, line):
        capture = self.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(line, flush=True)

    def _run(self, items, to_the_end):
        for item, following in zip(items, [*items[1:], None], strict=True):
            if self.failures and not (to_the_end or self.config.getoption("each")):
                # what its class has set up is taken down
                item.session._setupstate.teardown_exact(None)
                return
            item._initrequest()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def pytest_configure(config):
    if config.getoption("breaks"):
        config.pluginmanager.register(Breaker(config))
