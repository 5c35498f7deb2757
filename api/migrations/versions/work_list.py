"""Applications entered here, references, records, the work list, and deliveries.

Events gain kinds that code from before does not know: notes, contested decisions and
offers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.errors import EventsError
from api.identifiers import moment
from api.store.events.kept import Dictionaries
from api.store.events.packing import unpacked
from api.store.tables import key_of

revision = "0004"
down_revision = "0003.1"
branch_labels = None
depends_on = None

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Text = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_Place = sa.String(60, collation="C").with_variant(sa.String(60), "sqlite")
_Folded = sa.String(200, collation="C").with_variant(sa.String(200), "sqlite")

# Model's decisions of so long ago are put on the list, so many at a time.
_DAYS, _AT_A_TIME = 30, 500
_TURNED = str.maketrans("0123456789", "9876543210")
_EVENTS = sa.table(
    "events",
    *map(sa.column, ("sequence", "event_id", "kind", "subject_id", "created_at")),
    *map(sa.column, ("bundle_sha256", "facts")),
)
_KEPT = ("client_id", "client_text", "request", "answer", "packed")
_PERSONAL = sa.table("personal", *map(sa.column, ("sequence", *_KEPT)))
_LISTED = (
    *("client_id", "client_text", "state", "place", "prediction_id", "probability"),
    *("threshold", "decision", "borderline", "result", "reviewer"),
)
_ADD = sa.text(
    f"INSERT INTO work ({', '.join(_LISTED)}) "
    f"VALUES ({', '.join(f':{name}' for name in _LISTED)}) ON CONFLICT DO NOTHING"
)


def upgrade() -> None:
    op.add_column("clients", sa.Column("records", sa.LargeBinary))
    _drafts()
    _references()
    _work()
    since = moment(datetime.now(UTC) - timedelta(days=_DAYS))
    list_earlier(op.get_bind(), since)
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
    op.create_index("client_references_folded", "client_references", ["folded", "id"])
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
    # What came to stand before is not news.
    newest = sa.select(sa.func.coalesce(sa.func.max(_EVENTS.c.sequence), 0))
    sequence = op.get_bind().execute(newest).scalar_one()
    op.bulk_insert(delivered, [{"slot": 1, "sequence": sequence}])


def list_earlier(bind: sa.Connection, since: str) -> None:
    """Put on the list whom a person decided on, and the model since a moment.

    Newest first, and what is there stays: so the memory does not grow with them. A
    decision takes a quarter of a millisecond, as its band stands in what was answered.
    """
    for rows in _newest_first(bind, "review", ""):
        facts = _facts(bind, [row.subject_id for row in rows])
        bind.execute(_ADD, [_reviewed(row, facts) for row in rows])
    known = Dictionaries(lambda: nullcontext(bind))
    for rows in _newest_first(bind, "decision", since):
        bind.execute(_ADD, [_decided(row, known) for row in rows])


def _newest_first(
    bind: sa.Connection, kind: str, since: str
) -> Iterator[Sequence[sa.Row[Any]]]:
    """Events that were not erased, some at a time."""
    before: sa.BindParameter[int] = sa.bindparam("before")
    query = (
        sa.select(_EVENTS, *(_PERSONAL.c[name] for name in _KEPT))
        .join_from(_EVENTS, _PERSONAL, _PERSONAL.c.sequence == _EVENTS.c.sequence)
        .where(_EVENTS.c.kind == kind, _EVENTS.c.sequence < before)
        # Again, so that neither table is read from its last row on.
        .where(_PERSONAL.c.sequence < before)
        .order_by(_EVENTS.c.sequence.desc())
        .limit(_AT_A_TIME)
    )
    sequence = 2**62
    while rows := bind.execute(query, {"before": sequence}).all():
        sequence = rows[-1].sequence
        known = [row for row in rows if key_of(row) is not None]
        wanted = [row for row in known if row.created_at >= since]
        if wanted:
            yield wanted
        if len(wanted) < len(known):
            return


def _facts(bind: sa.Connection, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    query = sa.select(_EVENTS.c.event_id, _EVENTS.c.facts)
    rows = bind.execute(query.where(_EVENTS.c.event_id.in_(event_ids)))
    return {row.event_id: json.loads(row.facts) for row in rows}


def _reviewed(row: sa.Row[Any], facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    review = json.loads(row.answer)
    listed = _of_prediction(row, row.subject_id, facts[row.subject_id])
    return listed | {
        "state": "done",
        "place": f"4|{row.created_at.translate(_TURNED)}",
        "borderline": False,
        "result": review["decision"],
        "reviewer": review["reviewer"],
    }


def _decided(row: sa.Row[Any], known: Dictionaries) -> dict[str, Any]:
    listed = _of_prediction(row, row.event_id, json.loads(row.facts))
    band = _answered(row, known).get("confidence", {}).get("band")
    return listed | {
        "state": "open",
        "place": f"2|{0 if band == 'borderline' else 1}|{row.created_at}",
        "borderline": band == "borderline",
        "result": listed["decision"],
        "reviewer": None,
    }


def _of_prediction(
    row: sa.Row[Any], prediction_id: str, facts: dict[str, Any]
) -> dict[str, Any]:
    names = "probability", "threshold", "decision"
    return {
        "client_id": row.client_id,
        "client_text": row.client_text,
        "prediction_id": prediction_id,
        **{name: facts.get(name) for name in names},
    }


def _answered(row: sa.Row[Any], known: Dictionaries) -> dict[str, Any]:
    """What was answered, without the list of features; nothing if it is not to read."""
    try:
        text = row.answer or b"{}"
        if row.packed is not None:
            text = unpacked(row._asdict(), known.of(row.packed)).skeleton
        document: dict[str, Any] = json.loads(text)
    except (EventsError, ValueError):
        return {}
    return document


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
