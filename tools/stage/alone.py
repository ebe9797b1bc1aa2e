"""One demo (or serve) and one bench at a time: they own their databases while they run."""

import contextlib
import fcntl

from harness import paths
from harness.errors import Stop


@contextlib.contextmanager
def alone(name: str):
    """Refuse to start beside another one of the same name."""
    with open(paths.LOCKS / f"stage-{name}", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "make demo or make serve" if name == "demo" else f"make {name}"
            raise Stop(
                f"{what} is at work in this checkout already: end it first."
            ) from None
        yield
