"""Run Odoo: as a command (install, update, shell, tests) and as a server in the background."""

import json
import os
import subprocess
import threading
from pathlib import Path

from . import (
    commands,
    fonts,
    node_tools,
    odoo_source,
    paths,
    postgres,
    processes,
)
from .errors import Stop

CONFIG = paths.DEV / "odoo.conf"
BASE_OPTIONS = {
    "http_interface": "127.0.0.1",
    "list_db": False,
    "max_cron_threads": 0,
    "limit_time_real": 3600,
    "limit_time_cpu": 3600,
}


def environment(**more) -> dict:
    """PYTHONPATH finds Odoo and the tools that tests import; the PG variables find the database."""
    python_path = [str(odoo_source.python_path()), str(paths.TOOLS)]
    programs = [str(paths.VENV / "bin"), str(paths.NODE / "node_modules/.bin")]
    base = postgres.full_environment()
    return (
        base
        | {
            "PATH": ":".join([*programs, base["PATH"]]),
            "PYTHONPATH": ":".join(python_path),
            "ODOO_RC": str(write_config()),
            # What tests of real ERPs talk to.
            "INTEGRATION_TEST_ERPS": os.environ.get("INTEGRATION_TEST_ERPS")
            or str(paths.ERPS_FILE),
            "SUITE_SCREENSHOTS": str(paths.SCREENSHOTS),
            # Fonts, browser profiles and the like: nothing goes to the home folder.
            "XDG_CACHE_HOME": str(paths.DEV / "cache"),
            "XDG_CONFIG_HOME": str(paths.DEV / "config"),
            "PYTHONUNBUFFERED": "1",
            # Compiling all of Odoo takes each process seconds, so what is compiled is kept, wherever the sources are.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(paths.DEV / "cache/python"),
        }
        | node_tools.CACHE
        | ({"FONTCONFIG_FILE": str(fonts.CONFIG)} if fonts.CONFIG.is_file() else {})
        | {key: str(value) for key, value in more.items()}
    )


def write_config() -> Path:
    """No password in it: that comes by the environment. Written only when different, as servers read it any time."""
    options = BASE_OPTIONS | {
        "addons_path": ",".join(map(str, odoo_source.addons_path())),
        "data_dir": paths.DATA,
    }
    text = "[options]\n" + "".join(
        f"{key} = {value}\n" for key, value in options.items()
    )
    if not CONFIG.is_file() or CONFIG.read_text() != text:
        temporary = CONFIG.with_suffix(f".{os.getpid()}")
        temporary.write_text(text)
        temporary.replace(CONFIG)
    return CONFIG


def command(*args) -> list[str]:
    """The command line of an Odoo command."""
    return [
        str(paths.VENV / "bin/python"),
        str(paths.TOOLS / "odoo-bin"),
        *map(str, args),
    ]


def run(*args, doing: str, log: str, **options) -> str:
    """Run an Odoo command to its end."""
    return commands.run(
        command(*args), doing, log=log, env=environment(), cwd=paths.DEV, **options
    )


def install(
    database: str, modules, *, update=(), doing: str | None = None, demo: bool = False
) -> None:
    """Install and update modules; an error in the log of an install is a failure even when Odoo exits with 0."""
    arguments = ["-d", database, "--stop-after-init", "--no-http", "--log-level=warn"]
    if modules:
        arguments += ["-i", ",".join(modules)]
    if update:
        arguments += ["-u", ",".join(update)]
    if demo:
        arguments.append("--with-demo")
    doing = doing or f"Installing {', '.join([*modules, *update])} in {database}"
    output = run(*arguments, doing=doing, log=f"install-{database}.log")
    if "invalid module names" in output:
        raise Stop(
            f"{doing} failed: {output.split('invalid module names, ignored:')[-1].strip()} is not on the addons path."
        )


def shell_script(database: str, script: Path, settings: dict, options=()):
    """Run a script in `odoo shell`; it reads SETTINGS (JSON) from the environment and writes its answer to a file."""
    # several threads may do so side by side
    answer = paths.RUN / f"answer-{database}-{threading.get_ident()}.json"
    answer.unlink(missing_ok=True)
    env = environment(HARNESS_SETTINGS=json.dumps(settings), HARNESS_ANSWER=answer)
    arguments = command("shell", "-d", database, "--no-http", "--log-level=warn")
    arguments += map(str, options)
    doing = f"Setting up {database} ({script.name})"
    text = script.read_text()
    commands.run(
        arguments,
        doing,
        log=f"setup-{database}.log",
        env=env,
        cwd=paths.DEV,
        input=text,
        stdin=None,
    )
    if not answer.is_file():
        raise Stop(
            f"{doing} gave no answer: see {paths.LOGS / f'setup-{database}.log'}."
        )
    result = json.loads(answer.read_text())
    answer.unlink()
    return result


def serve(
    name: str,
    database: str,
    *,
    workers: int = 0,
    port: int | None = None,
    options=(),
    more=None,
) -> dict:
    """Serve one database on a loopback port until `stop`; threads by default, processes for measurements.

    `more` are further environment variables.
    """
    port = port or processes.port_of(name)
    arguments = [
        "-d",
        database,
        "--db-filter",
        f"^{database}$",
        "--http-port",
        port,
        "--log-level=warn",
    ]
    arguments += ["--workers", workers, "--no-database-list", *options]
    if workers:
        arguments += ["--gevent-port", processes.free_port()]
    url = f"http://127.0.0.1:{port}"
    about = {
        "url": url,
        "database": database,
        "workers": workers,
        "postgres": postgres.address(),
    }
    record = processes.start(
        name, command(*arguments), env=environment(**(more or {})), about=about
    )
    processes.wait_until_it_answers(name, f"{url}/web/login", seconds=120)
    return record


def interactive(args) -> int:
    """Any Odoo command with the terminal attached."""
    return subprocess.call(command(*args), env=environment(), cwd=paths.DEV)
