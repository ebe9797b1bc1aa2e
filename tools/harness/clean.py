"""End what was started, remove what was made."""

import shutil

from . import external_postgres, paths, postgres, processes
from .errors import Stop
from .progress import say

STAY = f"To leave its databases there, remove {paths.DEV} by hand."


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
    """.dev is ours, our databases on a server of the person's, what hypothesis keeps in the checkout, and Python's
    compiled files between its sources."""
    stop()
    drop_external()
    shutil.rmtree(paths.ROOT / ".hypothesis", ignore_errors=True)
    compiled = [paths.ROOT / "__pycache__"]
    for folder in ("addons", "tests", "tools"):
        compiled += (paths.ROOT / folder).rglob("__pycache__")
    for folder in compiled:
        shutil.rmtree(folder, ignore_errors=True)
    if not paths.DEV.is_dir():
        return
    shutil.rmtree(paths.DEV, ignore_errors=True)
    if paths.DEV.exists():
        raise Stop(
            f"{paths.DEV} could not be removed entirely: remove it as the user who owns the rest of it."
        )


def drop_external() -> None:
    """Those that this checkout has made on servers of the person's; Stop while one is left, as nobody would know any
    more whose it is."""
    if postgres.is_external() and external_postgres.own_id():
        try:
            for name in external_postgres.own_databases():
                postgres.drop_database(name)
                say(f"dropped {name}")
        except Stop as stop_:
            raise Stop(f"{stop_} {STAY}") from stop_
        external_postgres.forget_server()
    if left := external_postgres.servers():
        names = ", ".join(name.rstrip(":") for name in left)
        raise Stop(
            f"Databases of this checkout are on a PostgreSQL server of yours ({names}): set PGHOST and the rest as "
            f"they were, then `make clean` again. {STAY}"
        )
