"""Starts a command again whenever it ends, as a service manager does (systemd's `Restart=always`)."""

import signal
import subprocess
import sys
import time

PAUSE = 1.0


def main(command: list[str]) -> None:
    """Until we are told to end."""
    running = subprocess.Popen(command)

    def end(_signal, _frame) -> None:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
        sys.exit()

    signal.signal(signal.SIGTERM, end)
    while True:
        running.wait()
        time.sleep(PAUSE)
        running = subprocess.Popen(command)


if __name__ == "__main__":
    main(sys.argv[1:])
