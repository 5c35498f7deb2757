"""Applications entered here, references, records, the work list, and deliveries.

Events gain kinds that code from before does not know: notes, contested decisions and
offers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003.1"
branch_labels = None
depends_on = None

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Text = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_Place = sa.String(60, collation="C").with_variant(sa.String(60), "sqlite")
_Folded = sa.String(200, collation="C").with_variant(sa.String(200), "sqlite")


def upgrade() -> None:
    op.add_column("clients", sa.Column("records", sa.LargeBinary))
    _drafts()
    _references()
    _work()
    _deliveries()
    _entered()


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("client_text", _Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("feature_set", sa.Text),
        sa.Column("history", sa.LargeBinary),
        sa.Column("features", sa.LargeBinary),
        sa.Column("person_sha256", sa.String(64)),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("expires_at", sa.String(27)),
    )
    op.create_index("drafts_person", "drafts", ["person_sha256"])
    op.create_index("drafts_expire", "drafts", ["expires_at"])


def _references() -> None:
    op.create_table(
        "client_references",
        sa.Column("id", _Number, primary_key=True, autoincrement=True),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("client_text", _Text),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("folded", _Folded),
        sqlite_autoincrement=True,
    )
    op.create_index("client_references_folded", "client_references", ["folded"])
    op.create_index("client_references_client", "client_references", ["client_id"])
    _index_of_texts("client_references")


def _work() -> None:
    op.create_table(
        "work",
        sa.Column("id", _Number, primary_key=True, autoincrement=True),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("client_text", _Text),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("place", _Place),
        sa.Column("prediction_id", sa.String(36)),
        sa.Column("probability", sa.Double),
        sa.Column("threshold", sa.Double),
        sa.Column("decision", sa.String(20)),
        sa.Column("borderline", sa.Boolean, nullable=False),
        sa.Column("result", sa.String(20)),
        sa.Column("reviewer", sa.String(200)),
    )
    op.create_index("work_place", "work", ["place", "id"])
    op.create_index("work_state", "work", ["state"])
    op.create_index("work_client", "work", ["client_id"], unique=True)
    _index_of_texts("work", unique=True)


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("sequence", _Number, primary_key=True, autoincrement=False),
        sa.Column("client", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(27), nullable=False),
    )
    op.create_index("deliveries_client", "deliveries", ["client", "sequence"])
    delivered = op.create_table(
        "delivered",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.String(36)),
        sa.Column("held_until", sa.String(27)),
    )
    op.bulk_insert(delivered, [{"slot": 1, "sequence": 0}])


def _entered() -> None:
    entered = sa.text("event_id IS NULL AND location IS NOT NULL")
    op.create_index(
        "idempotency_entered",
        "idempotency",
        ["location"],
        sqlite_where=entered,
        postgresql_where=entered,
    )


def _index_of_texts(table: str, unique: bool = False) -> None:
    there = sa.text("client_text IS NOT NULL")
    op.create_index(
        f"{table}_text",
        table,
        ["client_text"],
        unique=unique,
        sqlite_where=there,
        postgresql_where=there,
    )
