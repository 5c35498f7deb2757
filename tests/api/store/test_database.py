"""Nothing is decided that is not stored."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from api import create_app
from api.config import Config
from api.errors import ConfigurationError, DatabaseUnavailable
from api.store.database import Database
from api.store.events.kept import answer_of
from api.store.migrate import upgrade
from api.store.sqlite_library import WAL, choose
from api.store.tables import HEAD, metadata

ASKED = {"client_id": 100001}
SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
NEEDS_WAL = pytest.mark.skipif(choose().journal != WAL, reason="see test_sqlite.py")
POSTGRESQL = pytest.mark.parametrize("template", ["postgresql"], indirect=True)
sqlite3 = choose().module


@pytest.fixture
def file(app: Flask) -> Path:
    url = sqlalchemy.make_url(app.extensions["scoring"].config.database_url)
    return Path(str(url.database))


def refused(app: Flask, call: Any) -> None:
    """No decision, and the probe says so too."""
    answer = call("POST", "/v1/predictions", json=ASKED)
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"]
    assert b"probability" not in answer.data
    assert b"sqlite" not in answer.data
    assert app.test_client().get("/health/ready").status_code == 503
    assert app.test_client().get("/health/live").status_code == 200


def test_the_schema_is_the_one_the_code_expects(app: Flask) -> None:
    database = app.extensions["scoring"].database
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    database.require_schema()


def test_an_old_schema_is_refused_with_the_command_to_run(
    world: Any, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite"
    sqlite3.connect(tmp_path / "old.sqlite").close()
    app = create_app(Config(bundle=world.bundle, database_url=url))
    for path in ("/health/ready", "/v1/model"):
        response = app.test_client().get(path)
        assert response.status_code == 503
        assert "db upgrade" in response.get_json()["detail"]
    assert upgrade(url, 1) == (None, HEAD)
    assert upgrade(url, 1) == (HEAD, HEAD)
    assert app.test_client().get("/health/ready").status_code == 200
    app.extensions["scoring"].database.close()


@SQLITE
def test_a_lock_that_is_held_means_no_decision(
    app: Flask, call: Any, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(app, call)
    assert other.execute("SELECT count(*) FROM events").fetchone() == (0,)
    other.execute("ROLLBACK")
    other.close()
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201


@SQLITE
def test_a_file_that_is_gone_means_no_decision(
    app: Flask, call: Any, file: Path
) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    moved = file.rename(file.with_suffix(".moved"))
    refused(app, call)
    assert not file.exists()
    moved.rename(file)
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201


@NEEDS_WAL
@SQLITE
@pytest.mark.parametrize("with_wal", [True, False])
def test_a_file_replaced_while_serving_means_no_decision(
    app: Flask, call: Any, file: Path, with_wal: bool
) -> None:
    restored = backed_up(file, call)
    content = restored.read_bytes()
    database = app.extensions["scoring"].database
    message = "replaced while .* stop the API"
    with pytest.raises(DatabaseUnavailable, match=message), database.write() as one:
        one.execute(sqlalchemy.text("DELETE FROM clients"))
        restored.rename(file)
        if not with_wal:
            beside(file, "-wal").unlink()
            beside(file, "-shm").unlink()
    refused(app, call)
    assert file.read_bytes() == content
    assert beside(file, "-wal").exists() == with_wal
    database.close()
    assert file.read_bytes() == content
    beside(file, "-wal").unlink(missing_ok=True)
    refused(app, call)  # What was decided after the copy is not in it.
    beside(file, "-end").unlink()
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    assert events_in(database) == 2


@NEEDS_WAL
@SQLITE
def test_the_wal_of_an_earlier_file_is_not_applied_at_start(
    app: Flask, call: Any, file: Path, tmp_path: Path
) -> None:
    restored = backed_up(file, call)
    content = restored.read_bytes()
    wal, kept = beside(file, "-wal"), beside(file, "-kept")
    kept.hardlink_to(wal)
    app.extensions["scoring"].database.close()
    # As after a kill: what closing deletes is there.
    kept.rename(wal)
    restored.rename(file)
    database = Database(f"sqlite:///{file}", 1)
    with pytest.raises(DatabaseUnavailable, match="-wal is of an earlier file"):
        database.probe()
    with pytest.raises(DatabaseUnavailable, match="-wal is of an earlier file"):
        upgrade(f"sqlite:///{file}", 1)
    assert file.read_bytes() == content
    wal.unlink()
    assert events_in(database) == 1
    database.close()


@NEEDS_WAL
@SQLITE
def test_the_wal_of_an_earlier_file_of_the_same_inode_is_not_applied(
    app: Flask, call: Any, file: Path
) -> None:
    """As after a kill and a `cp` of a backup over the file, its WAL left behind."""
    restored = backed_up(file, call)
    # So many that pages were filled since, which the WAL does not hold.
    for _ in range(20):
        assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for _ in range(20):
        assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    wal, kept = beside(file, "-wal"), beside(file, "-kept")
    kept.hardlink_to(wal)
    app.extensions["scoring"].database.close()
    kept.rename(wal)
    shutil.copy(restored, file)
    database = Database(f"sqlite:///{file}", 1)
    with pytest.raises(DatabaseUnavailable, match="-wal is of an earlier file"):
        database.probe()
    assert file.read_bytes() == restored.read_bytes()
    wal.unlink()
    assert events_in(database) == 1
    database.close()


@SQLITE
def test_a_wal_that_was_removed_while_serving_means_no_decision(
    app: Flask, call: Any, file: Path
) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    wal = beside(file, "-wal")
    kept = wal.rename(beside(file, "-kept"))
    refused(app, call)
    kept.rename(wal)
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201


@SQLITE
def test_a_killed_process_s_wal_is_taken_up_whatever_was_noted(
    app: Flask, call: Any, file: Path
) -> None:
    backed_up(file, call)
    for suffix in ("", "-wal"):
        shutil.copy(beside(file, suffix), beside(file, f"-killed{suffix}"))
    app.extensions["scoring"].database.close()
    for suffix in ("", "-wal"):
        beside(file, f"-killed{suffix}").rename(beside(file, suffix))
    beside(file, "-owner").write_text("1 2 3 4\n")
    database = Database(f"sqlite:///{file}", 1)
    assert events_in(database) == 3
    database.close()


@SQLITE
def test_a_database_is_copied_with_its_wal_or_without(
    app: Flask, call: Any, file: Path, tmp_path: Path
) -> None:
    backup = backed_up(file, call)
    elsewhere = tmp_path / "elsewhere.sqlite"
    for suffix in ("", "-wal", "-owner"):
        shutil.copy(beside(file, suffix), beside(elsewhere, suffix))
    app.extensions["scoring"].database.close()
    database = Database(f"sqlite:///{elsewhere}", 1)
    assert events_in(database) == 3
    database.close()
    database = Database(f"sqlite:///{file}", 1)
    assert events_in(database) == 3
    database.close()
    shutil.copy(backup, file)
    assert events_in(database) == 1
    database.close()
    backup.rename(file)
    assert events_in(database) == 1
    database.close()


def backed_up(file: Path, call: Any) -> Path:
    """A copy of the file with one decision; two more follow, in the WAL."""
    call("POST", "/v1/predictions", json=ASKED)
    copy = beside(file, "-copy")
    with (
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    for _ in range(2):
        assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    assert beside(file, "-wal").stat().st_size
    return copy


def beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def events_in(database: Database) -> int:
    with database.read() as connection:
        query = sqlalchemy.text("SELECT count(*) FROM events")
        return int(connection.execute(query).scalar_one())


@SQLITE
def test_a_database_that_is_full_means_no_decision(
    app: Flask, call: Any, file: Path
) -> None:
    engine = app.extensions["scoring"].database._engine

    @sqlalchemy.event.listens_for(engine, "checkout")
    def full(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")

    refused_without_probe = call("POST", "/v1/predictions/batch", json=_many())
    assert refused_without_probe.status_code == 503
    assert b"probability" not in refused_without_probe.data


def _many() -> dict[str, Any]:
    return {"predictions": [ASKED] * 50}


@pytest.mark.usefixtures("own")
def test_a_read_only_database_means_no_decision(
    world: Any, url: str, call: Any, template: Any
) -> None:
    _, keys = template
    if url.startswith("sqlite"):
        read_only = f"{url}?mode=ro"
    else:
        read_only = url
        database = Database(url, 1)
        with database.write() as connection:
            name = connection.execute(sqlalchemy.text("SELECT current_database()"))
            change = f'ALTER DATABASE "{name.scalar()}" SET '
            change += "default_transaction_read_only = on"
            connection.execute(sqlalchemy.text(change))
        database.close()
    app = create_app(Config(bundle=world.bundle, database_url=read_only))

    def send(method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {keys['scoring']}"}
        return app.test_client().open(path, method=method, headers=headers, **more)

    refused(app, send)
    assert send("GET", "/v1/model").status_code == 200
    app.extensions["scoring"].database.close()


@POSTGRESQL
def test_a_server_that_hung_up_is_called_again(app: Flask, call: Any) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    other = Database(app.extensions["scoring"].config.database_url, 1)
    with other.read() as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        query += "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(sqlalchemy.text(query))
    other.close()
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201


@pytest.mark.parametrize(
    "change", ["UPDATE events SET kind = 'x'", "DELETE FROM events"]
)
def test_events_cannot_be_changed(app: Flask, call: Any, change: str) -> None:
    call("POST", "/v1/predictions", json=ASKED)
    database = app.extensions["scoring"].database
    refusals = (DatabaseUnavailable, sqlalchemy.exc.IntegrityError)
    with pytest.raises(refusals, match="append-only"), database.write() as connection:
        connection.execute(sqlalchemy.text(change))


def test_an_event_holds_what_its_answer_was_made_from(app: Flask, call: Any) -> None:
    answer = call("POST", "/v1/predictions", json={**ASKED, "changes": {}})
    database = app.extensions["scoring"].database
    with database.read() as connection:
        query = "SELECT * FROM events JOIN personal USING (sequence)"
        row = connection.execute(sqlalchemy.text(query)).one()
    answered, features = answer_of(database, row.event_id)
    assert answered == answer.data
    assert row.event_id == answer.json["prediction_id"]
    assert (row.kind, row.client_id) == ("simulation", 100001)
    request = json.loads(row.request)
    assert request.pop("basis")["terms"]["AMT_CREDIT"] == 50000.0
    assert request == {"changes": {}, "client_id": 100001}
    assert len(features) == 7 * 4


@NEEDS_WAL
@SQLITE
def test_sqlite_commits_survive_a_power_cut(file: Path, app: Flask) -> None:
    with app.extensions["scoring"].database.read() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    assert (journal, synchronous) == ("wal", 2)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_takes_the_url_as_hosts_write_it(scheme: str) -> None:
    assert Database(f"{scheme}://user:word@host/name", 1).kind == "PostgreSQL"


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://host/name", "sqlite://", "postgresql://host:s3cret/name"],
)
def test_refuses_a_url_that_is_none(url: str) -> None:
    for use in (Database, upgrade):
        with pytest.raises(ConfigurationError, match="SCORING_DATABASE_URL") as refused:
            use(url, 1)
        assert "s3cret" not in refused.value.message


def test_of_a_database_only_its_host_and_name_are_told() -> None:
    options = "password=s3cret&sslpassword=s3cret&application_name=s3cret"
    database = Database(f"postgresql://ada:s3cret@127.0.0.1:1/name?{options}", 1)
    with pytest.raises(DatabaseUnavailable) as refused, database.read():
        pass
    assert refused.value.message.startswith("database name at 127.0.0.1: ")
    assert "s3cret" not in refused.value.message
