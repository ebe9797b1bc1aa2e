"""However somebody ends us, what we have started is ended too, to the last server."""

import contextlib
import os
import signal
import subprocess

# Ctrl-C, `kill`, and a terminal that is closed.
WAYS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds for a program to end what it has started itself.
GRACE = 10


def end_politely() -> None:
    """Each of them is a KeyboardInterrupt, but for those that we are meant to outlive (`nohup`)."""
    for name in WAYS:
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, _interrupt)


def call_to_the_end(args, **options) -> int:
    """Run a program with our own output, in a group of its own: when we are ended, so is all that it has started. It can't
    be talked to.

    :return: its exit code
    """
    process = subprocess.Popen(
        args, process_group=0, stdin=subprocess.DEVNULL, **options
    )
    try:
        return process.wait()
    except BaseException:
        for signal_number, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, None)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        raise


def _interrupt(_signal, _frame) -> None:
    # A terminal that is closed often says so twice: the second time must not break off what the first one has begun.
    for name in WAYS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt
