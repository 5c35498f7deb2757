import numpy as np
import pandas as pd
import pytest

from training.bundle.parts import CURVE_POINTS, cost_curve
from training.evaluation.business_cost import Costs


def test_the_curve_tells_how_many_each_threshold_grants_and_who_of_them_default() -> (
    None
):
    target, probability = np.array([0.0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    curve = cost_curve(target, probability, 0.25, Costs(), pd.DataFrame())
    assert {len(column) for column in curve.values()} == {CURVE_POINTS}
    rows = list(zip(*curve.values(), strict=True))
    assert rows[0] == (0.0, 0.5, 0.0, None)
    assert (0.25, 2.75, 0.5, 0.5) in rows
    assert rows[-1] == (pytest.approx(0.4), 5.0, 1.0, 0.5)
