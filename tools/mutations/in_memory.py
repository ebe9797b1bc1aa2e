"""A break in the running process: the code of functions gives way, files stay as they are."""

import importlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import CodeType, FunctionType

from harness import paths
from harness.errors import Stop


@contextmanager
def broken(name, changes):
    """While this lasts, the modules do what their changed sources say.

    Within functions only: constants and signatures of a module stay.

    :param changes: see ``breaks.Break``
    """
    with ExitStack() as stack:
        by_file = {}
        for file, old, new in changes:
            by_file.setdefault(file, []).append((old, new))
        for file, replacements in by_file.items():
            source = (paths.ROOT / file).read_text()
            text = source
            for old, new in replacements:
                if text.count(old) != 1:
                    raise Stop(
                        f"“{name}”: {file} has changed and can't be broken this way any more. Bring"
                        " tools/mutations/breaks.py up to date."
                    )
                text = text.replace(old, new)
            stack.enter_context(_swapped(file, source, text))
        yield


@contextmanager
def _swapped(file, source, text):
    addon, *parts = Path(file).with_suffix("").parts[1:]
    module = importlib.import_module(".".join(("odoo.addons", addon, *parts)))
    functions = _find_functions(module)
    was, now = (_find_code(compile(s, module.__file__, "exec")) for s in (source, text))
    changed = {
        path: code for path, code in now.items() if not _is_same(code, was[path])
    }
    if not changed or not changed.keys() <= functions.keys():
        raise Stop(f"{file}: what is to be broken is not within a function.")
    before = {path: functions[path].__code__ for path in changed}
    for path, code in changed.items():
        functions[path].__code__ = code
    try:
        yield
    finally:
        for path, code in before.items():
            functions[path].__code__ = code


def _find_code(code, path=()):
    """Code of a module's functions and methods, by name, wherever they stand in it."""
    found = {}
    for part in code.co_consts:
        if not isinstance(part, CodeType) or part.co_name.startswith("<"):
            continue
        if "__qualname__" in part.co_names:
            # a class
            found |= _find_code(part, (*path, part.co_name))
        else:
            found[*path, part.co_name] = part
    return found


def _is_same(code, other):
    return _without_places(code) == _without_places(other)


def _without_places(code):
    """A line more above changes nothing."""
    return code.replace(
        co_firstlineno=1,
        co_linetable=b"",
        co_consts=tuple(
            _without_places(part) if isinstance(part, CodeType) else part
            for part in code.co_consts
        ),
    )


def _find_functions(module):
    """Functions and methods that a module defines, by name."""
    found = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        found[name,] = value
        if isinstance(value, type):
            for own_name, own in vars(value).items():
                found[name, own_name] = own
    found = {path: _unwrap(value) for path, value in found.items()}
    return {
        path: value for path, value in found.items() if isinstance(value, FunctionType)
    }


def _unwrap(value):
    value = getattr(value, "__func__", value)
    return getattr(value, "__wrapped__", value)
