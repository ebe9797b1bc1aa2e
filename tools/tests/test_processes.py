"""Only processes that we started are ended."""

import json
import socket
import subprocess
import sys

import pytest

from harness import paths, processes


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
