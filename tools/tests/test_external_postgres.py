"""On a server that the person brings, only our own databases are dropped."""

import json

import pytest

from harness import clean, external_postgres, paths, postgres
from harness.errors import Stop


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "theirs")
    bring(monkeypatch, "db.example")
    return go_to(monkeypatch, tmp_path / "one")


def bring(monkeypatch, host):
    """A server of the person's."""
    monkeypatch.setenv("PGHOST", host)
    monkeypatch.setenv("PGPORT", "5432")


def go_to(monkeypatch, folder):
    """Work in the checkout that lies there."""
    file = folder / external_postgres.FILE.relative_to(paths.ROOT)
    file.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(external_postgres, "FILE", file)
    monkeypatch.setattr(paths, "ROOT", folder)
    monkeypatch.setattr(paths, "LOCKS", folder / ".dev/locks")
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


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), ValueError("half of it")]
)
def test_a_checkout_that_cannot_be_looked_into_is_not_gone(
    tmp_path, monkeypatch, error
):
    """Another person's, in a folder of their own."""
    comment = external_postgres.sign("")
    theirs = external_postgres.FILE
    go_to(monkeypatch, tmp_path / "two")
    read = type(theirs).read_text

    def refuse(file, *args, **options):
        if file == theirs:
            raise error
        return read(file, *args, **options)

    monkeypatch.setattr(type(theirs), "read_text", refuse)
    with pytest.raises(Stop, match="run `make clean` there first"):
        external_postgres.check_may_drop("crm_demo", comment)


def test_a_checkout_that_was_made_anew_is_gone(tmp_path, monkeypatch):
    comment = external_postgres.sign("")
    external_postgres.FILE.unlink()
    external_postgres.sign("")
    go_to(monkeypatch, tmp_path / "two")
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


@pytest.fixture
def dropped(monkeypatch):
    """Instead of being dropped; each server has one of ours."""
    names = []
    monkeypatch.setattr(external_postgres, "own_databases", lambda: ["crm_demo"])
    monkeypatch.setattr(postgres, "drop_database", names.append)
    return names


def test_whose_they_are_is_not_forgotten_before_all_are_dropped(monkeypatch, dropped):
    external_postgres.sign("")
    monkeypatch.delenv("PGHOST")
    with pytest.raises(Stop, match=r"\(db.example:5432\): set PGHOST"):
        clean.drop_external()
    bring(monkeypatch, "other.example")
    external_postgres.sign("")
    with pytest.raises(Stop, match=r"\(db.example:5432\)"):
        clean.drop_external()
    bring(monkeypatch, "db.example")
    clean.drop_external()
    assert dropped == ["crm_demo"] * 2
    monkeypatch.delenv("PGHOST")
    clean.drop_external()


def test_what_cannot_be_dropped_stays_known(monkeypatch, dropped):
    external_postgres.sign("")

    def fail(name):
        raise Stop(f"Dropping database {name} failed: no.")

    monkeypatch.setattr(postgres, "drop_database", fail)
    with pytest.raises(Stop, match="crm_demo failed: no. To leave"):
        clean.drop_external()
    assert external_postgres.servers() == ["db.example:5432"]


def test_clean_stops_before_anything_is_removed(checkout, monkeypatch):
    comment = external_postgres.sign("")
    monkeypatch.delenv("PGHOST")
    monkeypatch.setattr(paths, "DEV", checkout / ".dev")
    monkeypatch.setattr(clean, "stop", lambda: None)
    with pytest.raises(Stop):
        clean.clean()
    assert external_postgres.is_own(comment)


def test_nothing_made_nothing_to_drop(monkeypatch, dropped):
    clean.drop_external()
    assert not dropped
    assert not external_postgres.FILE.exists()
