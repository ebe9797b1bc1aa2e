"""Run other programs, and turn their failures into one sentence."""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from . import paths
from .errors import Stop

# What programs print when the disk or the network is the problem, whatever they were doing.
NO_SPACE = (
    "No space left on device",
    "ENOSPC",
    "could not extend file",
    "Disk quota exceeded",
    "enough free space",
)
# Below this something is about to fail for want of space, whatever it says itself.
NEARLY_FULL_MEGABYTES = 100
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
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ETIMEDOUT",
    "Connection refused",
    "Connection reset",
    "Cannot connect to proxy",
    "timed out",
)


def explain(
    output: str, doing: str, log: Path | None = None, downloads: bool = False
) -> str:
    """The sentence for a failed program.

    Disk and network have their own; the rest shows the line that looks like the reason.
    """
    full = nearly_full()
    if any(mark in output for mark in NO_SPACE):
        return (
            f"The disk is full ({doing}): free some space on the disk of "
            f"{full or paths.DEV}, then run the command again."
        )
    if downloads and any(mark in output for mark in NO_NETWORK):
        return (
            f"No network ({doing}): check the connection to the package registries, "
            "then run the command again."
        )
    if downloads and re.search(
        r"Release file .* (is expired|is not valid yet)", output
    ):
        return (
            f"{doing} failed: the clock of this machine and Debian's mirror do not agree. "
            "Set the clock, or name a mirror in /etc/apt that is kept up to date."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search("error|fatal", line, re.IGNORECASE)]
    reason = (telling or lines or ["no output"])[-1]
    seen = f" (the whole output is in {log})" if log else ""
    if full:
        # A server that went down for want of space leaves its clients with "connection lost".
        seen += f". The disk of {full} is nearly full: free some space first"
    return f"{doing} failed: {reason}{seen}"


def nearly_full() -> Path | None:
    """Ours, the one of temporary files or the system's: where there is no space left to speak of."""
    for folder in (paths.ROOT, Path(tempfile.gettempdir()), Path("/var")):
        with contextlib.suppress(OSError):
            if shutil.disk_usage(folder).free < NEARLY_FULL_MEGABYTES * 10**6:
                return paths.DEV if folder == paths.ROOT else folder
    return None


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


def temporary_folder():
    """For what browsers and tests leave in /tmp: it goes when the command ends. Near the root, as Chromium's sockets
    lie in it, whose paths must be short."""
    return tempfile.TemporaryDirectory(prefix="crm-suite-", ignore_cleanup_errors=True)


def reach_loopback_directly() -> None:
    """Where the environment names a proxy for the downloads: it does not know our servers."""
    names = ("no_proxy", "NO_PROXY")
    known = os.environ.get(names[0]) or os.environ.get(names[1]) or ""
    if urllib.request.getproxies_environment() and known != "*":
        for name in names:
            os.environ[name] = ",".join(filter(None, [known, "127.0.0.1,localhost"]))


@contextlib.contextmanager
def lock(name: str):
    """One process at a time does this step; the next one then finds it done. Developers share one .dev folder."""
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with open(paths.LOCKS / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_whole(file: Path, text: str) -> None:
    """A full disk leaves the old text, not half of the new one; readable by us alone."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


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
