"""On a server that the person brings, only our own databases are dropped."""

import json

import pytest

from harness import external_postgres, paths, postgres
from harness.errors import Stop


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    return go_to(monkeypatch, tmp_path / "one")


def go_to(monkeypatch, folder):
    """Work in the checkout that lies there."""
    file = folder / external_postgres.FILE.relative_to(paths.ROOT)
    file.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(external_postgres, "FILE", file)
    monkeypatch.setattr(paths, "ROOT", folder)
    return folder


def test_what_we_have_made_is_ours():
    comment = external_postgres.sign('{"integration_hub": "abc"}')
    assert external_postgres.is_own(comment)
    assert json.loads(external_postgres.unsign(comment)) == {"integration_hub": "abc"}
    external_postgres.check_may_drop("crm_demo", comment)


def test_somebody_elses_database_of_the_same_name_stays():
    with pytest.raises(Stop, match="crm_demo that was not made by these commands"):
        external_postgres.check_may_drop("crm_demo", "Our customers, do not touch")
    with pytest.raises(Stop, match="rename it"):
        external_postgres.check_may_drop("crm_demo", "")


def test_another_checkouts_database_stays_until_that_is_gone(
    checkout, tmp_path, monkeypatch
):
    comment = external_postgres.sign("built from this")
    theirs = external_postgres.FILE
    go_to(monkeypatch, tmp_path / "two")
    assert external_postgres.unsign(comment) == ""
    with pytest.raises(Stop, match=f"belongs to the checkout {checkout} on"):
        external_postgres.check_may_drop("crm_demo", comment)
    theirs.unlink()
    external_postgres.check_may_drop("crm_demo", comment)


def test_another_machines_database_stays(monkeypatch, tmp_path):
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    comment = external_postgres.sign("")
    monkeypatch.undo()
    go_to(monkeypatch, tmp_path / "two")
    with pytest.raises(Stop, match="on elsewhere"):
        external_postgres.check_may_drop("crm_demo", comment)


def test_what_we_start_is_told_of_our_own_server(tmp_path, monkeypatch):
    own = postgres.Cluster("postgres", tmp_path, tmp_path / "pg.json")
    monkeypatch.setattr(postgres, "MAIN", own)
    monkeypatch.setattr(postgres, "current", own)
    own.settings_file.write_text(json.dumps({"port": 5444, "password": "ours"}))
    monkeypatch.delenv("PGHOST", raising=False)
    for name, value in postgres.environment().items():
        monkeypatch.setenv(name, value)
    assert not postgres.is_external()
    monkeypatch.setenv("PGPASSWORD", "theirs")
    assert postgres.is_external()
