"""JSON as it is sent and stored."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from api import bundle
from api.encoding import Encoded, encode
from api.scoring import Score, Scorer


def test_parts_that_are_json_already_are_taken_as_they_are() -> None:
    document = {"é": 1, "b": Encoded(b"[1,2]"), "c": {"d": None}}
    assert encode(document) == '{"é":1,"b":[1,2],"c":{"d":null}}'.encode()


@pytest.mark.parametrize("bad", [math.nan, {"a": math.inf}])
def test_what_json_has_not_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError):
        encode({"a": bad, "b": Encoded(b"1")})


def test_an_explanation_is_encoded_as_any_json(world: Any) -> None:
    read = bundle.read(world.bundle)
    scorer = Scorer(read.manifest, read.reasons, {})
    values = [1e30, 0.1, np.nan, -0.0, 1, np.nan, 3e-45]
    features = np.array(values, dtype=np.float32)
    contributions = np.array([0.1, -0.0, 1e-300, 1e22, 5, 1 / 3, 2, -2.5])
    told = scorer.judge(Score(features, -0.1, contributions), [])["explanation"]
    expected = {
        "base_value": -2.5,
        "margin": -0.1,
        "contributions": [
            {"feature": feature.name, "value": value, "contribution": contribution}
            for feature, value, contribution in zip(
                read.manifest.features,
                scorer.values(features),
                contributions[:-1].tolist(),
                strict=True,
            )
        ],
    }
    assert told == encode(expected)
    assert json.loads(told) == expected
