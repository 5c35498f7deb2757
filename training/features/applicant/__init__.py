"""The applicant stage: row-wise features of an application and its history row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from training.features import history
from training.features.applicant import crosses, external, loan, person, raw, terms
from training.features.define import Feature
from training.tables.clean import clean
from training.tables.layout import Layout


def features(
    layout: Layout, present: Collection[str], *, protected: bool = False
) -> list[Feature]:
    """Every model input, in order: raw application, derived, crosses, history.

    `present` names the tables there are; `protected` lets the protected attributes
    in as inputs.
    """
    past = history.features(present)
    return [
        *raw.features(layout.application, protected=protected),
        *external.features(),
        *loan.features(),
        *terms.features(),
        *person.features(),
        *crosses.features({feature.name for feature in past}),
        *(replace(feature, expression=nw.col(feature.name)) for feature in past),
    ]


def history_columns(features: Sequence[Feature]) -> set[str]:
    """The history features that these features are, or are made of."""
    names = {feature.name for feature in features}
    needed = (needs for needs, feature in crosses.CROSSES if feature.name in names)
    return names.union(*needed)


def applicant(
    layout: Layout,
    application: nw.LazyFrame[Any],
    history_rows: nw.LazyFrame[Any],
    features: Sequence[Feature],
) -> nw.LazyFrame[Any]:
    """One row per application: its key and every feature of `features`, in order.

    Numbers are float32, categories text; `history_rows` has one row per client.
    """
    rows = clean(application, layout.application)
    if any(feature.group == terms.GROUP for feature in features):
        rows = terms.with_term(rows)
    rows = rows.join(history_rows, on=layout.key, how="left")
    return rows.select(layout.key, *(_output(feature) for feature in features))


def _output(feature: Feature) -> nw.Expr:
    if feature.category:
        return feature.expression.alias(feature.name)
    return feature.expression.cast(nw.Float32).alias(feature.name)
