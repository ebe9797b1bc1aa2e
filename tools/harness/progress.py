"""What people see while the harness works: one line a step, with the seconds it took."""

import contextlib
import sys
import time


def say(text: str) -> None:
    """Progress goes to stderr: stdout is for answers (JSON, tables) that scripts read. Where nobody can read it any more
    (the terminal was closed), the work goes on: servers may have to be ended."""
    with contextlib.suppress(OSError):
        # in one piece: steps side by side would write into each other's lines
        print(f"{text}\n", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str):
    """Announce a step before it starts, so that a long one is never a silent one."""
    say(f"==> {text}")
    start = time.monotonic()
    yield
    seconds = time.monotonic() - start
    if seconds >= 1:
        say(f"    {text}: {seconds:.0f} s")
