"""Put events at the end of the table, in the transaction that is given."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, true, update

from api.store.events import chain
from api.store.events.chain import CHAIN, NOWHERE, End, Head
from api.store.events.chain_end import NEWEST_EVENT, ChainEnd
from api.store.events.record import POLICY, PREDICTIONS, Event, Overtaken
from api.store.policies import ACTIVATED, built_in
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, active_policy, events, personal, writers
from api.store.work import moves

# Any number, but the same in every process.
_LOCK = 7_305_811_641
_PERSONAL = ("client_id", "request", "features")
_EVENT = (
    "event_id",
    "kind",
    "subject_id",
    "created_at",
    "bundle_sha256",
    "unique_as",
)


def append(
    connection: Connection,
    chain_end: ChainEnd,
    keyed_events: Sequence[tuple[int | None, Event]],
) -> End:
    """Chain and insert events, each with the API key it came by; the work list follows.

    Answers the end to note once this is committed. Raises EventsError when the table
    ends before what was noted: nothing may cover that up; Overtaken when another policy
    is active than the one that a decision was made by.

    One process appends at a time, until its transaction has ended: sequences have no
    gap and are in the order of the commits, so who read up to one has seen all that
    there will ever be before it.
    """
    wait_for_turn(connection)
    noted = chain_end.probe()
    row = _BEFORE.row(connection)
    there = row.sequence is not None
    newest = End(row.sequence, row.sha256) if there else NOWHERE
    chain_end.compare(noted, newest)
    _require_active(row.policy or built_in(), [event for _, event in keyed_events])
    if there and row.writer.startswith(CHAIN):
        head = Head(row.writer, row.position, row.sha256)
    else:
        head = _begin(connection, newest)
    personal_parts = [_personal(event) for _, event in keyed_events]
    rows = [
        _row(key_id, event, part)
        for (key_id, event), part in zip(keyed_events, personal_parts, strict=True)
    ]
    linked, end = chain.link(rows, head, newest.sequence)
    _EVENTS.run(connection, linked)
    filled = [
        {**_kept(event, part, row), "sequence": row["sequence"]}
        for (_, event), part, row in zip(
            keyed_events, personal_parts, linked, strict=True
        )
        if part is not None
    ]
    if filled:
        _PERSONAL_PARTS.run(connection, filled)
    _move(connection, head, end)
    moves.followed(connection, [event for _, event in keyed_events])
    return End(newest.sequence + len(keyed_events), end.sha256)


def wait_for_turn(connection: Connection) -> None:
    """Until the end of the transaction no other one appends; SQLite's writers wait."""
    if connection.dialect.name == "postgresql":
        _WAIT.rows(connection)


def _require_active(policy: str, appended: Sequence[Event]) -> None:
    """No decision follows an activation that is by the policy of before it."""
    for event in appended:
        if event.kind in PREDICTIONS and event.facts.get("policy", policy) != policy:
            raise Overtaken
        if event.kind == POLICY and event.facts["action"] == ACTIVATED:
            policy = event.facts["sha256"]


_WAIT = Prepared(select(func.pg_advisory_xact_lock(_LOCK)))
_LAST = NEWEST_EVENT.subquery()
# The active policy beside the newest event: who appends pays no statement for it.
_BEFORE = Prepared(
    select(_LAST, active_policy.c.sha256.label("policy"))
    .select_from(active_policy.outerjoin(_LAST, true()))
    .where(active_policy.c.slot == 1)
)
_EVENTS = Prepared(insert(events))
_PERSONAL_PARTS = Prepared(insert(personal))
_MOVE = Prepared(
    update(writers)
    .where(writers.c.writer == bindparam("new_writer"))
    .values(position=bindparam("new_position"), sha256=bindparam("new_sha256"))
)


def _begin(connection: Connection, newest: End) -> Head:
    """Where the chain begins: at the very first event, or after one of before 0.4."""
    ends = [Head(*row) for row in connection.execute(select(writers))]
    return Head(chain.name(ends), 0, newest.sha256)


def _move(connection: Connection, head: Head, end: Head) -> None:
    if head.position == 0:
        connection.execute(insert(writers), [vars(end)])
        return
    _MOVE.run(connection, [{f"new_{name}": v for name, v in vars(end).items()}])


def _personal(event: Event) -> dict[str, Any] | None:
    values = {name: getattr(event, name) for name in _PERSONAL}
    values["answer"] = event.answer or None
    if all(value is None for value in values.values()):
        return None
    return {**values, "salt": secrets.token_bytes(16)}


def _kept(
    event: Event, personal_part: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    """The personal part as it is stored."""
    kept = {**personal_part, **dict.fromkeys(KEY_COLUMNS.values()), "packed": None}
    if event.client_id is not None:
        kept[KEY_COLUMNS[type(event.client_id)]] = event.client_id
    if event.parts is None:
        return kept
    packed = event.parts.packed({**row, "request": event.request})
    return {**kept, "features": None, "answer": None, "packed": packed}


def _row(
    key_id: int | None, event: Event, personal_part: dict[str, Any] | None
) -> dict[str, Any]:
    facts = json.dumps(event.facts, allow_nan=False, separators=(",", ":"))
    return {
        **{name: getattr(event, name) for name in _EVENT},
        "key_id": key_id,
        "facts": facts,
        "personal_sha256": personal_part
        and chain.digest(personal_part, chain.PERSONAL),
    }
