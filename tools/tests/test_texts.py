"""Texts of `_lt = TextMaker(__name__)` (`integration_hub/client/text.py`) are whole, and made of what they are given: a value
that is missing would be found out by whoever meets the error. Needs no database."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"%\((\w+)\)s")


def find_texts(source):
    """:return: list of calls, `ast.Call`"""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_lt"
    ]


def find_faults(call):
    """What keeps a text from being translated, or made.

    :return: list of str, empty where all is well
    """
    if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
        return ["is no plain string: its term is not found"]
    template = call.args[0].value
    given = {keyword.arg for keyword in call.keywords}
    faults = []
    if set(NAMED.findall(template)) != given:
        faults.append("has other values than placeholders")
    if given and "%" in NAMED.sub("", template).replace("%%", ""):
        faults.append("has a % of its own: write %%")
    return faults


SOURCES = [
    path
    for path in sorted(ROOT.glob("addons/*/**/*.py"))
    if "tests" not in path.parts and "_lt(" in path.read_text()
]


def test_there_are_texts():
    assert SOURCES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_text_can_be_made(path):
    faults = {
        call.lineno: found
        for call in find_texts(path.read_text())
        if (found := find_faults(call))
    }
    assert faults == {}


@pytest.mark.parametrize(
    "source",
    [
        '_lt("%(a)s is locked")',
        '_lt("%(a)s is locked", b=1)',
        '_lt("Locked", a=1)',
        '_lt(f"{a} is locked")',
        '_lt("locked " + a)',
        '_lt("100 % of %(a)s", a=1)',
    ],
)
def test_a_fault_is_found(source):
    [call] = find_texts(source)
    assert find_faults(call)


@pytest.mark.parametrize(
    "source", ['_lt("100 % sure")', '_lt("%(a)s %% of " "%(b)s", a=1, b=_lt("c"))']
)
def test_what_is_right_passes(source):
    assert [find_faults(call) for call in find_texts(source)][0] == []
