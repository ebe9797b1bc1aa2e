"""What we have started is ended however somebody ends us."""

import os
import pty
import signal
import subprocess
import sys
import time

import psutil
import pytest

from harness import paths
from harness.ending import call_to_the_end

WORK = """
import fcntl, os, pathlib, signal, sys, termios
sys.path.insert(0, sys.argv[1])
from harness.progress import say
from harness.ending import end_politely
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
# whoever runs the tests may be meant to outlive some of them, which is inherited (`nohup`)
for name in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
    signal.signal(name, signal.SIG_DFL)
end_politely()
try:
    say("at work")
    while True:
        signal.pause()
except KeyboardInterrupt:
    say("")
finally:
    for name in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), name)
    say("ended the server")
    pathlib.Path(sys.argv[2]).write_text("ended")
"""


@pytest.fixture
def work(tmp_path):
    """In a terminal of its own, which says ``at work``."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, paths.TOOLS, tmp_path / "done"],
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    try:
        said = b""
        while b"at work" not in said:
            said += os.read(ours, 1000)
        yield process, ours, tmp_path / "done"
    finally:
        process.kill()
        process.wait()


def test_terminal_is_closed(work):
    process, terminal, done = work
    os.close(terminal)
    process.wait(20)
    assert done.read_text() == "ended"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_ended_by_a_signal(work, name):
    process, terminal, done = work
    process.send_signal(getattr(signal, name))
    assert process.wait(20) == 0
    assert done.read_text() == "ended"
    os.close(terminal)


CALL = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.ending import call_to_the_end, end_politely
end_politely()
try:
    print(call_to_the_end([sys.executable, "-c", sys.argv[2], sys.argv[3]]))
except KeyboardInterrupt:
    print("broken off")
"""
# One that starts another, and does not end it, nor itself when asked to.
STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""


def test_all_that_a_program_has_started_ends_with_us(tmp_path):
    note = tmp_path / "pid"
    call = CALL.replace(
        "end_politely()\n", "end_politely()\nimport harness.ending\n", 1
    )
    call = call.replace("try:", "harness.ending.GRACE = 1\ntry:", 1)
    process = subprocess.Popen(
        [sys.executable, "-c", call, paths.TOOLS, STUBBORN, note],
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    grandchild = psutil.Process(int(note.read_text()))
    process.terminate()
    assert process.communicate(timeout=20)[0] == "broken off\n"
    psutil.wait_procs([grandchild], timeout=5)
    assert not psutil.pid_exists(grandchild.pid) or grandchild.status() == "zombie"


def test_exit_code_of_a_program():
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    assert call_to_the_end(command) == 3
