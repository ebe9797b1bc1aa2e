"""A pytest plugin: a skipped test fails the run.

The tests on real ERPs are the point of the suite; one that is skipped because an ERP
is missing must not look like success.
"""

import pytest

skipped = []


def pytest_runtest_logreport(report):
    """With xdist, the reports of the workers arrive here too."""
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Only the process that prints the summary decides."""
    if skipped and not hasattr(session.config, "workerinput"):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say why."""
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped tests count as failures:")
        for name in skipped:
            terminalreporter.write_line(f"  {name}")
