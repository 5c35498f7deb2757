"""Each way of leaking the outcome is caught by its own gate, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from training.evaluation.business_cost import Costs
from training.features.build import FeatureStore
from training.gates import leakage
from training.gates.leakage import (
    client_numbers,
    dated_records,
    identifiers,
    outcome_columns,
    permuted_labels,
    single_feature,
    target_encoding,
)
from training.language import SOURCE
from training.models import candidates
from training.models.candidates import Candidate
from training.models.dataset import Labelled
from training.tables.home_credit import HOME_CREDIT

CLIENTS, TRADES = 6_000, 40


@pytest.fixture(scope="module")
def honest() -> Labelled:
    """A score that tells something, one with gaps, a trade, a count; honest ids."""
    random = np.random.default_rng(0)
    score = random.normal(size=CLIENTS)
    target = (random.random(CLIENTS) < 1 / (1 + np.exp(2.4 - score))).astype(float)
    gaps = np.where(random.random(CLIENTS) < 0.4, np.nan, score + random.normal())
    inputs = pd.DataFrame(
        {
            "SCORE": score,
            "GAPS": gaps,
            "TRADE": random.integers(0, TRADES, CLIENTS),
            "COUNT": random.poisson(20, CLIENTS),
        }
    ).astype(np.float32)
    return Labelled(inputs, target, np.arange(CLIENTS) + 100_000, {})


def with_column(data: Labelled, values: np.ndarray) -> Labelled:
    inputs = data.inputs.assign(LEAK=np.asarray(values, np.float32))
    return Labelled(inputs, data.target, data.client, data.categories)


@pytest.mark.parametrize(("rounds", "fitted"), [(15, 15), (50, 30), (None, 30)])
def test_shuffled_outcomes_that_are_known_all_the_same_fail_in_few_rounds(
    honest: Labelled,
    monkeypatch: pytest.MonkeyPatch,
    rounds: int | None,
    fitted: int,
) -> None:
    candidate = candidates.lightgbm({**candidates.LIGHTGBM, "n_estimators": 30})
    trained: Any = SimpleNamespace(
        data=honest, costs=Costs(), chosen=SimpleNamespace(candidate=candidate)
    )
    gate = permuted_labels(trained, 1_000, rounds, jobs=1)
    assert gate.passed
    assert f"of 1,000 clients were shuffled, in {fitted} rounds" in gate.reason[SOURCE]

    def knowing(candidate: Candidate, data: Labelled, *_: Any) -> Any:
        inputs = data.inputs
        model = candidate.fit(inputs, data.target, list(data.categories))
        assert candidates.booster_of(model).num_trees() == fitted
        return SimpleNamespace(margin=candidates.margins(model, inputs))

    monkeypatch.setattr(leakage, "assess", knowing)
    assert not permuted_labels(trained, 1_000, rounds, jobs=1).passed


def test_honest_data_passes_every_gate(honest: Labelled) -> None:
    gates = [
        single_feature(HOME_CREDIT, honest),
        target_encoding(honest),
        identifiers(HOME_CREDIT, honest, {}, []),
        client_numbers(honest),
        outcome_columns(list(honest.inputs.columns), {}),
    ]
    assert [one.gate for one in gates if not one.passed] == []


def test_a_noisy_copy_of_the_target_predicts_too_well_alone(honest: Labelled) -> None:
    noise = np.random.default_rng(1).normal(0, 0.4, CLIENTS)
    found = single_feature(HOME_CREDIT, with_column(honest, honest.target + noise))
    assert not found.passed
    assert "LEAK" in found.reason["en"]


def test_a_non_monotone_copy_of_the_target_is_found(honest: Labelled) -> None:
    """No order tells: defaults have middle values."""
    away = np.random.default_rng(1).choice([-1.0, 1.0], CLIENTS)
    noise = np.random.default_rng(2).normal(0, 0.2, CLIENTS)
    folded = (1 - honest.target) * away + noise
    assert not single_feature(HOME_CREDIT, with_column(honest, folded)).passed


def test_an_id_among_the_inputs_is_known_by_name_and_under_any_other(
    honest: Labelled,
) -> None:
    renamed = identifiers(
        HOME_CREDIT, with_column(honest, honest.client * 3.0 + 7), {}, []
    )
    assert not renamed.passed
    assert "LEAK" in renamed.reason["en"]
    assert not identifiers(
        HOME_CREDIT, honest, {"SCORE": "SK_ID_PREV of the last"}, []
    ).passed
    assert not identifiers(HOME_CREDIT, honest, {}, ["BUREAU_SK_ID_BUREAU_MAX"]).passed


@pytest.mark.parametrize("coded", ["by size", "in the last digit"])
def test_an_id_that_encodes_the_target_is_seen(honest: Labelled, coded: str) -> None:
    size = np.argsort(np.argsort(honest.target, kind="stable"))
    client = size if coded == "by size" else np.arange(CLIENTS) * 10 + honest.target
    data = Labelled(honest.inputs, honest.target, client.astype(int), {})
    found = client_numbers(data)
    assert not found.passed
    assert found.value is not None and found.value > 0.9


@pytest.mark.parametrize("prior", [0, 20])
def test_a_target_encoding_outside_the_folds_is_seen(
    honest: Labelled, prior: int
) -> None:
    """Also when drawn to the mean. Its AUC of 0.57 alone would not give it away."""
    trade, target = honest.inputs["TRADE"], pd.Series(honest.target)
    groups = target.groupby(trade)
    rate = (groups.sum() + prior * target.mean()) / (groups.size() + prior)
    leaked = with_column(honest, trade.map(rate).to_numpy())
    found = target_encoding(leaked)
    assert not found.passed
    assert "LEAK" in found.reason["en"]
    assert single_feature(HOME_CREDIT, leaked).passed


@pytest.mark.parametrize("drawn", [0.0, 20.0])
def test_a_target_encoding_over_other_folds_of_small_groups_is_seen(
    honest: Labelled, drawn: float
) -> None:
    random = np.random.default_rng(1)
    kind = random.integers(0, 4, CLIENTS).astype(np.float32)
    part = random.integers(0, 5, CLIENTS).astype(np.float32)
    trades = [str(number) for number in range(TRADES)]
    grouped = Labelled(
        honest.inputs.assign(KIND=kind, SHARE=kind / 4 + part / 20),
        honest.target,
        honest.client,
        {"KIND": list("abcd"), "TRADE": trades},
    )
    assert target_encoding(grouped).passed
    group = honest.inputs["TRADE"].to_numpy() * 4 + kind
    rate, leak = honest.target.mean(), np.empty(CLIENTS)
    for one in np.unique(group):
        for number in range(5):
            others = honest.target[(group == one) & (part != number)]
            value = (others.sum() + drawn * rate) / (len(others) + drawn)
            leak[(group == one) & (part == number)] = value
    gate = target_encoding(with_column(grouped, leak))
    assert not gate.passed
    assert "least for LEAK" in gate.reason[SOURCE]
    # Of outcomes that are not these clients'.
    shuffled = random.permutation(honest.target)
    other = Labelled(grouped.inputs, shuffled, honest.client, grouped.categories)
    assert target_encoding(with_column(other, leak)).passed


def test_a_history_row_dated_after_the_application_is_seen(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path)
    store.tables.mkdir()
    days = "DAYS_CREDIT, -90 AS DAYS_ENDDATE_FACT, -30 AS DAYS_CREDIT_UPDATE"
    for last, passed in ((-5, True), (5, False)):
        duckdb.execute(
            f"COPY (SELECT if(i = 0, {last}, -100) AS {days} FROM range(500) t(i))"
            f" TO '{store.raw('bureau')}' (FORMAT parquet)"
        )
        found = dated_records(store)
        assert found.passed == passed
    assert "bureau.DAYS_CREDIT" in found.reason["en"]
    duckdb.execute(
        f"COPY (SELECT -100 AS {days} FROM range(0))"
        f" TO '{store.raw('bureau')}' (FORMAT parquet)"
    )
    assert dated_records(store).passed, "of no records none is late"


def test_a_statement_that_reads_the_outcome_is_named() -> None:
    read = {"history.sql": 'SELECT max("TARGET") FROM application'}
    found = outcome_columns(["AMT_CREDIT"], read)
    assert not found.passed
    assert "history.sql" in found.reason["en"]
