"""A lender's rows under Home Credit's names, with which crafted features are written.

A crafted feature is taken of any lender whose columns are `known_as` those it reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import narwhals as nw

from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Column, Table, Type

NUMBERS = {Type.INTEGER, Type.NUMBER}
TYPES = {
    Type.INTEGER: nw.Int64(),
    Type.NUMBER: nw.Float64(),
    Type.CATEGORY: nw.String(),
}
# Before a lender's own names, where Home Credit's are beside them.
OWN = "_own_"
# The months of credits elsewhere are aggregated with these, and only so.
CREDITS, MONTHS = "bureau", "bureau_balance"


def known_tables(layout: Layout, present: Collection[str]) -> dict[str, str]:
    """The tables present that are one of Home Credit's, by the name of that one."""
    known = {
        table.known_as: name
        for name, table in layout.tables.items()
        if table.known_as and name in present
    }
    months = known.get(MONTHS)
    if months and layout.tables[months].parent != known.get(CREDITS):
        del known[MONTHS]
    return known | {APPLICATION: APPLICATION}


def linking() -> frozenset[str]:
    """Home Credit's columns that link tables."""
    return frozenset(map(HOME_CREDIT.link, HOME_CREDIT.histories))


def absent(layout: Layout, name: str) -> frozenset[str]:
    """What this table lacks of Home Credit's columns, or has but not as an input."""
    table, own = layout.tables[name], _own_names(layout, name)
    given = {known for known, one in own.items() if table[one].is_input}
    inputs = {column.name for column in _home(layout, name) if column.is_input}
    return frozenset(inputs - given - linking())


def named(rows: nw.LazyFrame[Any], layout: Layout, name: str) -> nw.LazyFrame[Any]:
    """The rows of a table under Home Credit's names alone.

    Null in what it has not; the same rows where the names are the same.
    """
    if _is_named(layout, name):
        return rows
    return rows.select(*_columns(layout, name))


def with_names(rows: nw.LazyFrame[Any], layout: Layout) -> nw.LazyFrame[Any]:
    """The applications with Home Credit's names beside their own; see `own`."""
    if _is_named(layout, APPLICATION):
        return rows
    key = layout.key
    names = (name for name in layout.application.names if name != key)
    marked = (nw.col(name).alias(f"{OWN}{name}") for name in names)
    _key, *known = _columns(layout, APPLICATION)
    return rows.select(key, *marked, *known)


def own(layout: Layout, name: str) -> nw.Expr:
    """A column of the application in the rows that `with_names` gives."""
    marked = not _is_named(layout, APPLICATION)
    return nw.col(f"{OWN}{name}" if marked else name)


def _home(layout: Layout, name: str) -> Table:
    """The table of Home Credit's that a table is."""
    known = layout.tables[name].known_as
    return TABLES[APPLICATION if name == APPLICATION else known]


def _is_named(layout: Layout, name: str) -> bool:
    names = _own_names(layout, name)
    return all(names.get(column.name) == column.name for column in _home(layout, name))


def _own_names(layout: Layout, name: str) -> dict[str, str]:
    """What the table calls those of Home Credit's columns that it has."""
    table, home = layout.tables[name], _home(layout, name)
    known = set(home.names)
    names = {
        column.known_as: column.name
        for column in table
        if column.known_as in known and _alike(column, home[column.known_as])
    }
    return {**names, **_links(layout, name)}


def _alike(column: Column, known: Column) -> bool:
    """Whether both are numbers, or neither."""
    return (column.type in NUMBERS) == (known.type in NUMBERS)


def _links(layout: Layout, name: str) -> dict[str, str]:
    """The columns that link records to clients and to one another, of any type."""
    credit = HOME_CREDIT.link(MONTHS)
    if layout.tables[name].known_as == MONTHS:
        return {credit: layout.link(name)}
    links = {HOME_CREDIT.key: layout.key}
    for one in layout.histories:
        months = layout.tables[one]
        if months.known_as == MONTHS and months.parent == name:
            links[credit] = layout.link(one)
    return links


def _columns(layout: Layout, name: str) -> Iterator[nw.Expr]:
    names, table = _own_names(layout, name), layout.tables[name]
    for column in _home(layout, name):
        if column.name not in names:
            value = nw.lit(None, TYPES[column.type])
        else:
            value = nw.col(names[column.name])
            if {column.type, table[names[column.name]].type} == NUMBERS:
                value = value.cast(TYPES[column.type])
        yield value.alias(column.name)
