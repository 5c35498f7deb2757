"""Keys of clients may be texts: each stands in a column of its own.

Where they are integers nothing is written otherwise, and the version before serves on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003.1"
down_revision = "0003"
branch_labels = None
depends_on = None

_Text = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_THERE = sa.text("client_text IS NOT NULL")
_INDEXES = (
    ("clients_text", "clients", ["import_id", "client_text", "client_id"]),
    ("personal_text", "personal", ["client_text", "sequence"]),
)


def upgrade() -> None:
    there: dict[str, Any] = {"sqlite_where": _THERE, "postgresql_where": _THERE}
    for name, table, columns in _INDEXES:
        op.add_column(table, sa.Column("client_text", _Text))
        op.create_index(name, table, columns, **there)
