"""Does anything the model sees know the outcome: one gate per way that it can."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from training.arrays import Array
from training.evaluation.cross_validation import assess
from training.evaluation.shap_values import sample_rows
from training.evaluation.trained_model import TrainedModel
from training.evaluation.uncertainty import (
    auc,
    auc_standard_error,
    chance_standard_error,
)
from training.features.build import FeatureStore
from training.files import literal
from training.gates.gate import Gate, at_least, at_most
from training.gates.single_feature_auc import single_feature_auc
from training.gates.target_encoding_test import suspicion, suspicions_in_parts
from training.language import _, alike, figure
from training.models import candidates
from training.models.dataset import Labelled
from training.tables.layout import TARGET, Layout

SAMPLE = 20_000
NUMBERED = 4_000
# Chance passes these in less than one run of ten thousand.
STANDARD_ERRORS = 4.0
# How far one feature stays below what all of them may reach.
ALONE = 0.04
LIKE_THE_NUMBER = 0.9
LEAST_SUSPICION = 1e-6
LATE_SHARE = 0.001
OUTCOME = re.compile(rf"\b{TARGET}\b")


def permuted_labels(
    trained: TrainedModel, clients: int, rounds: int | None, jobs: int
) -> Gate:
    """Fit and validation again, on outcomes shuffled among some clients.

    `rounds`: how many of boosting at most; None is as many as the model has.
    """
    rows = sample_rows(len(trained.data.target), clients)
    sample = _rows(trained.data, rows)
    target = np.random.default_rng(0).permutation(sample.target)
    shuffled = replace(sample, target=target)
    candidate, costs = trained.chosen.candidate, trained.costs
    boosted = "n_estimators" in candidate.parameters
    if boosted and rounds is not None:
        candidate = candidates.at_most(candidate, rounds)
    found = assess(candidate, shuffled, costs, lambda _: None, jobs)
    value = auc(target, found.margin) or 0.5
    limit = _highest_by_chance(target)
    return at_most(
        "permuted_labels",
        value,
        limit,
        _(
            "Out-of-fold AUC after the outcomes of {clients} clients were"
            " shuffled{how}: about {half} unless the validation lets outcomes through.",
            clients=figure(len(target), ",d"),
            how=_(
                ", in {rounds} rounds of boosting",
                rounds=candidate.parameters["n_estimators"],
            )
            if boosted
            else alike(""),
            half=figure(0.5, "g"),
        ),
    )


def single_feature(layout: Layout, data: Labelled) -> Gate:
    """No feature may say nearly as much as the whole model."""
    highest = layout.highest_auc - ALONE
    sample = _rows(data, sample_rows(len(data.target), SAMPLE))
    alone = {
        name: single_feature_auc(
            sample.inputs[name].to_numpy(np.float64), sample.target
        )
        for name in sample.inputs.columns
    }
    name = max(alone, key=lambda one: alone[one])
    error = auc_standard_error(alone[name], *_outcomes(sample.target))
    surely = alone[name] - 2 * error
    return Gate(
        "single_feature",
        alone[name],
        highest,
        surely <= highest,
        _(
            "The feature that predicts best alone is {name}, with a held-out AUC of"
            " {auc} ± {error}; one that is above the limit by two standard errors must"
            " be a copy of the outcome.",
            name=alike(name),
            auc=figure(alone[name], ".3f"),
            error=figure(error, ".3f"),
        ),
    )


def target_encoding(data: Labelled) -> Gate:
    """No feature may be an average of outcomes that has its own client's in it."""
    columns = data.inputs.drop(columns=list(data.categories))
    matrix = columns.to_numpy(np.float64)
    codes = data.inputs[list(data.categories)].fillna(-1).to_numpy(np.int64) + 1
    in_parts = suspicions_in_parts(matrix, data.target, codes)
    found = {
        str(name): min(suspicion(values, data.target), of_parts)
        for name, values, of_parts in zip(columns, matrix.T, in_parts, strict=True)
    }
    name = min(found, key=lambda one: found[one])
    limit = LEAST_SUSPICION / len(found)
    return at_least(
        "target_encoding",
        found[name],
        limit,
        _(
            "Chance that the default rate of the clients who share a value, or of those"
            " in other parts of their group, follows that value as closely as it does;"
            " least for {name}. Below the limit the feature is a default rate counted"
            " over these very clients, outside the folds.",
            name=alike(name),
        ),
    )


def identifiers(
    layout: Layout, data: Labelled, formulas: Mapping[str, str], history: Sequence[str]
) -> Gate:
    """No client, loan or credit number among the inputs, under any name."""
    numbers = "|".join(map(re.escape, sorted(layout.identifiers)))
    identifier = re.compile(f"(?<![A-Za-z0-9])(?:{numbers})(?![A-Za-z0-9])")
    named = [
        name
        for name in (*data.inputs.columns, *history)
        if identifier.search(name) or identifier.search(formulas.get(name, ""))
    ]
    likeness = _likeness(data)
    ordered = [name for name, value in likeness.items() if value > LIKE_THE_NUMBER]
    found = sorted({*named, *ordered})
    return Gate(
        "identifiers",
        max(likeness.values()),
        LIKE_THE_NUMBER,
        not found,
        _(
            "Greatest rank correlation of an input with the client number; identifiers:"
            " {names}.",
            names=alike(", ".join(found)) if found else _("none"),
        ),
    )


def _likeness(data: Labelled) -> dict[str, float]:
    """How closely each input follows the client number, as a rank correlation."""
    rows = sample_rows(len(data.client), NUMBERED)
    number = _order(data.client[rows])
    return {
        name: _rank_correlation(data.inputs[name].to_numpy(np.float64)[rows], number)
        for name in data.inputs.columns
    }


def _rank_correlation(values: Array, number: Array) -> float:
    known = ~np.isnan(values)
    if known.sum() < 100 or np.ptp(values[known]) == 0:
        return 0.0
    ranks = rankdata(values[known]), rankdata(number[known])
    return float(abs(np.corrcoef(*ranks)[0, 1]))


def outcome_columns(names: Sequence[str], statements: Mapping[str, str]) -> Gate:
    """Inputs are known columns of their tables; the outcome is in none of them."""
    found = [name for name in names if OUTCOME.search(name)]
    found += [name for name, sql in statements.items() if OUTCOME.search(sql)]
    return at_most(
        "outcome_columns",
        float(len(found)),
        0.0,
        _(
            "Inputs and feature statements that name the outcome: {names}. Statements"
            " read declared columns only, all known when a client applies.",
            names=alike(", ".join(found)) if found else _("none"),
        ),
    )


def client_numbers(data: Labelled) -> Gate:
    """The number a client got must not tell who defaults."""
    blocks = single_feature_auc(_order(data.client), data.target)
    last = np.array([ord(str(key)[-1]) for key in data.client], np.float64)
    digits = single_feature_auc(last, data.target)
    value = max(blocks, digits)
    limit = _highest_by_chance(data.target)
    return at_most(
        "client_numbers",
        value,
        limit,
        _(
            "Held-out AUC of the client number alone, by its size or its last digit:"
            " about {half} unless the data were sorted or numbered by outcome.",
            half=figure(0.5, "g"),
        ),
    )


def dated_records(store: FeatureStore) -> Gate:
    """History must be history."""
    shares = {
        f"{table}.{column}": share
        for table in store.present()
        for column, share in _late(store, table).items()
    }
    worst = max(shares, key=lambda one: shares[one], default="")
    value = shares.get(worst, 0.0)
    return at_most(
        "dated_records",
        value,
        LATE_SHARE,
        _(
            "Largest share of history records dated after the application ({where})."
            " Bureaus misdate a few; more would tell the model what came later.",
            where=alike(worst) if value else _("none"),
        ),
    )


def _late(store: FeatureStore, table: str) -> dict[str, float]:
    names = [one.name for one in store.layout.tables[table] if one.recorded]
    if not names:
        return {}
    # Of a table without records, or without a date in any, nothing is late.
    counted = ", ".join(
        f'coalesce(count_if("{name}" > 0) / nullif(count(*), 0), 0)' for name in names
    )
    with duckdb.connect() as connection:
        row = connection.execute(
            f"SELECT {counted} FROM {literal(store.raw(table))}"
        ).fetchone()
    return dict(zip(names, row or (), strict=True))


def _order(client: np.ndarray) -> Array:
    """The place of each client's key, a number or a text, among all."""
    return np.asarray(np.unique(client, return_inverse=True)[1], np.float64)


def _highest_by_chance(target: Array) -> float:
    """An AUC that a score which knows nothing does not reach."""
    return 0.5 + STANDARD_ERRORS * chance_standard_error(*_outcomes(target))


def _outcomes(target: Array) -> tuple[int, int]:
    defaults = int(target.sum())
    return defaults, len(target) - defaults


def _rows(data: Labelled, rows: np.ndarray) -> Labelled:
    inputs: pd.DataFrame = data.inputs.iloc[rows].reset_index(drop=True)
    return replace(
        data, inputs=inputs, target=data.target[rows], client=data.client[rows]
    )
