"""The tables, as the newest migration leaves them.

Vectors are little-endian float32 bytes with NaN for missing; floats in text are JSON,
which round-trips; moments are ISO 8601 text in UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

# The revision a database must be at; equal to the newest one in migrations/versions.
HEAD = "0001"

metadata = MetaData()
# SQLite numbers rows itself only in a column declared INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("roles", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    sqlite_autoincrement=True,
)

imports = Table(
    "imports",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("file_sha256", String(64), nullable=False),
    Column("feature_set", Text, nullable=False),
    Column("clients", BigInteger, nullable=False),
    Column("started_at", String(27), nullable=False),
    Column("finished_at", String(27)),
    sqlite_autoincrement=True,
)

# One row, always: slot 1. Its import is the one that serves; none before the first.
active_import = Table(
    "active_import",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("import_id", Number, ForeignKey("imports.id")),
)

clients = Table(
    "clients",
    metadata,
    Column("import_id", Number, ForeignKey("imports.id"), primary_key=True),
    Column("client_id", BigInteger, primary_key=True, autoincrement=False),
    Column("application", Text, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("features", LargeBinary, nullable=False),
)

# Append-only: triggers refuse UPDATE and DELETE.
events = Table(
    "events",
    metadata,
    Column("sequence", Number, primary_key=True, autoincrement=True),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("client_id", BigInteger),
    Column("created_at", String(27), nullable=False),
    Column("key_id", Number, ForeignKey("api_keys.id"), nullable=False),
    Column("bundle_sha256", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("features", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("events_client", "client_id", "sequence"),
    Index("events_kind", "kind", "sequence"),
    sqlite_autoincrement=True,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Number, ForeignKey("api_keys.id"), primary_key=True),
    Column("token", String(255), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", Text),
    Column("answer", LargeBinary, nullable=False),
    Column("created_at", String(27), nullable=False),
)
