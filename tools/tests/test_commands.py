"""Failures become one sentence that says what to do."""

import errno

import pytest

from harness import commands
from harness.errors import Stop


def test_a_full_disk_is_named_as_such():
    text = commands.explain("tar: write error: No space left on device", "Unpacking")
    assert text.startswith("The disk is full (Unpacking)")


def test_no_network_is_named_as_such():
    output = "Temporary failure in name resolution"
    text = commands.explain(output, "pip install", downloads=True)
    assert text.startswith("No network (pip install)")
    assert "network" not in commands.explain(output, "psql")


def test_other_failures_show_the_telling_line():
    assert commands.explain("Fatal: b\nhint\n", "x") == "x failed: Fatal: b"
    assert commands.explain("a\nb: broken\n\n", "x") == "x failed: b: broken"


def test_os_errors_speak_the_same_words():
    full = OSError(errno.ENOSPC, "No space left on device")
    assert "disk is full" in commands.explain_os_error(full, "x")
    denied = PermissionError(errno.EACCES, "denied", "/some/file")
    assert "/some/file" in commands.explain_os_error(denied, "x")


def test_a_missing_program_is_named():
    with pytest.raises(Stop, match="no-such-program"):
        commands.run(["no-such-program"], "Testing")


def test_a_failing_program_stops():
    with pytest.raises(Stop, match="Testing failed: no"):
        commands.run(["sh", "-c", "echo no; exit 3"], "Testing")


def test_a_digest_depends_on_every_part(tmp_path):
    file = tmp_path / "file"
    file.write_text("a")
    first = commands.digest("x", file)
    file.write_text("b")
    assert first != commands.digest("x", file)
    assert commands.digest("ab", "c") != commands.digest("a", "bc")
