"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import Connection

from api.errors import ConfigurationError, NotPrepared
from api.store import tables
from api.store.database import Database, parse
from api.store.revisions import current, is_later

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
# Any number, but the same in every process: only one migrates at a time.
_LOCK = 7_305_811_640


def upgrade(url: str, timeout: float) -> tuple[str | None, str | None]:
    """Migrate to the newest revision; answers the one before and the one after.

    A later one that this code serves on stays as it is; raises NotPrepared when it
    does not serve on it.
    """
    _make_folder(url)
    database = Database(url, timeout, create=True, patient=True)
    try:
        before = database.revision()
        with database.write() as connection:
            _migrate(connection)
        return before, database.revision()
    finally:
        database.close()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        lock = sqlalchemy.text("SELECT pg_advisory_xact_lock(:lock)")
        connection.execute(lock, {"lock": _LOCK})
    before = current(connection)
    if is_later(before):
        return
    ours = {*tables.metadata.tables} & {
        *sqlalchemy.inspect(connection).get_table_names()
    }
    if before is None and ours:
        raise NotPrepared(
            f"the database has a table {min(ours)} and no revision: it is of other "
            "origin; name another one"
        )
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NotPrepared(f"the database is at {before}: {error}") from error


def _make_folder(url: str) -> None:
    parsed = parse(url)
    if parsed.drivername != "sqlite" or not parsed.database:
        return
    folder = Path(parsed.database).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}") from error
