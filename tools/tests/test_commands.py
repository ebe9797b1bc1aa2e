"""Failures become one sentence that says what to do."""

import errno
import os

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


@pytest.mark.parametrize(
    "output",
    [
        "npm error network request failed, reason: connect ECONNREFUSED 127.0.0.1:9",
        "WARNING: Retrying after connection broken by 'ReadTimeoutError(read timed out)'",
        "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed'))",
    ],
)
def test_no_network_in_other_programs_words(output):
    assert commands.explain(output, "x", downloads=True).startswith("No network (x)")


@pytest.mark.parametrize(
    "fault", ["is expired (invalid since 16d)", "is not valid yet"]
)
def test_a_wrong_clock_is_named_as_such(fault):
    output = f"E: Release file for http://mirror/sid/InRelease {fault}."
    assert "Set the clock" in commands.explain(output, "x", downloads=True)


def test_a_failure_on_a_nearly_full_disk_says_so(monkeypatch):
    monkeypatch.setattr(commands, "NEARLY_FULL_MEGABYTES", 10**9)
    text = commands.explain("server closed the connection", "psql")
    assert text.startswith("psql failed: server closed the connection. The disk of ")


def test_our_own_servers_are_reached_without_the_proxy(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intern.example")
    commands.reach_loopback_directly()
    assert os.environ["no_proxy"] == "intern.example,127.0.0.1,localhost"


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


def test_a_full_disk_leaves_the_old_text(tmp_path, monkeypatch):
    file = tmp_path / "settings.json"
    commands.write_whole(file, "old")

    def fail(path, _text):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", fail)
    with pytest.raises(OSError):
        commands.write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
