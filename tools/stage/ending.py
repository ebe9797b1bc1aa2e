"""However somebody ends us, what we have started is ended too, to the last server."""

import signal

# Ctrl-C, `kill`, and a terminal that is closed.
WAYS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_politely() -> None:
    """Each of them is a KeyboardInterrupt, but for those that we are meant to outlive (`nohup`)."""
    for name in WAYS:
        if signal.getsignal(name) != signal.SIG_IGN:
            signal.signal(name, _interrupt)


def _interrupt(_signal, _frame) -> None:
    # A terminal that is closed often says so twice: the second time must not break off what the first one has begun.
    for name in WAYS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt
