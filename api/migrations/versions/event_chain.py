"""Events of more kinds in hash chains, their personal part apart; reports, alerts.

Events from before become the first chain: nothing of them is lost, and from now on
they cannot be changed unseen.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.store.events import chain
from api.store.events.chain import Head

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT_A_TIME = 500
_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    bind = op.get_bind()
    op.add_column("api_keys", sa.Column("expires_at", sa.String(27)))
    _secrets(bind)
    _set_events_aside(bind.dialect.name)
    events, writers = _events()
    personal = _personal()
    _copy(bind, events, personal, writers)
    op.drop_table("events_before")
    for statement in _protect(bind.dialect.name):
        op.execute(statement)
    with op.batch_alter_table("idempotency") as idempotency:
        idempotency.alter_column("answer", nullable=True)
        idempotency.add_column(sa.Column("event_id", sa.String(36)))
    _monitoring()


def _secrets(bind: sa.Connection) -> None:
    table = op.create_table(
        "secrets",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    secret = {"name": "pseudonyms", "value": secrets.token_hex(32)}
    bind.execute(sa.insert(table).values(secret))


def _set_events_aside(dialect: str) -> None:
    if dialect == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER events_no_{verb}")
    else:
        op.execute("DROP TRIGGER events_append_only ON events")
        # Names of indexes are the schema's, not the table's, and would clash.
        for name in ("pkey", "event_id_key"):
            op.execute(f"ALTER INDEX events_{name} RENAME TO events_before_{name}")
    for index in ("events_client", "events_kind"):
        op.drop_index(index, "events")
    op.rename_table("events", "events_before")


def _events() -> tuple[sa.Table, sa.Table]:
    events = op.create_table(
        "events",
        sa.Column("sequence", _Number, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.String(36)),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("key_id", _Number, sa.ForeignKey("api_keys.id")),
        sa.Column("bundle_sha256", sa.String(64)),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("personal_sha256", sa.String(64)),
        sa.Column("unique_as", sa.String(100)),
        sa.Column("writer", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("previous_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.UniqueConstraint("writer", "position"),
    )
    op.create_index("events_kind", "events", ["kind", "sequence"])
    op.create_index("events_subject", "events", ["subject_id", "sequence"])
    op.create_index("events_unique_as", "events", ["unique_as"], unique=True)
    writers = op.create_table(
        "writers",
        sa.Column("writer", sa.String(36), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    return events, writers


def _personal() -> sa.Table:
    personal = op.create_table(
        "personal",
        sa.Column(
            "sequence",
            _Number,
            sa.ForeignKey("events.sequence"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("request", sa.Text),
        sa.Column("features", sa.LargeBinary),
        sa.Column("answer", sa.LargeBinary),
    )
    op.create_index("personal_client", "personal", ["client_id", "sequence"])
    return personal


def _monitoring() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("conclusion", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("html", sa.LargeBinary),
    )
    op.create_index("reports_kind", "reports", ["kind", "created_at"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("open_cause", sa.String(200), unique=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )


def _copy(
    bind: sa.Connection, events: sa.Table, personal: sa.Table, writers: sa.Table
) -> None:
    """Chain what there is, numbered anew: there may have been gaps."""
    before = sa.Table("events_before", sa.MetaData(), autoload_with=bind)
    ordered = sa.select(before).order_by(before.c.sequence).limit(_AT_A_TIME)
    head, after = Head(chain.name([]), 0, chain.NOTHING), 0
    while rows := bind.execute(ordered.where(before.c.sequence > after)).all():
        personal_parts = [_kept(row) for row in rows]
        copied = [
            _event(row, chain.digest(part, chain.PERSONAL))
            for row, part in zip(rows, personal_parts, strict=True)
        ]
        linked, head = chain.link(copied, head, head.position)
        bind.execute(sa.insert(events), linked)
        places = [{"sequence": event["sequence"]} for event in linked]
        filled = [
            part | position
            for part, position in zip(personal_parts, places, strict=True)
        ]
        bind.execute(sa.insert(personal), filled)
        after = rows[-1].sequence
    if head.position:
        bind.execute(sa.insert(writers).values(vars(head)))


def _kept(row: sa.Row[Any]) -> dict[str, Any]:
    return {
        "salt": secrets.token_bytes(16),
        "client_id": row.client_id,
        "request": row.request,
        "features": bytes(row.features),
        "answer": bytes(row.answer),
    }


def _event(row: sa.Row[Any], personal_sha256: str) -> dict[str, Any]:
    facts = dict(_facts(json.loads(row.answer)))
    return {
        "event_id": row.event_id,
        "kind": row.kind,
        "subject_id": None,
        "created_at": row.created_at,
        "key_id": row.key_id,
        "bundle_sha256": row.bundle_sha256,
        "facts": json.dumps(facts, separators=(",", ":")),
        "personal_sha256": personal_sha256,
        "unique_as": None,
    }


def _facts(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the answer says; it did not always hold the margin."""
    for name in ("probability", "threshold", "decision"):
        yield name, answer[name]
    yield "margin", answer.get("explanation", {}).get("margin")
    yield "unknown_categories", None
    yield "model", {name: answer["model"][name] for name in ("name", "version")}


def _protect(dialect: str) -> list[str]:
    """Statements that make the database itself refuse to change what was recorded."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table, verb in (
                ("events", "UPDATE"),
                ("events", "DELETE"),
                ("personal", "UPDATE"),
            )
        ]
    return [
        "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()",
        "CREATE TRIGGER personal_no_update BEFORE UPDATE OR TRUNCATE "
        "ON personal FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()",
    ]
