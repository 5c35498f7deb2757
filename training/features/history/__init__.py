"""The history stage: what six tables of records say of each client."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import narwhals as nw

from training.features.define import Feature
from training.features.history import (
    bureau,
    credit_card_balance,
    installments_payments,
    pos_cash_balance,
    previous_application,
)
from training.tables.layout import APPLICATION, Layout

# Tables that stand alone: records keyed by client, aggregated in one step.
ALONE = {
    module.SOURCE.table.name: module.SOURCE
    for module in (
        previous_application,
        pos_cash_balance,
        installments_payments,
        credit_card_balance,
    )
}
# Every table of records, beside those that are aggregated with it; in order.
TOGETHER = (("bureau", "bureau_balance"), *((name,) for name in ALONE))


def features(present: Collection[str]) -> list[Feature]:
    """The history features that the tables present can give, in order."""
    features: list[Feature] = []
    if "bureau" in present:
        features += bureau.features(with_balance="bureau_balance" in present)
    for name, source in ALONE.items():
        if name in present:
            features += source.features()
    return features


def history(
    layout: Layout, tables: Mapping[str, nw.LazyFrame[Any]], features: Sequence[Feature]
) -> nw.LazyFrame[Any]:
    """One row per client: its key and every feature of `features` as float32.

    `tables` holds the raw frames by name; `application` is required and says which
    clients there are. A client without records in a table has nulls for it.
    """
    key, names = layout.key, [feature.name for feature in features]
    clients = tables[APPLICATION].select(key)
    for possible, records in _per_table(tables):
        columns = [
            feature.expression.alias(feature.name)
            for feature in possible
            if feature.name in names
        ]
        if columns:
            aggregates = records.group_by(key).agg(*columns)
            clients = clients.join(aggregates, on=key, how="left")
    return clients.select(key, *(nw.col(name).cast(nw.Float32) for name in names))


def _per_table(
    tables: Mapping[str, nw.LazyFrame[Any]],
) -> list[tuple[Sequence[Feature], nw.LazyFrame[Any]]]:
    """The features of each table present, and the records they are taken of."""
    per_table: list[tuple[Sequence[Feature], nw.LazyFrame[Any]]] = []
    if "bureau" in tables:
        balance = tables.get("bureau_balance")
        records = bureau.records(tables["bureau"], balance)
        per_table.append((bureau.features(with_balance=balance is not None), records))
    for name, source in ALONE.items():
        if name in tables:
            per_table.append((source.features(), source.records(tables[name])))
    return per_table
