"""A run in which a test was left out is no success."""

import os
import subprocess
import sys

import pytest

from harness import paths

PASSES = "def test_one():\n    pass\n"
SKIPS = "import pytest\n\ndef test_one():\n    pytest.skip('no ERP')\n"


@pytest.fixture
def run(tmp_path):
    """Give each of two folders outside the root folder a test, run them, and return exit code and output."""

    def run_two(one, other, *options):
        for folder, source in (("a", one), ("b", other)):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "test_same.py").write_text(source)
        (tmp_path / "root").mkdir()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "harness.every_test"]
        command += ["-p", "no:odoo", "-p", "no:cacheprovider"]
        command += ["--import-mode=importlib", f"--rootdir={tmp_path / 'root'}"]
        done = subprocess.run(
            [*command, *options, tmp_path / "a", tmp_path / "b"],
            cwd=tmp_path / "root",
            env=os.environ | {"PYTHONPATH": str(paths.TOOLS)},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout

    return run_two


def test_two_tests_of_one_id(run):
    """Handed out by class, xdist runs one of them."""
    code, output = run(PASSES, PASSES, "-n1", "--dist=loadscope")
    assert code == 1
    assert "1 tests without a result count as failures:" in output
    assert "test_same.py::test_one" in output


def test_all_ran(run):
    """One after another, both run."""
    code, output = run(PASSES, PASSES)
    assert code == 0, output


def test_skipped(run):
    """Also without workers."""
    code, output = run(PASSES, SKIPS)
    assert code == 1
    assert "1 skipped tests count as failures:" in output
