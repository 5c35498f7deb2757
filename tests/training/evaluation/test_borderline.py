"""Who the borderline clients are, and what is typical of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from training.evaluation.borderline import borderline_rows, typical_values
from training.evaluation.business_cost import Threshold


def test_borderline_clients_are_those_in_the_band_or_the_nearest_fifty() -> None:
    probability = np.linspace(0, 1, 101)
    wide = borderline_rows(probability, Threshold(0.3, (0.2, 0.75)))
    assert (wide[0], wide[-1], len(wide)) == (20, 75, 56)
    narrow = borderline_rows(probability, Threshold(0.3, (0.29, 0.31)))
    assert (narrow[0], narrow[-1], len(narrow)) == (5, 54, 50)


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
