"""Who works on which client alone, and until when: on the work list, of no event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, true, update

from api.identifiers import now
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import Check
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, work

_NONE = {"claimed_by": None, "claimed_name": None, "claimed_until": None}


def claim(
    database: Database, client_id: ClientKey, holder: str, name: str, until: str
) -> bool:
    """Whether it is the holder's now: nobody else had it, or their time is over."""
    theirs = work.c.claimed_by
    free = or_(theirs.is_(None), theirs == holder, work.c.claimed_until <= now())
    return _set(database, client_id, free, _of(holder, name, until))


def assign(
    database: Database, client_id: ClientKey, holder: str, name: str, until: str
) -> bool:
    """Give it to a person, whoever has it; False where it is not on the list."""
    return _set(database, client_id, true(), _of(holder, name, until))


def release(database: Database, client_id: ClientKey, holder: str | None) -> bool:
    """Leave it to others; whoever has it where no holder is named."""
    theirs = work.c.claimed_by
    mine = true() if holder is None else or_(theirs.is_(None), theirs == holder)
    over = work.c.claimed_until <= now()
    return _set(database, client_id, or_(mine, over), _NONE)


def released(connection: Connection, client_id: ClientKey, holder: str) -> None:
    """What the holder has decided on is theirs no more, in a transaction given."""
    values = {"client_id": client_id, "holder": holder}
    _RELEASE[type(client_id)].run(connection, [values])


def by_another(database: Database, client_id: ClientKey, holder: str) -> Any:
    """Whose it is, by `claimed_name`, and `claimed_until`; None where it is free."""
    values = {"client_id": client_id, "holder": holder, "at": now()}
    with database.read() as connection:
        return _BY_ANOTHER[type(client_id)].row(connection, **values)


def held(database: Database, client_id: ClientKey) -> Any:
    """Whose it is, by `claimed_by` and `claimed_name`, and `claimed_until`, or None."""
    with database.read() as connection:
        return _HELD[type(client_id)].row(connection, client_id=client_id, at=now())


def still_free(client_id: ClientKey, holder: str) -> Check:
    """That nobody but the holder has claimed it since."""
    values = {"client_id": client_id, "holder": holder, "at": now()}
    return Check(_BY_ANOTHER[type(client_id)], None, values)


def _of(holder: str, name: str, until: str) -> dict[str, str]:
    return {"claimed_by": holder, "claimed_name": name, "claimed_until": until}


def _set(
    database: Database,
    client_id: ClientKey,
    where: ColumnElement[bool],
    values: Any,
) -> bool:
    """By one statement, which waits for others that change the same client."""
    its = work.c[KEY_COLUMNS[type(client_id)]] == client_id
    change = update(work).where(its, where).values(values)
    counted = {"preserve_rowcount": True}
    with database.write() as connection:
        return connection.execute(change, execution_options=counted).rowcount == 1


_ITS = {
    kind: work.c[column] == bindparam("client_id")
    for kind, column in KEY_COLUMNS.items()
}
_HELD = {
    kind: Prepared(
        select(work.c.claimed_by, work.c.claimed_name, work.c.claimed_until).where(
            its, work.c.claimed_until > bindparam("at")
        )
    )
    for kind, its in _ITS.items()
}
_BY_ANOTHER = {
    kind: Prepared(
        select(work.c.claimed_name, work.c.claimed_until).where(
            its,
            work.c.claimed_until > bindparam("at"),
            work.c.claimed_by != bindparam("holder"),
        )
    )
    for kind, its in _ITS.items()
}
_RELEASE = {
    kind: Prepared(
        update(work).where(its, work.c.claimed_by == bindparam("holder")).values(_NONE)
    )
    for kind, its in _ITS.items()
}
