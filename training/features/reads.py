"""Which columns of Home Credit's a crafted feature reads; a lender may lack some.

Nobody declares it: each feature is planned alone over empty tables, and the plan says
what it would read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import narwhals as nw

from training.features import applicant, history
from training.features.applicant.crosses import CROSSES
from training.features.define import Feature
from training.features.empty import empty, sql_of
from training.features.named import CREDITS, MONTHS, absent, known_tables
from training.files import literal
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Table

# By feature, each column as [table, column].
Reads = Mapping[str, Sequence[Sequence[str]]]
HISTORY = "history"
TOGETHER = {CREDITS, MONTHS}
# What leaves out columns that nothing is made of; all else may read more, or less.
OPTIMIZER = "unused_columns"


def unlike_home(layout: Layout, present: Collection[str]) -> tuple[str, ...]:
    """The tables of Home Credit's of which the lender's lack columns or reasons.

    With the applications, of which something is made with each of them.
    """
    known = known_tables(layout, present)
    same = layout.reasons == HOME_CREDIT.reasons
    unlike = {one for one, name in known.items() if not same or absent(layout, name)}
    if unlike & TOGETHER:
        unlike |= TOGETHER & {*known}
    return tuple(sorted(unlike | {APPLICATION})) if unlike else ()


def reads(tables: Collection[str]) -> Reads:
    """What the crafted features of these tables of Home Credit's read of them.

    The applications are one of them.
    """
    bare = replace(HOME_CREDIT, tables={n: _bare(n) for n in HOME_CREDIT.tables})
    found: dict[str, list[list[str]]] = {}
    with duckdb.connect() as connection:
        _plan_only(connection)
        frames = {n: empty(connection, bare.tables[n]) for n in tables}
        for part in history.parts(bare, tables):
            records = part.records(frames).group_by(part.key)
            for feature in part.features:
                rows = records.agg(feature.expression.alias(feature.name))
                found[feature.name] = _scanned(connection, rows)
        needs = sorted({name for needed, _feature in CROSSES for name in needed})
        columns = ", ".join(f'"{name}" FLOAT' for name in needs)
        connection.execute(f"CREATE TABLE history ({bare.key} BIGINT, {columns})")
        past = nw.from_native(connection.table(HISTORY))
        plain, priced = (
            applicant.joined(bare, frames[APPLICATION], past, priced=one)
            for one in (False, True)
        )
        for feature in applicant.crafted(needs):
            rows = priced if feature.name in applicant.TERMS else plain
            made_of = _scanned(
                connection, rows.select(feature.expression.alias("made"))
            )
            found[feature.name] = [
                column
                for one in made_of
                for column in (found.get(one[1], []) if one[0] == HISTORY else [one])
            ]
    return found


def _bare(name: str) -> Table:
    """A table of Home Credit's with nothing to clean, as a lender's is by then."""
    table = HOME_CREDIT.tables[name]
    columns = (replace(column, missing=(), happened=False) for column in table)
    return replace(table, columns=tuple(columns))


def _plan_only(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()
    others = ", ".join(name for (name,) in names if name != OPTIMIZER)
    connection.execute(f"SET disabled_optimizers = {literal(others)}")


def _scanned(
    connection: duckdb.DuckDBPyConnection, rows: nw.LazyFrame[Any]
) -> list[list[str]]:
    query = f"EXPLAIN (FORMAT JSON) {sql_of(rows)}"
    [(_kind, plan)] = connection.execute(query).fetchall()
    return [*_scans(json.loads(plan))]


def _scans(nodes: list[dict[str, Any]]) -> Iterator[list[str]]:
    for node in nodes:
        told = node["extra_info"]
        if "Table" in told:
            columns = told.get("Projections", [])
            for column in [columns] if isinstance(columns, str) else columns:
                yield [told["Table"].rpartition(".")[-1], column]
        yield from _scans(node["children"])


def left_out(
    layout: Layout, present: Collection[str], features: Sequence[Feature], read: Reads
) -> dict[str, list[str]]:
    """The crafted ones that cannot be had, and for want of which columns."""
    known = known_tables(layout, present)
    lacking = {
        (home, column): column if home == APPLICATION else f"{home}.{column}"
        for home, name in known.items()
        for column in absent(layout, name)
    }
    wanted = {
        feature.name: [
            lacking[home, column]
            for home, column in read.get(feature.name, ())
            if (home, column) in lacking
        ]
        for feature in features
        if _is_crafted(known, feature)
    }
    return {name: columns for name, columns in wanted.items() if columns}


def grouped(
    layout: Layout, present: Collection[str], features: Sequence[Feature], read: Reads
) -> list[Feature]:
    """With a lender's own reasons: of what is made of several, that of the first."""
    known = known_tables(layout, present)
    return [
        replace(feature, group=_group(layout, known, feature, read))
        if _is_crafted(known, feature) and feature.group not in layout.by_group
        else feature
        for feature in features
    ]


def _is_crafted(known: Mapping[str, str], feature: Feature) -> bool:
    return feature.family != "raw" and feature.table in known.values()


def _group(
    layout: Layout, known: Mapping[str, str], feature: Feature, read: Reads
) -> str:
    columns = {
        (home, column.known_as): column.group
        for home, name in known.items()
        for column in layout.tables[name]
    }
    groups = [columns.get((home, name), "") for home, name in read[feature.name]]
    of_table = layout.tables[feature.table].group
    return next(filter(None, [*groups, of_table, *columns.values()]), feature.group)
