"""The lender's policies, who works on what, which logins were ended, what was served.

Events gain kinds that code from before does not know: evidence, declarations and
policies; a review need not be final. An import serves the bundles of its feature set.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.identifiers import now

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Those of second signatures, evidence and referred ones come before open ones.
PLACES = (
    "UPDATE work SET place = CASE substr(place, 1, 1) WHEN '2' THEN '5' "
    "WHEN '3' THEN '6' ELSE '7' END || substr(place, 2) WHERE place >= '2'"
)


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("added_as", sa.String(300)),
        sa.Column("added_at", sa.String(27), nullable=False),
    )
    active = op.create_table(
        "active_policy",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("policies.sha256")),
        sa.Column("activated_by", sa.String(200)),
        sa.Column("activated_at", sa.String(27)),
    )
    op.bulk_insert(active, [{"slot": 1}])
    for statement in _kept_for_ever(op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "ended_logins",
        sa.Column("login", sa.String(64), primary_key=True),
        sa.Column("ended_at", sa.String(27), nullable=False),
    )
    op.add_column("work", sa.Column("signer", sa.String(300)))
    op.add_column("work", sa.Column("claimed_by", sa.String(300)))
    op.add_column("work", sa.Column("claimed_name", sa.String(200)))
    op.add_column("work", sa.Column("claimed_until", sa.String(27)))
    op.create_index("work_claimed", "work", ["claimed_by"])
    op.execute(PLACES)
    _imports()


def _imports() -> None:
    """The active one was the only one that served."""
    served = op.create_table(
        "served_feature_sets",
        sa.Column("feature_set", sa.Text, primary_key=True),
        sa.Column("last_at", sa.String(27), nullable=False),
    )
    imports = sa.table("imports", *map(sa.column, ("id", "feature_set", "finished_at")))
    active = sa.table("active_import", sa.column("import_id"))
    serving = sa.select(active.c.import_id).where(active.c.import_id.is_not(None))
    mine = imports.c.id.in_(serving)
    moment = sa.literal(now(), sa.String)
    rows = sa.select(imports.c.feature_set, moment).where(mine)
    op.execute(served.insert().from_select(["feature_set", "last_at"], rows))
    op.execute(imports.update().where(~mine).values(finished_at=None))
    op.drop_table("active_import")


def _kept_for_ever(dialect: str) -> list[str]:
    """Statements that make the database itself refuse to change a policy."""
    said = "'policies are kept for ever'"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER policies_no_{verb.lower()} BEFORE {verb} ON policies "
            f"BEGIN SELECT RAISE(ABORT, {said}); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {said}; END $$",
        "CREATE TRIGGER policies_kept BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_policy_change()",
    ]
