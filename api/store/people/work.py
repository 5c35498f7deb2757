"""The work list: who waits, and who was decided.

It says again what events and drafts say, in the order in which it is worked through: a
row is moved in the transaction of the event that moves it. `place` begins with the
digit of the state, then has what orders within it, and ends with since when.
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
    ColumnElement,
    Connection,
    Row,
    String,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    tuple_,
    update,
)

from api.identifiers import now, parts
from api.schemas.client_keys import ClientKey
from api.schemas.work import WorkQuery
from api.store.events.record import DECISION, EVIDENCE, SIGNATURE, Event
from api.store.people import references
from api.store.people.evidence import of_client, requirements
from api.store.people.predictions import recommended
from api.store.people.standing import CONTESTING, contesting_on, standing_on
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, TEXT_THERE, key_of, work

CONTESTED, SECOND_SIGNATURE, MISSING = "contested", "second", "evidence"
REFERRED, OPEN, DRAFT, DONE = "referred", "open", "draft", "done"
# Each state's digit, in the order of the list.
_STATES = (CONTESTED, SECOND_SIGNATURE, MISSING, REFERRED, OPEN, DRAFT, DONE)
_DIGITS = {state: str(digit) for digit, state in enumerate(_STATES, 1)}
# Of what nobody has signed yet: decided again it waits as long as before.
_UNSIGNED = (MISSING, REFERRED, OPEN)
# Of what somebody did, which no decision after it moves.
_ACTED = (CONTESTED, SECOND_SIGNATURE)
# Of a place: the parts stand between bars, and nothing in one is after this.
_LAST = "~"
# How long a moment is, with which a place ends.
_MOMENT = 27
_BORDERLINE, _CLEAR = "0", "1"
_TURNED = str.maketrans("0123456789", "9876543210")
_FACTS = ("prediction_id", "probability", "threshold", "decision", "result")


_COUNTS = Prepared(
    select(
        *(
            select(func.count())
            .select_from(work)
            .where(work.c.place.between(f"{digit}|", f"{digit}{_LAST}"))
            .scalar_subquery()
            .label(state)
            for state, digit in _DIGITS.items()
        )
    )
)


def entered(connection: Connection, client_id: ClientKey, at: str) -> None:
    """Put a draft on the list, unless it is there."""
    row = {"state": DRAFT, "place": _place(DRAFT, at), "borderline": False}
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


@dataclass(frozen=True)
class Listed:
    """A part of the list, with those beside the client that was asked about.

    `mine`: all whom who asks has claimed, oldest first.
    """

    items: list[dict[str, Any]]
    mine: list[dict[str, Any]]
    counts: dict[str, int]
    beside: dict[str, ClientKey | None] | None
    next_cursor: str | None


def listed(connection: Connection, query: WorkQuery, holder: str) -> Listed:
    """What the query asks for, in the order of the list; `holder`: who asks."""
    after = None
    if query.cursor is not None:
        place, _, number = query.cursor.rpartition(_LAST)
        after = place, int(number)
    rows = list(_some(connection, query, after, query.limit + 1))
    shown = rows[: query.limit]
    following = len(rows) > query.limit
    held = work.c.claimed_by == holder, work.c.claimed_until > now()
    mine = _items(connection, connection.execute(select(work).where(*held)), holder)
    return Listed(
        items=_items(connection, shown, holder),
        mine=sorted(mine, key=lambda item: str(item["since"])),
        counts=_COUNTS.row(connection)._asdict(),
        beside=None if query.client_id is None else _beside(connection, query),
        next_cursor=f"{shown[-1].place}{_LAST}{shown[-1].id}" if following else None,
    )


def find(
    connection: Connection, client_id: ClientKey, holder: str
) -> dict[str, Any] | None:
    """One client as the list has it."""
    its = work.c[KEY_COLUMNS[type(client_id)]] == client_id
    rows = connection.execute(select(work).where(its))
    return next(iter(_items(connection, rows, holder)), None)


def _beside(
    connection: Connection, query: WorkQuery
) -> dict[str, ClientKey | None] | None:
    its = work.c[KEY_COLUMNS[type(query.client_id)]] == query.client_id
    at = connection.execute(select(work.c.place, work.c.id).where(its)).first()
    if at is None:
        return None
    sides = {"previous": True, "next": False}
    found = {
        side: next(_some(connection, query, (at.place, at.id), 1, backwards), None)
        for side, backwards in sides.items()
    }
    return {side: row and key_of(row) for side, row in found.items()}


def _some(
    connection: Connection,
    query: WorkQuery,
    after: tuple[str, int] | None,
    limit: int,
    backwards: bool = False,
) -> Iterator[Row[Any]]:
    """After a row, or before it and backwards: each state is a scan of the index."""
    where = tuple_(work.c.place, work.c.id)
    order = [column.desc() if backwards else column for column in where.clauses]
    spans = list(_spans(query))
    for low, high in reversed(spans) if backwards else spans:
        ends = [work.c.place > low, work.c.place < high]
        if after is not None:
            if (low > after[0]) if backwards else (high < after[0]):
                continue
            if low < after[0] < high:
                # The nearer end: of two, SQLite would begin at the one that is first.
                ends[backwards] = where < after if backwards else where > after
        statement = select(work).where(*ends, *_filters(query)).order_by(*order)
        rows = connection.execute(statement.limit(limit)).all()
        yield from rows
        limit -= len(rows)
        if limit <= 0:
            return


def _spans(query: WorkQuery) -> Iterator[tuple[str, str]]:
    """Between which places those are that may match, state by state."""
    for state, digit in _DIGITS.items():
        if query.state is not None and state not in query.state:
            continue
        if query.reviewer is not None and state in (*_UNSIGNED, DRAFT):
            continue
        low, high = f"{digit}|", f"{digit}{_LAST}"
        if state == OPEN and query.borderline is not None:
            part = _BORDERLINE if query.borderline else _CLEAR
            low, high = f"{low}{part}|", f"{low}{part}{_LAST}"
        if state == DONE and query.since is not None:
            high = f"{low}{query.since.translate(_TURNED)}{_LAST}"
        yield low, high


def _filters(query: WorkQuery) -> Iterator[ColumnElement[bool]]:
    for column in (work.c.borderline, work.c.result, work.c.reviewer):
        wanted = getattr(query, column.key)
        if wanted is not None:
            yield column == wanted


def _items(
    connection: Connection, rows: Iterable[Row[Any]], holder: str
) -> list[dict[str, Any]]:
    rows, at = list(rows), now()
    names = references.of(connection, [key_of(row) for row in rows])
    return [_item(row, names.get(key_of(row)), holder, at) for row in rows]


def _item(row: Row[Any], reference: str | None, holder: str, at: str) -> dict[str, Any]:
    between = row.place.split("|")
    since = between[-1]
    names = "prediction_id", "probability", "threshold", "decision"
    held = row.claimed_until is not None and row.claimed_until > at
    return {
        "client_id": key_of(row),
        "reference": reference,
        "state": row.state,
        "since": since.translate(_TURNED) if row.state == DONE else since,
        "due": between[1] if row.state == CONTESTED else None,
        **{name: getattr(row, name) for name in names},
        "borderline": bool(row.borderline),
        "result": row.result,
        "reviewer": row.reviewer,
        "claimed_by": row.claimed_name if held else None,
        "claimed_until": row.claimed_until if held else None,
        "mine": held and row.claimed_by == holder,
    }


def _place(state: str, since: str, between: str | None = None) -> str:
    """Done ones are newest first: their digits are turned round."""
    since = since.translate(_TURNED) if state == DONE else since
    return "|".join(filter(None, (_DIGITS[state], between, since)))


def _decided(prediction_id: str, facts: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The row of a client on whom no person has decided."""
    # Not told by events of before the list.
    borderline = facts.get("band") == "borderline"
    state = _waits(facts, facts.get("requires", ()))
    band = _BORDERLINE if borderline else _CLEAR
    return {
        "state": state,
        "place": _place(state, at, band if state == OPEN else None),
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
        record.latest.prediction_id, {**facts, "requires": needs}, place[-_MOMENT:]
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
    row |= {KEY_COLUMNS[type(client_id)]: client_id, "reviewer": None}
    if review is not None:
        row |= {"result": review["decision"], "reviewer": review["reviewer"]}
        row |= {"state": DONE, "place": _place(DONE, review["created_at"])}
    signed = record.acts.signature
    if signed is not None:
        place = _place(SECOND_SIGNATURE, signed.review["created_at"])
        row |= {"state": SECOND_SIGNATURE, "place": place}
    last = contesting_on(connection, client_id)
    if last is not None and last.waits:
        place = _place(CONTESTED, last.created_at, last.facts["due_on"])
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
    new = func.substr(given.place, 1, func.length(given.place) - _MOMENT)
    since = new.concat(func.substr(was.place, func.length(was.place) - _MOMENT + 1))
    acted = was.state.in_(_ACTED)
    decided = facts | {
        "state": case((acted, was.state), else_=given.state),
        "place": case(
            (acted, was.place),
            (was.state.in_(_UNSIGNED), since),
            else_=given.place,
        ),
    }
    everything = {n: given[n] for n in (*facts, "state", "place", "reviewer")}
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
