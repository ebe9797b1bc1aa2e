"""What people see while the harness works: one line a step, with the seconds it took."""

import sys
import time
from contextlib import contextmanager


def say(text: str) -> None:
    """Progress goes to stderr: stdout is for answers (JSON, tables) that scripts read."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str):
    """Announce a step before it starts, so that a long one is never a silent one."""
    say(f"==> {text}")
    start = time.monotonic()
    yield
    seconds = time.monotonic() - start
    if seconds >= 1:
        say(f"    {text}: {seconds:.0f} s")
