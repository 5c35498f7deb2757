"""Explanations add up, and distributions count everyone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.features.sql import compile_features
from training.models import candidates
from training.models.explanation import contributions, distributions
from training.models.matrix import Labelled


@pytest.fixture(scope="module")
def data() -> Labelled:
    random = np.random.default_rng(0)
    made = compile_features([]).features
    inputs = pd.DataFrame(
        {one.name: random.normal(size=200).astype(np.float32) for one in made}
    )
    inputs["AMT_CREDIT"] = np.linspace(0, 1000, 200, dtype=np.float32)
    inputs.loc[:9, "AMT_CREDIT"] = np.nan
    categories = {one.name: ["no", "yes"] for one in made if one.category}
    for name in categories:
        inputs[name] = random.integers(0, 2, 200).astype(np.float32)
    target = (inputs["EXT_SOURCE_2"] < 0).to_numpy(np.float64)
    return Labelled(inputs, target, np.arange(200), categories)


def test_contributions_add_up_to_the_margin(data: Labelled) -> None:
    parameters = {**candidates.LIGHTGBM, "n_estimators": 20, "min_child_samples": 5}
    model = candidates.lightgbm(parameters).fit(data.inputs, data.target, [])
    values = contributions(model.booster_, data.inputs)
    assert values.shape == (200, data.inputs.shape[1] + 1)
    margin = candidates.margins(model, data.inputs)
    np.testing.assert_allclose(values.sum(axis=1), margin, atol=1e-9)


def test_distributions_count_every_client_once(data: Labelled) -> None:
    made = distributions(data, compile_features([]).features)
    credit = made["AMT_CREDIT"]
    assert len(credit["edges"]) == len(credit["all"]) + 1
    assert credit["missing"]["all"] == 10
    for one in made.values():
        for who in ("all", "repaid", "defaulted"):
            clients = {"all": 200, "defaulted": int(data.target.sum())}
            expected = clients.get(who, 200 - clients["defaulted"])
            assert sum(one[who]) + one["missing"][who] == expected
