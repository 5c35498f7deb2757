"""Explanations add up, and distributions count everyone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.patches import Rectangle

from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import assess
from training.evaluation.pictures.shap_plots import (
    explanation_pictures,
    typical_clients,
)
from training.evaluation.shap_values import (
    distributions,
    explain,
    importance,
    permutation,
)
from training.features.sql import compile_features
from training.models import candidates
from training.models.dataset import Labelled
from training.models.served import Trees
from training.tables.home_credit import HOME_CREDIT


@pytest.fixture(scope="module")
def data() -> Labelled:
    random = np.random.default_rng(0)
    made = compile_features(HOME_CREDIT, []).features
    inputs = pd.DataFrame(
        {one.name: random.normal(size=200).astype(np.float32) for one in made}
    )
    inputs["AMT_CREDIT"] = np.linspace(0, 1000, 200, dtype=np.float32)
    inputs.loc[:9, "AMT_CREDIT"] = np.nan
    categories = {one.name: ["no", "yes"] for one in made if one.category}
    for name in categories:
        inputs[name] = random.integers(0, 2, 200).astype(np.float32)
    target = np.where(inputs["EXT_SOURCE_2"] < 0, 1.0, 0.0)
    return Labelled(inputs, target, np.arange(200), categories)


def test_contributions_add_up_to_the_margin(data: Labelled) -> None:
    parameters = {**candidates.LIGHTGBM, "n_estimators": 20, "min_child_samples": 5}
    model = candidates.lightgbm(parameters).fit(data.inputs, data.target, [])
    trees, rows = Trees(model.booster_), data.inputs.to_numpy()
    values = trees.contributions(rows)
    assert values.shape == (200, data.inputs.shape[1] + 1)
    margin = candidates.margins(model, data.inputs)
    np.testing.assert_allclose(values.sum(axis=1), margin, atol=1e-9)
    np.testing.assert_allclose(trees.ordering(rows), margin, atol=1e-9)


def test_importance_by_shap_and_by_shuffling_name_the_same_first(
    data: Labelled,
) -> None:
    made = compile_features(HOME_CREDIT, []).features
    parameters = {**candidates.LIGHTGBM, "n_estimators": 20, "min_child_samples": 5}
    parameters |= {"colsample_bytree": 1.0}
    model = candidates.lightgbm(parameters).fit(data.inputs, data.target, [])
    explained = explain(Trees(model.booster_), data, 5_000)
    found = importance(Trees(model.booster_), explained, made)
    lost = found["permutation"]["auc_lost"]
    assert found["features"][0]["feature"] == max(lost, key=lost.__getitem__)
    assert found["features"][0]["feature"].startswith("EXT_SOURCE")
    grouped = found["permutation_of_groups"]["auc_lost"]
    assert found["groups"][0]["group"] == max(grouped, key=grouped.__getitem__)
    swarm, first = found["beeswarm"], found["features"][0]["feature"]
    moves = [row[0] for row in swarm["contributions"]]
    told = zip((row[0] for row in swarm["values"]), moves, strict=True)
    own = explained.values[:, list(data.inputs).index(first)]
    # Each feature's points in an order of their own: no row is a person.
    assert moves == sorted(moves)
    assert sorted(told) == sorted(zip(data.inputs[first], own, strict=True))
    total = sum(one["mean_absolute"] for one in found["features"])
    assert total == pytest.approx(np.abs(explained.values).mean(axis=0).sum())


def test_permuting_a_useless_feature_gives_no_rank_correlation(data: Labelled) -> None:
    model = candidates.lightgbm().fit(data.inputs, data.target, [])
    by_heart = explain(Trees(model.booster_), data, 5_000)
    nothing = {"FLAG_MOBIL": [list(data.inputs).index("FLAG_MOBIL")]}
    found = permutation(Trees(model.booster_), by_heart, nothing)
    assert found["rank_correlation"] == 0.0


def test_clients_of_each_kind_are_found() -> None:
    probability = np.array([0.5, 0.1, 0.3, 0.02, 0.09])
    target = np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    assert typical_clients(probability, target, 0.092) == {
        "safest": 3,
        "median": 1,
        "closest call": 4,
        "riskiest": 0,
        "least expected default": 1,
        "least expected repayer": 0,
    }


def test_pictures_show_the_contributions_and_no_clients_numbers(
    data: Labelled, tmp_path: Path
) -> None:
    made = compile_features(HOME_CREDIT, [])
    parameters = {**candidates.LIGHTGBM, "n_estimators": 20, "min_child_samples": 5}
    candidate = candidates.lightgbm(parameters)
    explained = explain(
        Trees(candidate.fit(data.inputs, data.target, []).booster_), data, 5_000
    )
    chosen = assess(candidate, data, Costs(), lambda _: None, jobs=1)
    figures = explanation_pictures(explained, made, chosen)
    for name, figure in figures.items():
        figure.savefig(tmp_path / name)
    drawn = figures["importance.png"].axes[0].patches
    widest = max(one.get_width() for one in drawn if isinstance(one, Rectangle))
    assert widest == pytest.approx(np.abs(explained.values).mean(axis=0).max())
    waterfalls = [one for name, one in figures.items() if name.startswith("waterfall_")]
    assert len(waterfalls) == 6
    for figure in waterfalls:
        labels = [one.get_text() for one in figure.axes[0].get_yticklabels()]
        assert any(labels)
        assert not any("=" in one for one in labels)
    assert pyplot.get_fignums() == []


def test_without_shap_a_campaign_says_that_it_leaves_the_pictures_out() -> None:
    code = (
        "import sys; sys.modules['shap'] = None\n"
        "from training import campaign\n"
        "assert campaign._explained(None, None, print) == {}"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "is not installed; the extra `shap` brings it" in done.stdout


def test_distributions_count_every_client_once(data: Labelled) -> None:
    made = distributions(data, compile_features(HOME_CREDIT, []).features)
    credit = made["AMT_CREDIT"]
    assert len(credit["edges"]) == len(credit["all"]) + 1
    assert credit["missing"]["all"] == 10
    for one in made.values():
        for who in ("all", "repaid", "defaulted"):
            clients = {"all": 200, "defaulted": int(data.target.sum())}
            expected = clients.get(who, 200 - clients["defaulted"])
            assert sum(one[who]) + one["missing"][who] == expected
