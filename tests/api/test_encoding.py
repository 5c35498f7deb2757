"""JSON as it is sent and stored."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from api.bundle.read import read_bundle
from api.json_encoding import encode
from api.scoring.decision import Score, Scorer
from api.scoring.facts import shown
from api.store.events.packing import Dictionary


def test_text_is_utf8_and_nan_is_null() -> None:
    assert encode({"é": 1, "b": [math.nan, True]}) == '{"é":1,"b":[null,true]}'.encode()


def test_whole_numbers_are_of_any_size() -> None:
    assert json.loads(encode({"é": [2**64, 0.5]})) == {"é": [2**64, 0.5]}


def test_an_explanation_tells_every_number_exactly(world: Any) -> None:
    read = read_bundle(world.bundle)
    scorer = Scorer(read.manifest, read.reasons, {})
    values = [1e30, 0.1, np.nan, -0.0, 1, np.nan, 3e-45]
    features = np.array(values, dtype=np.float32)
    contributions = np.array([0.1, -0.0, 1e-300, 1e22, 5, 1 / 3, 2, -2.5])
    skeleton = encode(scorer.judge(Score(features, -0.1, contributions), []))
    names = tuple(feature.name for feature in read.manifest.features)
    categories = tuple(feature.categories for feature in read.manifest.features)
    dictionary = Dictionary(names, categories, "")
    answer = dictionary.filled(skeleton, features, contributions[:-1])
    assert json.loads(answer)["explanation"] == {
        "base_value": -2.5,
        "margin": -0.1,
        "contributions": [
            {
                "feature": feature.name,
                "value": shown(value, feature),
                "contribution": contribution,
            }
            for feature, value, contribution in zip(
                read.manifest.features,
                features.tolist(),
                contributions[:-1].tolist(),
                strict=True,
            )
        ],
    }
