"""No number that a bundle tells of a client is theirs alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.evaluation.inspection.coarse import LEAST, coarse, stepped

NAN = np.nan


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # A step is named by its end, the highest by its median.
        ([*range(1, 31)], [10] * 10 + [20] * 10 + [25] * 10),
        ([*range(30, 0, -1)], [25] * 10 + [20] * 10 + [10] * 10),
        # What many share stays; what few have joins what is next to it.
        ([0] * 30 + [1] * 10 + [7, 9], [0] * 30 + [1] * 12),
        ([0] * 30 + [1] * 3 + [2] * 10, [0] * 30 + [2] * 13),
        # One in thirty says who it is.
        ([0] * 30 + [1], [0] * 31),
        ([NAN] * 5 + [3] * 10, [NAN] * 5 + [3] * 10),
        ([NAN] * 5 + [*range(9)], [NAN] * 14),
    ],
)
def test_numbers_become_those_of_steps(
    values: list[float], expected: list[float]
) -> None:
    found = stepped(np.array(values, np.float32))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, np.float32))


def test_each_value_is_shared_and_shares_of_clients_are_kept() -> None:
    income = np.random.default_rng(0).lognormal(12, 1, 5_000).astype(np.float32)
    found = stepped(income)
    steps, counts = np.unique(found, return_counts=True)
    assert (len(steps), set(counts.tolist())) == (50, {100})
    for end in steps[:-1]:
        assert (found <= end).sum() == (income <= end).sum()


def test_a_category_that_few_have_is_missing() -> None:
    codes = np.array([0.0] * LEAST + [1.0] * (LEAST - 1) + [NAN], np.float32)
    found = coarse(pd.DataFrame({"KIND": codes}), {"KIND"})["KIND"]
    assert found.notna().tolist() == [True] * LEAST + [False] * LEAST
