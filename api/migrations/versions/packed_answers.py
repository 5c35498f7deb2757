"""Answers may be kept packed: code from before would take them for erased.

Rows of before stay as they are, and are read as they are; `events compact` packs them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dictionaries",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.add_column("personal", sa.Column("packed", sa.LargeBinary))
