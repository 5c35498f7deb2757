"""The told reasons are what a refusal rests on, and a gate that says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from training.features.sql import compile_features
from training.gates.reasons import most_raising, typical_values
from training.tables.home_credit import HOME_CREDIT

EVERY = compile_features(HOME_CREDIT, []).features
FEATURES = [one for one in EVERY if one.name.startswith("EXT_SOURCE_")][:2]
FEATURES += [one for one in EVERY if one.group == "AGE"][:1]


def test_the_features_of_the_strongest_groups_are_blamed_if_they_raise_the_risk() -> (
    None
):
    # The first two are of one group: together they outweigh the third.
    values = np.array([[0.2, 0.2, 0.3], [-0.5, 0.1, 0.3], [-0.1, -0.1, -0.2]])
    one = most_raising(values, FEATURES, 1).tolist()
    assert one == [[True, True, False], [False, False, True], [False, False, False]]
    both = most_raising(values, FEATURES, 2).tolist()
    assert both == [[True, True, True], [False, False, True], [False, False, False]]


def test_a_typical_client_has_medians_frequent_categories_and_common_gaps() -> None:
    inputs = pd.DataFrame(
        {
            "NUMBER": [1.0, 2.0, 9.0, np.nan],
            "TRADE": [2.0, 0.0, 2.0, 1.0],
            "RARE": [np.nan, np.nan, np.nan, 4.0],
        }
    )
    found = typical_values(inputs, {"TRADE"})
    np.testing.assert_array_equal(found, np.array([2.0, 2.0, np.nan], np.float32))
