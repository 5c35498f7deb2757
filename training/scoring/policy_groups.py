"""Groups of clients in which a policy may do otherwise: segments, protected groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from training.evaluation.fairness import (
    AGE_BAND,
    AGE_NAMES,
    AGE_WORDS,
    LEAST_CLIENTS,
    protected_attributes,
)
from training.language import Labels, _, alike, figure
from training.tables.layout import APPLICATION
from training.tables.schema import Column, Origin, Role, Table, Type, Unit, Use

BANDS = 5
KINDS = {"integer": Type.INTEGER, "number": Type.NUMBER, "category": Type.CATEGORY}
ROLES = (Role.PRODUCT, Role.AMOUNT, Role.BIRTH)


@dataclass(frozen=True)
class Group:
    """Clients that have something in common, as a mask over all."""

    attribute: str
    label: Labels
    name: Labels
    protected: bool
    mask: np.ndarray


def table_of(manifest: Mapping[str, Any]) -> Table:
    """The columns of a bundle's applications that groups are made of."""
    return Table(
        APPLICATION,
        tuple(
            Column(
                one["name"],
                KINDS[one["type"]],
                one["labels"],
                one["meaning"],
                Unit(one["unit"]),
                role=Role(one["role"]) if one.get("role") else None,
                use=Use(one.get("use") or Use.INPUT),
                missing=tuple(one.get("missing") or ()),
                words=one.get("words") or {},
            )
            for one in manifest["tables"][APPLICATION]["columns"]
            if one.get("role") in ROLES or one.get("use") == Use.PROTECTED
        ),
        Origin.APPLICATION,
    )


def groups(table: Table, columns: pd.DataFrame) -> Iterator[Group]:
    """Of at least 50 clients each: product, amount, then what is protected."""
    there = Table(
        table.name,
        tuple(column for column in table if column.name in columns),
        table.origin,
    )
    product, amount = there.of(Role.PRODUCT), there.of(Role.AMOUNT)
    if product and product.type is Type.CATEGORY:
        yield from _of_values(product, columns[product.name], False)
    if amount:
        yield from _bands(amount, columns[amount.name])
    attributes = protected_attributes(there, columns)
    for name in attributes:
        if name == AGE_BAND:
            yield from _ages(attributes[name])
        else:
            yield from _of_values(there[str(name)], attributes[name], True)


def _of_values(column: Column, values: pd.Series, protected: bool) -> Iterator[Group]:
    counts = values.value_counts()
    for value in sorted(counts.index, key=str):
        if counts[value] >= LEAST_CLIENTS:
            name = column.words.get(value, alike(str(value)))
            mask = (values == value).to_numpy()
            yield Group(column.name, column.labels, name, protected, mask)


def _bands(column: Column, values: pd.Series) -> Iterator[Group]:
    """As many of each, from the smallest to the largest."""
    edges = np.unique(values.quantile(np.arange(1, BANDS) / BANDS).to_numpy())
    place = np.searchsorted(edges, values.to_numpy(np.float64), side="left")
    for at in range(len(edges) + 1):
        mask = (place == at) & values.notna().to_numpy()
        if mask.sum() < LEAST_CLIENTS:
            continue
        if at < len(edges):
            name = _("up to {amount}", amount=figure(edges[at], ",.0f"))
        else:
            name = _("above {amount}", amount=figure(edges[-1], ",.0f"))
        yield Group(column.name, column.labels, name, False, mask)


def _ages(bands: pd.Series) -> Iterator[Group]:
    for band in AGE_NAMES:
        mask = (bands == band).to_numpy()
        if mask.sum() >= LEAST_CLIENTS:
            name = AGE_WORDS.get(band, alike(band))
            yield Group(AGE_BAND, _("Age"), name, True, mask)
