"""A pytest plugin: a test that was collected and did not run fails the run.

The tests on real ERPs are the point of the suite; one that is skipped because an ERP is missing must not look like
success. Nor one that has the same id as another: of those, xdist runs one.
"""

from collections import Counter

import pytest

collected = Counter()
reported = Counter()
skipped = []
lost = []


def pytest_collection_finish(session):
    """Without workers; with them, they hold the items."""
    collected.update(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """All workers collect the same: the first one tells."""
    if not collected:
        collected.update(ids)


def pytest_runtest_logreport(report):
    """With xdist, the reports of the workers arrive here too."""
    if report.when == "setup":
        reported[report.nodeid] += 1
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Only the process that prints the summary decides."""
    options = session.config.option
    if hasattr(session.config, "workerinput") or options.collectonly:
        return
    if not (session.shouldfail or session.shouldstop or options.maxfail):
        lost.extend(sorted((collected - reported).elements()))
    if skipped or lost:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say why."""
    for names, what in (
        (skipped, "skipped tests count as failures"),
        (lost, "tests without a result count as failures"),
    ):
        if names:
            terminalreporter.write_line(f"{len(names)} {what}:")
            for name in names:
                terminalreporter.write_line(f"  {name}")
