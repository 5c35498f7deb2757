"""What must move the answer one way alone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tests.training.tuning.search_worker import data
from training.gates.behaviour import direction_of_burdens


class Sum:
    """A model whose margin is a weight times the first input."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def margins(self, matrix: np.ndarray) -> np.ndarray:
        return self.weight * matrix[:, 0]


@pytest.mark.parametrize(("weight", "share"), [(1.0, 1.0), (0.0, 1.0), (-1.0, 0.0)])
def test_more_that_is_owed_or_late_must_not_lower_the_risk(
    weight: float, share: float
) -> None:
    burdened = replace(data(), raises_risk=frozenset({"FIRST"}))
    trained = SimpleNamespace(data=burdened, model=Sum(weight))
    gate = direction_of_burdens(cast(Any, trained))
    assert (gate.value, gate.passed) == (share, share == 1.0)


def test_where_nothing_is_known_to_raise_the_risk_there_is_nothing_to_ask() -> None:
    trained = SimpleNamespace(data=data(), model=Sum(1.0))
    gate = direction_of_burdens(cast(Any, trained))
    assert (gate.value, gate.passed) == (None, True)
