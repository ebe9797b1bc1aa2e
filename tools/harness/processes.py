"""Start servers in the background and end them again: only those we started, recognised beyond doubt."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import commands, paths
from .errors import Stop


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_of(name: str) -> int:
    """The port this server had last time, so that links to it and bookmarks still work; another one if it is taken."""
    file = paths.RUN / f"{name}.port"
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
        if not is_port_taken(port):
            return port
    port = free_port()
    file.write_text(str(port))
    return port


def checked_port(text: str | None) -> int | None:
    """What a person has typed, or Stop."""
    if not text:
        return None
    port = int(text) if text.isdecimal() else 0
    if not 0 < port < 65536:
        raise Stop(f"{text} is no port: give a number from 1024 to 65535.")
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if os.geteuid() and lowest.is_file() and port < int(lowest.read_text()):
        raise Stop(
            f"Port {port} is for root alone: choose one from {lowest.read_text().strip()} to 65535."
        )
    return port


def is_port_taken(port: int) -> bool:
    """True when somebody listens there (or the port is not ours to bind)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def start_time(pid: int) -> str | None:
    """When the kernel started this process: a pid alone may have been given to somebody else's since."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    # A zombie has ended; it only waits for its parent to notice.
    return None if fields[0] == "Z" else fields[19]


def record_file(name: str) -> Path:
    """What we know of a process we started."""
    return paths.RUN / f"{name}.pid"


def read_record(name: str) -> dict | None:
    """The record of a running process of ours, or None; a stale one is forgotten."""
    file = record_file(name)
    try:
        record = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    if start_time(record["pid"]) != record["start_time"]:
        with contextlib.suppress(OSError):
            file.unlink()
        return None
    return record


def start(
    name: str, args, *, env=None, cwd=None, about: dict | None = None, **options
) -> dict:
    """Start in the background, in a session of its own so that Ctrl-C in the terminal does not end it."""
    log = open(paths.LOGS / f"{name}.log", "ab")  # noqa: SIM115 (the child keeps it)
    with log:
        process = subprocess.Popen(
            [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd or paths.DEV,
            start_new_session=True,
            **options,
        )
    record = {
        "name": name,
        "pid": process.pid,
        "start_time": start_time(process.pid),
        **(about or {}),
    }
    try:
        record_file(name).write_text(json.dumps(record))
    except OSError:
        # Nobody would know of it.
        os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            record_file(name).unlink()
        raise
    return record


def stop(name: str, how: signal.Signals = signal.SIGTERM, patience: float = 20) -> bool:
    """End one of ours: politely, then not. False when it was not running."""
    record = read_record(name)
    if not record:
        return False
    for sign, seconds in ((how, patience), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            if sign is signal.SIGKILL:
                # Its workers would outlive it.
                os.killpg(record["pid"], sign)
            else:
                os.kill(record["pid"], sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not read_record(name):
                return True
            time.sleep(0.1)
    raise Stop(
        f"Process {record['pid']} ({name}) does not end: end it by hand, then run the command again."
    )


def running_names() -> list[str]:
    """Names of all our running processes."""
    return [
        file.stem for file in sorted(paths.RUN.glob("*.pid")) if read_record(file.stem)
    ]


def log_tail(name: str) -> str:
    """The end of a server's log, to explain why it ended."""
    with contextlib.suppress(OSError):
        return "\n".join(
            (paths.LOGS / f"{name}.log").read_text(errors="replace").splitlines()[-40:]
        )
    return ""


def wait_until_it_answers(name: str, url: str, seconds: float = 90) -> None:
    """Any HTTP answer will do: the server is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not read_record(name):
            raise Stop(
                commands.explain(
                    log_tail(name), f"Starting {name}", paths.LOGS / f"{name}.log"
                )
            )
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except urllib.error.HTTPError:
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise Stop(f"{name} does not answer at {url}: see {paths.LOGS / (name + '.log')}.")
