"""The commands of `python3 tools/harness`."""

import argparse
import json
import os
import subprocess

from . import (
    clean,
    commands,
    core_tests,
    crm,
    erps,
    lint,
    odoo,
    older_erp,
    paths,
    postgres,
    run_pytest,
    run_tests,
    screenshots,
    setup,
    translations,
)
from .errors import Stop
from .progress import say


def main(arguments: list[str]) -> int:
    """Run one command; whatever ends it is one plain sentence."""
    name, *rest = arguments or ["help"]
    command = COMMANDS.get(name)
    if not command:
        say(f"There is no command {name}: `python3 tools/harness help` lists them.")
        return 1
    commands.reach_loopback_directly()
    try:
        return command(rest) or 0
    except Stop as stop:
        say(f"\n{stop}")
    except KeyboardInterrupt:
        say("\nBroken off; run the command again to go on.")
    except OSError as error:
        if os.environ.get("HARNESS_DEBUG"):
            raise
        say("\n" + commands.explain_os_error(error, name))
    return 1


def help_(_arguments) -> None:
    """list the commands"""
    for name, command in COMMANDS.items():
        print(f"  {name:10} {command.__doc__}")


def setup_(_arguments) -> None:
    """bring everything this machine needs (idempotent; the other commands do it themselves)"""
    setup.provide()


def up(_arguments) -> None:
    """set-up, then start PostgreSQL and both ERPs (idempotent); prints where they are"""
    setup.provide()
    print(json.dumps(erps.up(), indent=1))


def pytest(arguments) -> int:
    """[--db NAME] [--install a,b] [--fresh] [--no-erps] [--log-level L] PATHS AND PYTEST OPTIONS"""
    parser = argparse.ArgumentParser("harness pytest")
    parser.add_argument("--db", default="crm_dev")
    parser.add_argument("--install", default="")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--no-erps", action="store_true")
    parser.add_argument("--log-level", default="critical")
    options, rest = parser.parse_known_args(arguments)
    setup.provide()
    if not options.no_erps:
        erps.up()
    names = [name for name in options.install.split(",") if name]
    crm.provide(options.db, names or crm.suite_addons(), fresh=options.fresh)
    return run_pytest.run(options.db, rest, log_level=options.log_level)


def test(arguments) -> int:
    """[PYTEST OPTIONS]: lint, then every test on a fresh CRM database and fresh ERPs"""
    setup.provide()
    return run_tests.run(arguments)


def test_older(arguments) -> int:
    """[PYTEST OPTIONS]: the tests of an Odoo ERP, with an Odoo 14 (root only)"""
    older_erp.check()
    setup.provide()
    return older_erp.run(arguments)


def test_core(_arguments) -> int:
    """Odoo's own tests of crm, sale and sale_crm, without and with the suite"""
    setup.provide()
    return core_tests.run()


def screenshots_(arguments) -> int:
    """pictures of every screen, and those of the guides brought up to date"""
    setup.provide()
    return screenshots.run(arguments)


def lint_(_arguments) -> int:
    """style and mistakes of everything in the repository"""
    setup.provide()
    return 0 if lint.check() else 1


def format_(_arguments) -> None:
    """let ruff and prettier format everything"""
    setup.provide()
    lint.fix()


def pot(_arguments) -> None:
    """write the translation templates of all addons"""
    setup.provide()
    translations.export_templates()


def install(arguments) -> None:
    """--db NAME [--fresh] a,b: create or update a CRM database with these addons"""
    parser = argparse.ArgumentParser("harness install")
    parser.add_argument("--db", required=True)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("addons")
    options = parser.parse_args(arguments)
    setup.provide()
    crm.provide(options.db, options.addons.split(","), fresh=options.fresh)


def tool(name: str, arguments) -> int:
    """Demo and bench go on in the virtual environment, where psycopg2 is, in our place: Ctrl-C is theirs alone."""
    setup.provide()
    python = str(paths.VENV / "bin/python")
    os.execv(python, [python, str(paths.TOOLS / name), *arguments])


def demo(arguments) -> int:
    """won deals become orders in both ERPs, and their status comes back; prints a table"""
    return tool("demo", arguments)


def serve(arguments) -> int:
    """[--port N]: serve the demo CRM and its ERPs until Ctrl-C"""
    return tool("demo", ["serve", *arguments])


def bench(arguments) -> int:
    """[NAME]: measurements, each beside bare scripts"""
    return tool("bench", arguments)


def chaos(arguments) -> int:
    """[--faults N | --minutes M] [--seed S] | crashes: what breaks between CRM and ERPs, and what is lost by it"""
    return tool("chaos", arguments)


def mutations(arguments) -> int:
    """[NAME ...]: break one promise at a time, and see whether the tests notice"""
    return tool("mutations", arguments)


def odoo_(arguments) -> int:
    """ARGS...: any Odoo command, e.g. `odoo -d crm_dev -u integration_hub --stop-after-init`"""
    setup.provide()
    return odoo.interactive(arguments)


def shell(arguments) -> int:
    """DB: Odoo shell (reads a script from stdin when given one)"""
    setup.provide()
    return odoo.interactive(
        ["shell", "-d", *arguments, "--no-http", "--log-level=warn"]
    )


def psql(arguments) -> int:
    """ARGS...: psql on our server, e.g. `psql crm_dev -c 'select 1'`"""
    setup.provide()
    return subprocess.call(
        ["psql", *(arguments or ["postgres"])], env=postgres.full_environment()
    )


def env(_arguments) -> None:
    """print the environment (PGHOST, PYTHONPATH, ...) as shell exports, for `eval`"""
    setup.provide()
    for key, value in odoo.environment().items():
        if os.environ.get(key) != value:
            print(f"export {key}='{value}'")


def new_erp(arguments) -> None:
    """odoo|tryton NAME [--workers N]: a fresh copy of an ERP under another name and port; prints JSON"""
    parser = argparse.ArgumentParser("harness new-erp")
    parser.add_argument("kind", choices=("odoo", "tryton"))
    parser.add_argument("name")
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args(arguments)
    setup.provide()
    print(
        json.dumps(
            erps.new(options.kind, options.name, workers=options.workers), indent=1
        )
    )


def drop_erp(arguments) -> None:
    """NAME: stop and remove a copy made by new-erp"""
    erps.drop(arguments[0])


def status(_arguments) -> None:
    """list what we have running"""
    clean.status()


def stop(_arguments) -> None:
    """end everything we started"""
    clean.stop()


def clean_(_arguments) -> None:
    """stop, then remove everything we made"""
    clean.clean()


COMMANDS = {
    "help": help_,
    "setup": setup_,
    "up": up,
    "test": test,
    "test-core": test_core,
    "test-older": test_older,
    "screenshots": screenshots_,
    "lint": lint_,
    "format": format_,
    "demo": demo,
    "serve": serve,
    "bench": bench,
    "chaos": chaos,
    "mutations": mutations,
    "pytest": pytest,
    "install": install,
    "pot": pot,
    "odoo": odoo_,
    "shell": shell,
    "psql": psql,
    "env": env,
    "new-erp": new_erp,
    "drop-erp": drop_erp,
    "status": status,
    "stop": stop,
    "clean": clean_,
}
