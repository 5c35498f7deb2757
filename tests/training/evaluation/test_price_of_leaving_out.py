"""What it would be worth to let in what an applicant cannot be held to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from tests.training import invented
from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import assess
from training.evaluation.price_of_leaving_out import prices
from training.models.candidates import lightgbm
from training.models.dataset import Labelled


def test_what_is_left_out_is_priced_by_what_the_plain_model_would_gain() -> None:
    chance = np.random.default_rng(0)
    age = chance.integers(20, 60, 600).astype(float)
    noise = pd.DataFrame({"noise": chance.normal(size=600).astype(np.float32)})
    data = Labelled(noise, (age < 40).astype(float), np.arange(600), {})
    plain = assess(lightgbm({"n_estimators": 5}), data, Costs(), lambda _: None, 1)
    trained = SimpleNamespace(
        store=SimpleNamespace(layout=invented.LAYOUT),
        offered=data,
        plain=plain,
        costs=Costs(),
    )
    applications = pd.DataFrame({"age": age, "sexe": "F"})
    said: list[str] = []
    (price,) = prices(cast(Any, trained), applications, said.append, 1)
    assert (price["use"], price["columns"]) == ("protected", ["age"])
    assert price["auc"]["without"] == plain.metrics.auc
    assert price["auc"]["with"] == pytest.approx(1.0, abs=0.01)
    assert price["business_score"]["difference"] > 0.2
    assert said == ["columns left out, protected: what they are worth"]
