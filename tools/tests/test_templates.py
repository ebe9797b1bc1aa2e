"""A database is built once, however many ask for it meanwhile."""

import threading

import pytest

from harness import paths, templates


class Databases:
    """Stands for the server: names and their comments."""

    def __init__(self, monkeypatch):
        self.comments = {}
        self.dropped = []
        for name, function in (
            ("fingerprint_of", lambda name: self.comments.get(name, "")),
            ("set_fingerprint", self.comments.__setitem__),
            ("create", lambda name: self.comments.setdefault(name, "")),
            ("drop", self.drop),
        ):
            monkeypatch.setattr(templates, name, function)

    def drop(self, name):
        if self.comments.pop(name, None) is not None:
            self.dropped.append(name)


@pytest.fixture
def databases(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LOCKS", tmp_path / "locks")
    return Databases(monkeypatch)


def test_another_one_waits_while_it_is_built(databases, tmp_path):
    secrets = tmp_path / "secrets.json"
    builds, began, go_on = [], threading.Event(), threading.Event()

    def build(name):
        builds.append(name)
        began.set()
        assert go_on.wait(10)
        secrets.write_text("{}")

    def provide():
        templates.provide("erp_template", "abc", build, beside=secrets)

    first, second = (threading.Thread(target=provide) for _ in range(2))
    first.start()
    assert began.wait(10)
    second.start()
    second.join(0.5)
    assert second.is_alive()
    go_on.set()
    first.join(10)
    second.join(10)
    assert builds == ["erp_template"]
    assert databases.dropped == []


def test_built_anew_without_what_lies_beside_it(databases, tmp_path):
    secrets = tmp_path / "secrets.json"
    builds = []

    def build(name):
        builds.append(name)
        secrets.write_text("{}")

    for _again in range(2):
        templates.provide("erp_template", "abc", build, beside=secrets)
    assert len(builds) == 1
    secrets.unlink()
    templates.provide("erp_template", "abc", build, beside=secrets)
    assert len(builds) == 2
    assert databases.dropped == ["erp_template"]
