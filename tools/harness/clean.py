"""End what was started, remove what was made."""

import shutil

from . import paths, postgres, processes
from .errors import Stop
from .progress import say


def status() -> None:
    """One line for each running process."""
    for name in processes.running_names():
        record = processes.read_record(name)
        print(f"{name:20} pid {record['pid']:<8} {record.get('url', '')}")


def stop() -> None:
    """Servers first, their database last."""
    if not paths.RUN.is_dir():
        return
    names = processes.running_names()
    clusters = [name for name in names if name.startswith(postgres.MAIN.name)]
    for name in names:
        if name not in clusters:
            processes.stop(name)
            say(f"ended {name}")
    for name in clusters:
        processes.stop(name, how=postgres.FAST, patience=60)
        say("ended PostgreSQL" if name == postgres.MAIN.name else f"ended {name}")


def clean() -> None:
    """.dev is ours, and what hypothesis keeps beside it. An external PostgreSQL keeps its databases: they are named, not dropped."""
    stop()
    shutil.rmtree(paths.ROOT / ".hypothesis", ignore_errors=True)
    if not paths.DEV.is_dir():
        return
    shutil.rmtree(paths.DEV, ignore_errors=True)
    if paths.DEV.exists():
        raise Stop(
            f"{paths.DEV} could not be removed entirely: remove it as the user who owns the rest of it."
        )
    if postgres.is_external():
        say(
            "The databases crm_*, erp_* on your PostgreSQL server stay: drop them by hand."
        )
