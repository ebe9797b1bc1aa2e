"""What we have started is ended however somebody ends us."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from harness import paths

WORK = """
import fcntl, os, pathlib, signal, sys, termios
sys.path.insert(0, sys.argv[1])
from harness.progress import say
from stage.ending import end_politely
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
