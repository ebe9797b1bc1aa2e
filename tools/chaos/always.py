"""Starts a command again whenever it ends, as a service manager does (systemd's `Restart=always`)."""

import os
import signal
import subprocess
import sys
import time

PAUSE = 1.0
# Until what does not end by itself is killed.
PATIENCE = 15.0


def main(command: list[str]) -> None:
    """Until we are told to end."""
    signal.signal(signal.SIGTERM, leave)
    running = subprocess.Popen(command)
    try:
        while True:
            running.wait()
            time.sleep(PAUSE)
            running = subprocess.Popen(command)
    finally:
        end(running)


def leave(_signal, _frame) -> None:
    """Out of the waiting: within it nobody else can wait for the command's end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit()


def end(running: subprocess.Popen) -> None:
    """Politely, then not."""
    running.terminate()
    try:
        running.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        if os.getpgrp() == os.getpid():
            # its workers would outlive it; we go along
            os.killpg(0, signal.SIGKILL)
        running.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
