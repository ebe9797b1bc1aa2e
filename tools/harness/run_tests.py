"""`make test`: lint, then every test of the suite on a fresh CRM database and fresh ERPs."""

import os
import subprocess

from . import bundles, commands, crm, erps, lint, paths, run_pytest, templates
from .ending import call_to_the_end, end_politely
from .errors import Stop
from .progress import say, step
from .together import together

TEMPLATE = "crm_suite"
DATABASE = "crm_test"
ERPS_FILE = paths.RUN / "erps-test.json"


def run(arguments=()) -> int:
    """The exit code: 0 only when lint is clean and every test ran and passed."""
    addons = crm.suite_addons()
    if not addons:
        raise Stop(f"There are no addons in {paths.ADDONS}: nothing to test.")
    # None of them needs all of the machine.
    failed, is_clean, _provided = together(
        run_own_tests,
        lint.check,
        lambda: erps.provide_templates(lambda: provide_template(addons)),
    )
    if failed:
        return failed
    end_politely()
    try:
        templates.copy(TEMPLATE, DATABASE)
        with step("fresh ERPs for the tests"):
            erps.up_fresh("test", ERPS_FILE)
        os.environ["INTEGRATION_TEST_ERPS"] = str(ERPS_FILE)
        code = run_pytest.run(
            DATABASE, options_for(list(arguments)), call=call_to_the_end
        )
    finally:
        erps.drop("test")
        templates.drop(DATABASE)
    if not is_clean:
        say("The tests aside, lint has findings (above): `make format` mends most.")
    return code or (0 if is_clean else 1)


def provide_template(addons) -> None:
    """The database the tests begin with: updated when sources changed, and never touched by a test itself."""
    crm.provide(TEMPLATE, addons)
    bundles.provide(TEMPLATE)


def options_for(arguments: list[str]) -> list[str]:
    """What a full run means, with the caller's options added or instead."""
    plugins = ["-p", "harness.every_test", "-p", "harness.shared_files"]
    # xdist would put classes of few tests last, which are those that look at screens.
    order = ["--dist=loadscope", "--no-loadscope-reorder"]
    options = [*plugins, *order, "--durations=10", "--timeout=600"]
    if not any(part.startswith("-n") for part in arguments):
        options += ["-n2"]
    if not any(os.path.exists(part.split("::")[0]) for part in arguments):
        options += test_folders()
    return options + arguments


def test_folders() -> list[str]:
    """Those of the addons, through their links: from outside pytest's root folder, equally named tests of two addons
    would have one id. The root addon comes first: its screens take minutes each, and the last of them would leave the
    other worker with nothing to do."""
    folders = [
        paths.LINKED_ADDONS / name / "tests" for name in reversed(crm.suite_addons())
    ]
    return [str(folder) for folder in folders if folder.is_dir()]


def run_own_tests() -> int:
    """The harness's own tests: plain Python, seconds."""
    with step("tests of the harness"), commands.temporary_folder() as folder:
        python = str(paths.VENV / "bin/python")
        options = ["-q", "-p", "no:odoo", "-p", "no:cacheprovider"]
        # The checkout itself is an addon, a package: pytest would import it on its way down.
        options.append(f"--rootdir={paths.TOOLS}")
        return subprocess.call(
            [python, "-m", "pytest", *options, str(paths.TOOLS / "tests")],
            cwd=paths.ROOT,
            env=os.environ | {"PYTHONPATH": str(paths.TOOLS), "TMPDIR": folder},
        )
