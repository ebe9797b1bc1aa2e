"""Only processes that we started are ended."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from harness import paths, processes
from harness.errors import Stop


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    for name in ("RUN", "LOGS", "DEV"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setattr(paths, name, folder)


def start_sleeper():
    return processes.start(
        "sleeper", [sys.executable, "-c", "import time; time.sleep(60)"]
    )


def test_start_and_stop():
    record = start_sleeper()
    assert processes.read_record("sleeper")["pid"] == record["pid"]
    assert processes.running_names() == ["sleeper"]
    assert processes.stop("sleeper")
    assert processes.start_time(record["pid"]) is None
    assert not processes.stop("sleeper")


def test_somebody_elses_process_with_our_old_number_is_left_alone():
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        record = {"name": "sleeper", "pid": other.pid, "start_time": "1"}
        processes.record_file("sleeper").write_text(json.dumps(record))
        assert not processes.stop("sleeper")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_process_that_ignores_the_polite_signal_ends_too():
    ignore = (
        "import signal,time; signal.signal(15, 1); print(1, flush=True); time.sleep(60)"
    )
    processes.start("sleeper", [sys.executable, "-c", ignore])
    while "1" not in processes.log_tail("sleeper"):
        pass
    assert processes.stop("sleeper", patience=0.3)


def test_ports():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert processes.is_port_taken(listener.getsockname()[1])
    assert not processes.is_port_taken(processes.free_port())


def test_a_server_comes_back_on_its_port():
    port = processes.port_of("sleeper")
    assert processes.port_of("sleeper") == port
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert processes.port_of("sleeper") != port


def test_a_process_that_nobody_would_know_of_is_ended(monkeypatch):
    started = []
    real = subprocess.Popen

    def remember(*args, **options):
        started.append(real(*args, **options))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", remember)
    # a folder in the record's place: as impossible to write as on a full disk
    processes.record_file("sleeper").mkdir()
    with pytest.raises(OSError):
        start_sleeper()
    assert started[0].wait(timeout=10) < 0


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "8069.5"])
def test_what_is_no_port(text):
    with pytest.raises(Stop, match="is no port"):
        processes.checked_port(text)


def test_ports_people_type(monkeypatch):
    assert processes.checked_port("8069") == 8069
    assert processes.checked_port(None) is None
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip()
    if int(lowest) > 1:
        with pytest.raises(Stop, match=f"choose one from {lowest}"):
            processes.checked_port("1")
