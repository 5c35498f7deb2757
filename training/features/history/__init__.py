"""The history stage: what the tables of records say of each client."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import narwhals as nw

from training.features.define import Feature, Source
from training.features.history import (
    bureau,
    credit_card_balance,
    installments_payments,
    pos_cash_balance,
    previous_application,
    standard,
)
from training.features.named import CREDITS, MONTHS, known_tables, named
from training.language import Labels
from training.tables.clean import clean
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Type

Frames = Mapping[str, nw.LazyFrame[Any]]
# Home Credit's tables that stand alone: records by client, aggregated in one step.
ALONE = {
    module.SOURCE.table.name: module.SOURCE
    for module in (
        previous_application,
        pos_cash_balance,
        installments_payments,
        credit_card_balance,
    )
}


# What people call the records of a table of Home Credit's.
CALLED = {
    CREDITS: bureau.CREDITS.labels,
    MONTHS: bureau.MONTHS_LABELS,
    **{name: source.labels for name, source in ALONE.items()},
}


@dataclass(frozen=True)
class Part:
    """Features that are aggregated in one step, and the tables that it reads.

    `records`: one row per record, with its client in the column `key`.
    """

    tables: tuple[str, ...]
    features: Sequence[Feature]
    records: Callable[[Frames], nw.LazyFrame[Any]]
    key: str


def parts(layout: Layout, present: Collection[str]) -> Iterator[Part]:
    """What the tables present can give: crafted features, else the standard ones."""
    known = known_tables(layout, present)
    if CREDITS in known:
        yield _credits(layout, known)
    for table, source in ALONE.items():
        if table in known:
            features = _of(known, source.features())
            records = partial(_crafted, layout, known[table], source)
            tables = _with_parents(layout, known[table])
            yield Part(tables, features, records, HOME_CREDIT.key)
    for name in layout.histories:
        tables = _with_parents(layout, name)
        if name not in known.values() and set(tables) <= set(present):
            source = standard.source(layout, name)
            records = partial(_standard, layout, name, source)
            yield Part(tables, source.features(), records, layout.key)


def called(layout: Layout, name: str) -> Labels:
    """What people call the records of a table."""
    known_as = layout.tables[name].known_as
    return CALLED.get(known_as) or standard.source(layout, name).labels


def features(layout: Layout, present: Collection[str]) -> list[Feature]:
    """The history features that the tables present can give, in order."""
    return [feature for part in parts(layout, present) for feature in part.features]


def history(
    layout: Layout, tables: Frames, features: Sequence[Feature]
) -> nw.LazyFrame[Any]:
    """One row per client: its key and every feature of `features` as float32.

    `tables` holds the raw frames by name; `application` is required and says which
    clients there are. A client without records in a table has nulls for it.
    """
    by_part = [*aggregates(layout, tables, features)]
    return joined(layout, tables[APPLICATION], by_part)


@dataclass(frozen=True)
class Aggregates:
    """What one part says of the clients who have records: their key and `features`."""

    features: Sequence[str]
    rows: nw.LazyFrame[Any]


def aggregates(
    layout: Layout, tables: Frames, features: Sequence[Feature]
) -> Iterator[Aggregates]:
    """Part by part; without those that none of `features` is of."""
    wanted = {feature.name for feature in features}
    for part in parts(layout, tables):
        some = [feature for feature in part.features if feature.name in wanted]
        if some:
            columns = (feature.expression.alias(feature.name) for feature in some)
            rows = part.records(tables).group_by(part.key).agg(*columns)
            if part.key != layout.key:
                rows = rows.rename({part.key: layout.key})
            yield Aggregates([feature.name for feature in some], rows)


def joined(
    layout: Layout, applications: nw.LazyFrame[Any], by_part: Sequence[Aggregates]
) -> nw.LazyFrame[Any]:
    """The history of these parts alone, as `history` tells it."""
    clients = applications.select(layout.key)
    for part in by_part:
        clients = clients.join(part.rows, on=layout.key, how="left")
    names = [name for part in by_part for name in part.features]
    numbers = (nw.col(name).cast(nw.Float32) for name in names)
    return clients.select(layout.key, *numbers)


def _credits(layout: Layout, known: Mapping[str, str]) -> Part:
    """Credits elsewhere, with their months where these are there."""
    name, months = known[CREDITS], known.get(MONTHS)

    def records(tables: Frames) -> nw.LazyFrame[Any]:
        balance = None
        if months:
            # A status that says "unknown" is none of those that are looked for.
            declared = layout.tables[months]
            numbers = [one for one in declared if one.type is not Type.CATEGORY]
            known_by_then = replace(declared, columns=tuple(numbers))
            balance = named(clean(tables[months], known_by_then), layout, months)
        return bureau.records(
            named(_owned(layout, name, tables), layout, name), balance
        )

    tables = (*_with_parents(layout, name), *([months] if months else []))
    features = _of(known, bureau.features(with_balance=bool(months)))
    return Part(tables, features, records, HOME_CREDIT.key)


def _of(known: Mapping[str, str], features: Sequence[Feature]) -> list[Feature]:
    """The features as those of the lender's tables."""
    return [replace(feature, table=known[feature.table]) for feature in features]


def _crafted(
    layout: Layout, name: str, source: Source, tables: Frames
) -> nw.LazyFrame[Any]:
    return source.records(named(_owned(layout, name, tables), layout, name))


def _standard(
    layout: Layout, name: str, source: Source, tables: Frames
) -> nw.LazyFrame[Any]:
    return source.records(_owned(layout, name, tables))


def _owned(layout: Layout, name: str, tables: Frames) -> nw.LazyFrame[Any]:
    """One row per record, cleaned, with its client's key."""
    declared = layout.tables[name]
    rows = clean(tables[name], declared)
    if not declared.parent or layout.key in declared.names:
        return rows
    link = layout.link(name)
    owners = _owned(layout, declared.parent, tables).select(link, layout.key)
    return rows.join(owners, on=link, how="inner")


def _with_parents(layout: Layout, name: str) -> tuple[str, ...]:
    """The table and those that link its records to a client."""
    parent = layout.tables[name].parent
    return (name, *(_with_parents(layout, parent) if parent else ()))
