"""The work list as it is kept: who waits, and who was decided.

It says again what events and drafts say, in the order in which it is worked through: a
row is moved in the transaction of the event that moves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    String,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    update,
)

from api.identifiers import now, parts
from api.schemas.client_keys import ClientKey
from api.store.events.record import DECISION, EVIDENCE, SIGNATURE, Event
from api.store.people.evidence import of_client, requirements
from api.store.people.predictions import recommended
from api.store.people.standing import CONTESTING, contesting_on, standing_on
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, TEXT_THERE, work
from api.store.work.places import (
    ACTED,
    BORDERLINE,
    CLEAR,
    CONTESTED,
    DONE,
    DRAFT,
    MISSING,
    MOMENT,
    OPEN,
    REFERRED,
    SECOND_SIGNATURE,
    UNSIGNED,
    place_of,
)

_FACTS = ("prediction_id", "probability", "threshold", "decision", "result")


def entered(connection: Connection, client_id: ClientKey, at: str) -> None:
    """Put a draft on the list, unless it is there."""
    row = {"state": DRAFT, "place": place_of(DRAFT, at), "borderline": False}
    keyed = {KEY_COLUMNS[type(client_id)]: client_id}
    _statements(connection, type(client_id)).entered.run(connection, [row | keyed])


def followed(connection: Connection, events: Sequence[Event]) -> None:
    """Move clients as what was recorded of them says, in its own transaction."""
    decided: dict[type, list[Mapping[str, Any]]] = defaultdict(list)
    for event in events:
        if event.kind == DECISION and event.client_id is not None:
            key = type(event.client_id)
            row = _decided(event.event_id, event.facts, event.created_at)
            decided[key].append({KEY_COLUMNS[key]: event.client_id, **row})
    for key, rows in decided.items():
        for part in _distinct(rows, KEY_COLUMNS[key]):
            _together(connection, _statements(connection, key).decided, part)
    for event in events:
        if event.client_id is None:
            continue
        if event.kind in (*CONTESTING, SIGNATURE):
            _follow(connection, event.client_id)
        elif event.kind == EVIDENCE:
            _found(connection, event.client_id)


def removed(connection: Connection, client_ids: Sequence[ClientKey]) -> None:
    """Take clients off the list: forgotten, or drafts whose time is over."""
    for key, of_kind in _by_kind(client_ids):
        for part in parts(of_kind):
            its = work.c[KEY_COLUMNS[key]].in_(part)
            connection.execute(delete(work).where(its))


def erased(connection: Connection, client_ids: Sequence[ClientKey]) -> None:
    """Say of those on the list what stands after some of their events were erased."""
    for key, of_kind in _by_kind(client_ids):
        column = work.c[KEY_COLUMNS[key]]
        for part in parts(of_kind):
            listed = select(column).where(column.in_(part), work.c.state != DRAFT)
            for client_id in connection.execute(listed).scalars().all():
                _follow(connection, client_id)


def _decided(prediction_id: str, facts: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The row of a client on whom no person has decided."""
    # Not told by events of before the list.
    borderline = facts.get("band") == "borderline"
    state = _waits(facts, facts.get("requires", ()))
    band = BORDERLINE if borderline else CLEAR
    return {
        "state": state,
        "place": place_of(state, at, band if state == OPEN else None),
        "prediction_id": prediction_id,
        **{name: facts.get(name) for name in ("probability", "threshold", "decision")},
        "borderline": borderline,
        "result": recommended(facts),
    }


def _waits(facts: Mapping[str, Any], needs: Iterable[Mapping[str, Any]]) -> str:
    """For what a decision waits that no person has signed, as its needs are met."""
    result = recommended(facts)
    missing = any(one["effect"] == "require" and not one["met"] for one in needs)
    if missing and result != "refused":
        return MISSING
    return REFERRED if result == "referred" else OPEN


def _found(connection: Connection, client_id: ClientKey) -> None:
    """Move on who waited for evidence, if that was the last; since when, stays."""
    its = work.c[KEY_COLUMNS[type(client_id)]] == client_id
    waiting = select(work.c.place).where(its, work.c.state == MISSING)
    place = connection.execute(waiting).scalar()
    record = place and standing_on(connection, client_id)
    if not place or not record:
        return
    facts = record.latest.facts
    evidence = of_client(connection, client_id)
    needs = requirements(facts.get("requires", ()), evidence, now()[:10])
    row = _decided(
        record.latest.prediction_id, {**facts, "requires": needs}, place[-MOMENT:]
    )
    connection.execute(update(work).where(its).values(row))


def _follow(connection: Connection, client_id: ClientKey) -> None:
    """Write anew where a client is, from what events say."""
    record = standing_on(connection, client_id)
    if record is None:
        removed(connection, [client_id])
        return
    decided, review = record.decided, record.review
    row = _decided(decided.prediction_id, decided.facts, decided.created_at)
    row |= {KEY_COLUMNS[type(client_id)]: client_id, "reviewer": None, "signer": None}
    if review is not None:
        row |= {"result": review["decision"], "reviewer": review["reviewer"]}
        row["signer"] = review.get("signer")
        row |= {"state": DONE, "place": place_of(DONE, review["created_at"])}
    signed = record.acts.signature
    if signed is not None:
        place = place_of(SECOND_SIGNATURE, signed.review["created_at"])
        row |= {"state": SECOND_SIGNATURE, "place": place}
    last = contesting_on(connection, client_id)
    if last is not None and last.waits:
        place = place_of(CONTESTED, last.created_at, last.facts["due_on"])
        row |= {"state": CONTESTED, "place": place}
    _statements(connection, type(client_id)).placed.run(connection, [row])


def _distinct(
    rows: Sequence[Mapping[str, Any]], key: str
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """In their order, each client once at a time."""
    while rows:
        first = {row[key]: row for row in reversed(rows)}
        yield list(first.values())
        rows = [row for row in rows if first[row[key]] is not row]


def _together(
    connection: Connection, statement: Prepared, rows: Sequence[Mapping[str, Any]]
) -> None:
    """PostgreSQL takes a list of each column, a fifth of the time of row by row."""
    if connection.dialect.name == "postgresql":
        rows = [{f"{name}_list": [row[name] for row in rows] for name in rows[0]}]
    statement.run(connection, rows)


def _by_kind(keys: Iterable[ClientKey]) -> Iterator[tuple[type, list[Any]]]:
    grouped: dict[type, list[ClientKey]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        grouped[type(key)].append(key)
    yield from grouped.items()


@dataclass(frozen=True)
class _Statements:
    entered: Prepared
    decided: Prepared
    placed: Prepared


def _statements(connection: Connection, key: type) -> _Statements:
    return _made(connection.dialect.name, key)


@cache
def _made(dialect: str, key: type) -> _Statements:
    """Either database inserts or updates in one statement, by a dialect's own."""
    insert: Callable[..., Any] = import_module(f"sqlalchemy.dialects.{dialect}").insert
    column = KEY_COLUMNS[key]
    same: dict[str, Any] = {"index_elements": [column]}
    if key is str:
        same["index_where"] = TEXT_THERE
    into = insert(work)
    given, was = into.excluded, work.c
    facts = {name: given[name] for name in (*_FACTS, "borderline")}
    # Decided again they wait as long as before, and what was contested still is.
    new = func.substr(given.place, 1, func.length(given.place) - MOMENT)
    since = new.concat(func.substr(was.place, func.length(was.place) - MOMENT + 1))
    acted = was.state.in_(ACTED)
    decided = facts | {
        "state": case((acted, was.state), else_=given.state),
        "place": case(
            (acted, was.place),
            (was.state.in_(UNSIGNED), since),
            else_=given.place,
        ),
    }
    everything = {n: given[n] for n in (*facts, "state", "place", "reviewer", "signer")}
    # What a person decided stands, whatever is scored after it.
    by_model = was.reviewer.is_(None)
    many = into
    if dialect == "postgresql":
        names = [column, "state", "place", *facts]
        lists = (
            func.unnest(cast(bindparam(f"{name}_list"), ARRAY(_of_list(name))))
            for name in names
        )
        many = into.from_select(names, select(*lists))
    return _Statements(
        entered=Prepared(into.on_conflict_do_nothing(**same)),
        decided=Prepared(
            many.on_conflict_do_update(**same, set_=decided, where=by_model)
        ),
        placed=Prepared(into.on_conflict_do_update(**same, set_=everything)),
    )


def _of_list(name: str) -> Any:
    """A column's type; of texts without length and order, which lists have not."""
    kind = work.c[name].type
    return Text() if isinstance(kind, String) else kind
