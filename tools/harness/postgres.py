"""PostgreSQL: a private cluster under .dev/pg, or the server that PGHOST names.

The private cluster listens on loopback TCP only, with a password: a socket's path may be too long in a deep checkout.
It is a development cluster: a power cut may lose it, and `make` then builds it again. DEV_PG_DURABLE=1 makes it flush
like a production server (slower).
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import commands, debian, paths, processes
from .errors import Stop
from .progress import say, step

ROLE = "odoo_suite"
# Ways to shut down: without waiting for clients to leave, and as in a crash.
FAST, CRASH = signal.SIGINT, signal.SIGQUIT


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of ours."""

    name: str
    folder: Path
    settings_file: Path
    # Of postgresql.conf, what is otherwise than in write_settings.
    more: dict = field(default_factory=dict)


MAIN = Cluster("postgres", paths.POSTGRES, paths.RUN / "pg.json")
# The one that everything in this process talks of, see private_postgres.py.
current = MAIN


def is_external() -> bool:
    """The person brings a server of their own; what we start is told of ours in the same words."""
    return current is MAIN and bool(os.environ.get("PGHOST")) and not is_told_of_ours()


def is_told_of_ours() -> bool:
    """One of our own commands has started this one."""
    try:
        settings = json.loads(MAIN.settings_file.read_text())
    except (OSError, ValueError):
        return False
    # the password is ours alone
    told = (os.environ.get("PGPORT"), os.environ.get("PGPASSWORD"))
    return told == (str(settings["port"]), settings["password"])


def environment() -> dict:
    """libpq's variables: Odoo, Tryton, psql and createdb all read the same."""
    if is_external():
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {name: os.environ[name] for name in names if os.environ.get(name)}
    settings = json.loads(current.settings_file.read_text())
    return {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(settings["port"]),
        "PGUSER": ROLE,
        "PGPASSWORD": settings["password"],
    }


def address() -> str:
    """Which server a running process was started with."""
    values = environment()
    return f"{values['PGHOST']}:{values.get('PGPORT', '')}"


def full_environment() -> dict:
    """Ours over the caller's, with the server's own client programs first on the PATH."""
    programs = debian.postgres_programs()
    path = f"{programs}:{os.environ['PATH']}" if programs else os.environ["PATH"]
    kept = {key: value for key, value in os.environ.items() if key != "PGDATABASE"}
    return kept | environment() | {"PATH": path}


def provide() -> None:
    """A server that answers, or Stop."""
    if is_external():
        check_external()
        return
    with commands.lock(current.name):
        # The second is written last: a cluster broken off halfway is made again.
        if not (
            (current.folder / "PG_VERSION").is_file()
            and current.settings_file.is_file()
        ):
            create_cluster()
        if not processes.read_record(current.name):
            start_cluster()


def check_external() -> None:
    """Say what is wrong with the given server now, not in the middle of something."""
    if os.environ.get("PGUSER", commands.whoami()) == "postgres":
        raise Stop(
            "Odoo refuses to work as the database user postgres: set PGUSER to another role that may create databases."
        )
    try:
        allowed = psql(
            "select rolcreatedb or rolsuper from pg_roles where rolname = current_user",
            database="postgres",
        )
    except Stop as stop:
        raise Stop(
            f"The PostgreSQL server that PGHOST names cannot be used ({stop}): "
            "check PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset them all."
        ) from stop
    if allowed != "t":
        raise Stop(
            "The role in PGUSER may not create databases: "
            "run ALTER ROLE ... CREATEDB for it."
        )


def identity() -> dict:
    """PostgreSQL refuses to run as root: then the package's own user runs it."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError as error:
        raise Stop(
            "PostgreSQL does not run as root and there is no user postgres: `apt-get install postgresql`."
        ) from error
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def wrapper() -> tuple[list[str], dict]:
    """How to start the server's programs: as user postgres, or, when that user cannot enter the checkout (say, under
    /root), as root inside a user namespace where root bears the name postgres.
    """
    who = identity()
    if not who:
        return [], {}
    current.folder.mkdir(mode=0o700, exist_ok=True)
    probe = ["test", "-x", str(current.folder)]
    if not subprocess.run(["test", "-x", paths.DEV], **who).returncode:
        give_cluster_to(who["user"], who["group"])
        if not subprocess.run(probe, **who).returncode:
            return [], who
    namespace = [
        "unshare",
        "--user",
        f"--map-user={who['user']}",
        f"--map-group={who['group']}",
    ]
    if (
        shutil.which("unshare")
        and not subprocess.run([*namespace, "true"], capture_output=True).returncode
    ):
        give_cluster_to(0, 0)
        return namespace, {}
    raise Stop(
        f"PostgreSQL runs as user postgres, who cannot enter {paths.DEV}: "
        "move the checkout to a folder that everybody can enter, such as /srv."
    )


def give_cluster_to(user: int, group: int) -> None:
    """PostgreSQL insists on owning its files; another of us may have started it last."""
    if current.folder.stat().st_uid == user:
        return
    for folder, _folders, files in os.walk(current.folder):
        for name in (".", *files):
            os.chown(os.path.join(folder, name), user, group, follow_symlinks=False)


def create_cluster() -> None:
    """initdb, and a role that may create databases but is no superuser."""
    programs = debian.postgres_programs()
    with step("PostgreSQL cluster"):
        shutil.rmtree(current.folder, ignore_errors=True)
        current.settings_file.unlink(missing_ok=True)
        prefix, who = wrapper()
        current.folder.mkdir(mode=0o700, exist_ok=True)
        password = secrets.token_urlsafe(24)
        arguments = [
            *prefix,
            programs / "initdb",
            "-D",
            current.folder,
            "-U",
            "postgres",
        ]
        arguments += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        commands.run(arguments, "initdb", log="initdb.log", cwd="/", **who)
        # The server never runs with initdb's trusting default, and its superuser has no password: nobody logs in as it.
        (current.folder / "pg_hba.conf").write_text(
            "host all all 127.0.0.1/32 scram-sha-256\n"
        )
        arguments = [
            *prefix,
            programs / "postgres",
            "--single",
            "-F",
            "-D",
            current.folder,
            "postgres",
        ]
        statement = f"create role {ROLE} login createdb password '{password}'\n"
        output = commands.run(
            arguments,
            "Creating the database role",
            cwd="/",
            stdin=None,
            input=statement,
            **who,
        )
        if "ERROR" in output:
            raise Stop(commands.explain(output, "Creating the database role"))
        commands.write_whole(
            current.settings_file,
            json.dumps({"port": processes.free_port(), "password": password}),
        )


def write_settings(port: int) -> None:
    """Written at every start, so that a changed port or DEV_PG_DURABLE takes effect."""
    is_durable = os.environ.get("DEV_PG_DURABLE") == "1"
    durable = "on" if is_durable else "off"
    # One that is killed on purpose loses nothing of what it has committed: the machine goes on.
    commits = "on" if is_durable or current is not MAIN else "off"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 250,
        "shared_buffers": "512MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "fsync": durable,
        "synchronous_commit": commits,
        "full_page_writes": durable,
        "jit": "off",
        "autovacuum_naptime": "30s",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    lines = [f"{key} = '{value}'" for key, value in (settings | current.more).items()]
    (current.folder / "postgresql.auto.conf").write_text("\n".join(lines) + "\n")


def start_cluster() -> None:
    """On the port it had, so that running servers keep their connection; on another one if that was taken."""
    settings = json.loads(current.settings_file.read_text())
    if processes.is_port_taken(settings["port"]):
        say(
            f"    port {settings['port']} is taken by another program: PostgreSQL moves to another one"
        )
        settings["port"] = processes.free_port()
        commands.write_whole(current.settings_file, json.dumps(settings))
    write_settings(settings["port"])
    prefix, who = wrapper()
    # A cluster that was killed leaves this file; another process may have its number by now.
    (current.folder / "postmaster.pid").unlink(missing_ok=True)
    arguments = [*prefix, debian.postgres_programs() / "postgres", "-D", current.folder]
    processes.start(current.name, arguments, cwd="/", **who)
    wait_until_it_answers()


def wait_until_it_answers(seconds: float = 60) -> None:
    """Until it takes connections (after a crash it reads its log first)."""
    probe = [debian.postgres_programs() / "pg_isready", "-q", "-d", "postgres"]
    env = os.environ | environment()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not processes.read_record(current.name):
            log = paths.LOGS / f"{current.name}.log"
            raise Stop(
                commands.explain(
                    processes.log_tail(current.name), "Starting PostgreSQL", log
                )
            )
        if not subprocess.run(probe, env=env).returncode:
            return
        time.sleep(0.1)
    raise Stop(
        f"PostgreSQL does not answer: see {paths.LOGS / (current.name + '.log')}."
    )


def stop(how: signal.Signals = FAST) -> bool:
    """True when it was running."""
    return processes.stop(current.name, how=how, patience=60)


def restart_with(settings: dict) -> None:
    """The cluster in use anew, with these settings instead of those of write_settings."""
    global current
    stop()
    current = replace(current, more=settings)
    start_cluster()


def psql(statement: str, *, database: str, env: dict | None = None) -> str:
    """One statement, its rows as plain text."""
    arguments = [
        "psql",
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        database,
        "-c",
        statement,
    ]
    return commands.run(arguments, "psql", env=env or full_environment()).strip()


def database_exists(name: str) -> bool:
    """The name is ours or given by a developer, quoted all the same."""
    quoted = name.replace("'", "''")
    return (
        psql(
            f"select 1 from pg_database where datname = '{quoted}'", database="postgres"
        )
        == "1"
    )


def create_database(name: str) -> None:
    """An empty database."""
    arguments = [
        "createdb",
        "-T",
        "template0",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        name,
    ]
    commands.run(arguments, f"Creating database {name}", env=full_environment())


def copy_database(template: str, name: str) -> None:
    """A copy takes about a second; nobody may be connected to the template."""
    commands.run(
        ["createdb", "-T", template, name],
        f"Copying database {template}",
        env=full_environment(),
    )


def drop_database(name: str) -> None:
    """Also when something still holds a connection to it.

    An autovacuum worker is nobody's to end, so `--force` fails beside one; without it, PostgreSQL sends that away itself,
    once nobody else is there.
    """
    doing, env = f"Dropping database {name}", full_environment()
    psql(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        f" where datname = '{name}' and usename = current_user",
        database="postgres",
    )
    try:
        commands.run(["dropdb", "--if-exists", name], doing, env=env)
    except Stop:
        # somebody has come back meanwhile
        commands.run(["dropdb", "--if-exists", "--force", name], doing, env=env)
