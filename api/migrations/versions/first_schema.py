"""API keys, clients and their imports, events, idempotency records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _api_keys()
    _clients()
    _events()
    _idempotency()


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", _Number, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("revoked_at", sa.String(27)),
        sqlite_autoincrement=True,
    )


def _clients() -> None:
    op.create_table(
        "imports",
        sa.Column("id", _Number, primary_key=True, autoincrement=True),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("feature_set", sa.Text, nullable=False),
        sa.Column("clients", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("finished_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "active_import",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("import_id", _Number, sa.ForeignKey("imports.id")),
    )
    op.execute("INSERT INTO active_import (slot) VALUES (1)")
    op.create_table(
        "clients",
        sa.Column("import_id", _Number, sa.ForeignKey("imports.id"), primary_key=True),
        sa.Column("client_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("history", sa.LargeBinary, nullable=False),
        sa.Column("features", sa.LargeBinary, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", _Number, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("key_id", _Number, sa.ForeignKey("api_keys.id"), nullable=False),
        sa.Column("bundle_sha256", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("features", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_client", "events", ["client_id", "sequence"])
    op.create_index("events_kind", "events", ["kind", "sequence"])
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def _append_only(dialect: str) -> list[str]:
    """Statements that make the database itself refuse to change an event."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$",
        "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()",
    ]


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("key_id", _Number, sa.ForeignKey("api_keys.id"), primary_key=True),
        sa.Column("token", sa.String(255), primary_key=True),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("location", sa.Text),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
    )


def downgrade() -> None:
    for table in ("idempotency", "events", "clients", "active_import", "imports"):
        op.drop_table(table)
    op.drop_table("api_keys")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_event_change()")
