"""Statements that are compiled once: executing one takes SQLAlchemy longer than SQLite.

They are written in its Core, which is the one way to both databases; what it makes of
them is handed to the database's own module.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any]


class Prepared:
    """A statement about values that both databases take and give as they are."""

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, many: str | None = None
    ) -> None:
        """`many`: the parameter that is a list, if one is."""
        self._statement = statement
        self._many = many
        self._texts: dict[tuple[str, int], _Text] = {}
        self._row: Any = None
        if isinstance(statement, Select):
            names = [str(column.key) for column in statement.selected_columns]
            self._row = _row_of(names)

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """What is selected, its columns by name."""
        size = 0
        if self._many is not None:
            values[self._many] = _padded(values[self._many])
            size = len(values[self._many])
        cursor = self._execute(connection, [values], size)
        return list(map(self._row, cursor.fetchall()))

    def row(self, connection: Connection, **values: Any) -> Any:
        """The first that is selected, or None."""
        return next(iter(self.rows(connection, **values)), None)

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """The first column of that, or None."""
        row = self.row(connection, **values)
        return None if row is None else row[0]

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Change what is stored, once with each of `rows`, all of the same names."""
        self._execute(connection, rows, 0)

    def _execute(
        self, connection: Connection, rows: Sequence[Values], size: int
    ) -> Any:
        kind = connection.dialect.name, size
        text = self._texts.get(kind)
        if text is None:
            text = self._texts[kind] = self._compiled(connection, rows[0])
        bare: Any = connection.connection.dbapi_connection
        places = [text.places(row, self._many) for row in rows]
        try:
            cursor = bare.cursor()
            if len(places) == 1:
                cursor.execute(text.sql, places[0])
            else:
                cursor.executemany(text.sql, places)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, text.sql, error) from error
        return cursor

    def _compiled(self, connection: Connection, values: Values) -> _Text:
        compiled: Any = self._statement.compile(
            dialect=connection.dialect,
            column_keys=list(values) if isinstance(self._statement, Insert) else None,
        )
        state = compiled.construct_expanded_state(values)
        constants = {n: v for n, v in state.parameters.items() if n not in values}
        return _Text(state.statement, state.positiontup, constants)


class _Text:
    """A statement as a database's module takes it."""

    def __init__(
        self, sql: str, names: Sequence[str] | None, constants: Values
    ) -> None:
        """`names`: of its places, in order; None where each place has its name.

        `constants`: what it was written with.
        """
        self.sql = sql
        self._names = names
        self._constants = constants

    def places(self, given: Values, many: str | None) -> Any:
        """What the module takes with it."""
        values = {**self._constants, **given}
        if many is not None:
            of_list = values.pop(many)
            values |= {f"{many}_{at}": one for at, one in enumerate(of_list, 1)}
        if self._names is None:
            return values
        return [values[name] for name in self._names]


def _row_of(names: Sequence[str]) -> Any:
    """Makes a row of its values in order."""
    make: Any = namedtuple
    return make("Row", names, rename=True)._make


def _padded(values: Sequence[Any]) -> list[Any]:
    """To a power of two, by the last one again: so there are few different texts."""
    size = 1 << (len(values) - 1).bit_length()
    return [*values, *([values[-1]] * (size - len(values)))]


def _told(connection: Connection, sql: str, error: Exception) -> Exception:
    """The error as SQLAlchemy tells it; a connection that is lost is not used again."""
    dialect, bare = connection.dialect, connection.connection.dbapi_connection
    lost = dialect.is_disconnect(error, bare, None)  # type: ignore[arg-type]
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
