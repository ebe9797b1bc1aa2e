"""Run other programs, and turn their failures into one sentence."""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import subprocess
from pathlib import Path

from . import paths
from .errors import Stop

# What programs print when the disk or the network is the problem, whatever they were doing.
NO_SPACE = (
    "No space left on device",
    "ENOSPC",
    "could not extend file",
    "Disk quota exceeded",
)
NO_NETWORK = (
    "Could not resolve",
    "Temporary failure resolving",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "NewConnectionError",
    "Could not connect to",
    "Failed to fetch",
    "getaddrinfo",
    "ENOTFOUND",
    "EAI_AGAIN",
    "Connection refused",
    "Connection timed out",
)


def explain(
    output: str, doing: str, log: Path | None = None, downloads: bool = False
) -> str:
    """The sentence for a failed program.

    Disk and network have their own; the rest shows the line that looks like the reason.
    """
    if any(mark in output for mark in NO_SPACE):
        return (
            f"The disk is full ({doing}): free some space on the disk of {paths.DEV}, "
            "then run the command again."
        )
    if downloads and any(mark in output for mark in NO_NETWORK):
        return (
            f"No network ({doing}): check the connection to the package registries, "
            "then run the command again."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search("error|fatal", line, re.IGNORECASE)]
    reason = (telling or lines or ["no output"])[-1]
    seen = f" (the whole output is in {log})" if log else ""
    return f"{doing} failed: {reason}{seen}"


def run(
    args, doing: str, *, log: str | None = None, downloads: bool = False, **options
) -> str:
    """Run to the end and return what was printed; `doing` names the step in the failure text."""
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run(
            [str(arg) for arg in args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
    except FileNotFoundError as error:
        raise Stop(
            f"{doing} needs the program {args[0]}, which is not on this machine: install it."
        ) from error
    except OSError as error:
        raise Stop(explain_os_error(error, doing)) from error
    log_file = None
    if log:
        log_file = paths.LOGS / log
        with contextlib.suppress(OSError):
            log_file.write_text(done.stdout)
    if done.returncode:
        raise Stop(explain(done.stdout, doing, log_file, downloads))
    return done.stdout


def explain_os_error(error: OSError, doing: str) -> str:
    """Failures of our own file operations, in the same words as those of programs."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return explain(NO_SPACE[0], doing)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{doing} may not write {error.filename or paths.DEV}: make it writable for {whoami()}."
    return f"{doing} failed: {error}"


def whoami() -> str:
    """The name of the user in messages; a container may have none for its uid."""
    import pwd

    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return f"user {os.geteuid()}"


@contextlib.contextmanager
def lock(name: str):
    """One process at a time does this step; the next one then finds it done. Developers share one .dev folder."""
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with open(paths.LOCKS / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(*parts) -> str:
    """A short fingerprint of texts and files: what a step was done with."""
    result = hashlib.sha256()
    for part in parts:
        result.update(
            part.read_bytes() if isinstance(part, Path) else str(part).encode()
        )
        result.update(b"\0")
    return result.hexdigest()[:16]


def is_done(step: str, fingerprint: str) -> bool:
    """True when the step was finished with the same inputs."""
    stamp = paths.STAMPS / step
    return stamp.is_file() and stamp.read_text() == fingerprint


def mark_done(step: str, fingerprint: str) -> None:
    """Written last, so that a step broken off halfway is done again."""
    (paths.STAMPS / step).write_text(fingerprint)
