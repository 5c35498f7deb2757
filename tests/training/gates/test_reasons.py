"""The told reasons are what a refusal rests on, and a gate that says so."""

from __future__ import annotations

import numpy as np

from training.features.sql import compile_features
from training.gates.reasons import most_raising
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
