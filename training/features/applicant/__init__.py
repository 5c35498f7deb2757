"""The applicant stage: row-wise features of an application and its history row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from training.features import history
from training.features.applicant import crosses, external, loan, person, raw, terms
from training.features.applicant.topics import ABSENCES, topic
from training.features.define import Feature
from training.features.named import known_tables, with_names
from training.tables.clean import clean
from training.tables.layout import Layout
from training.tables.schema import Use

# What is made of the loan's term.
TERMS = {feature.name for feature in terms.features()}


def features(
    layout: Layout, present: Collection[str], included: Collection[Use] = ()
) -> list[Feature]:
    """Every model input, in order: raw application, derived, crosses, history.

    `present` names the tables there are; columns of the uses in `included` are inputs
    as well.
    """
    past, known = history.features(layout, present), known_tables(layout, present)
    names = {feature.name for feature in past if feature.table in known.values()}
    return [
        *raw.features(layout, included),
        *(replace(one, table=known[one.table]) for one in crafted(names)),
        *(replace(feature, expression=nw.col(feature.name)) for feature in past),
    ]


def crafted(past: Collection[str]) -> list[Feature]:
    """Those made of Home Credit's columns, and of these features of its history."""
    made = [
        *external.features(),
        *loan.features(),
        *terms.features(),
        *person.features(),
        *crosses.features(past),
    ]
    return [
        replace(one, topic=topic(one.name), absence=ABSENCES.get(one.name, ""))
        for one in made
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
    priced = any(feature.name in TERMS for feature in features)
    rows = joined(layout, application, history_rows, priced=priced)
    return rows.select(layout.key, *(_output(feature) for feature in features))


def joined(
    layout: Layout,
    application: nw.LazyFrame[Any],
    history_rows: nw.LazyFrame[Any],
    *,
    priced: bool,
) -> nw.LazyFrame[Any]:
    """One row per application, cleaned, with its history; `priced`: with its term."""
    rows = with_names(clean(application, layout.application), layout)
    if priced:
        rows = terms.with_term(rows)
    return rows.join(history_rows, on=layout.key, how="left")


def _output(feature: Feature) -> nw.Expr:
    if feature.category:
        return feature.expression.alias(feature.name)
    return feature.expression.cast(nw.Float32).alias(feature.name)
