"""What a bundle keeps of its clients."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.bundle.samples import (
    correlations,
    publish_population,
    write_population,
    write_reference,
)
from training.evaluation.business_cost import Costs
from training.models.dataset import Labelled

SCORES = ["margin", "probability", "TARGET"]
CLIENTS = 400


@pytest.fixture
def data() -> Labelled:
    """Line i of the table has the income i; nobody's score follows it."""
    line = np.arange(CLIENTS, dtype=np.float32)
    kind = np.where(line < 200, 0, np.where(line < 398, 1, 2)).astype(np.float32)
    inputs = pd.DataFrame({"INCOME": line, "RENT": line / 2, "KIND": kind})
    return Labelled(
        inputs, line.astype(float) % 2, line, {"KIND": ["flat", "house", "castle"]}
    )


def scored(data: Labelled) -> Any:
    margin = np.arange(len(data.target)) / 100
    probability, threshold = 1 / (1 + np.exp(-margin)), SimpleNamespace(value=0.9)
    return SimpleNamespace(margin=margin, probability=probability, threshold=threshold)


@pytest.mark.parametrize(
    ("watched", "costs", "columns"),
    [
        (["SCORE"], Costs(), ["SCORE"]),
        (["SCORE"], Costs(0.6, 0.1, by_amount="AMT_CREDIT"), ["SCORE", "AMT_CREDIT"]),
        (["AMT_CREDIT"], Costs(0.6, 0.1, by_amount="AMT_CREDIT"), ["AMT_CREDIT"]),
    ],
)
def test_the_reference_holds_what_costs_by_amount_weigh_by(
    tmp_path: Path, watched: list[str], costs: Costs, columns: list[str]
) -> None:
    amounts = np.arange(1.0, CLIENTS + 1)
    inputs = pd.DataFrame({"SCORE": amounts % 7, "AMT_CREDIT": amounts})
    data = Labelled(inputs, amounts % 2, amounts, {})
    write_reference(tmp_path / "reference.parquet", data, scored(data), watched, costs)
    found = pd.read_parquet(tmp_path / "reference.parquet")
    assert list(found) == [*columns, *SCORES]
    if costs.by_amount:
        # In steps of ten clients, but beside their own scores.
        assert found["AMT_CREDIT"].nunique() == CLIENTS / 10
        assert found["AMT_CREDIT"].corr(found["margin"]) > 0.99


def test_no_row_of_the_reference_is_a_person(tmp_path: Path, data: Labelled) -> None:
    chosen, path = scored(data), tmp_path / "reference.parquet"
    write_reference(path, data, chosen, ["INCOME", "RENT"], Costs())
    found = pd.read_parquet(path)
    for name in ("INCOME", "RENT"):
        assert sorted(found[name]) == sorted(data.inputs[name])
        assert abs(found[name].corr(found["margin"])) < 0.3
    assert abs(found["INCOME"].corr(found["RENT"])) < 0.3
    # Scores and outcomes stay together.
    np.testing.assert_array_equal(found["TARGET"], (found["margin"] * 100).round() % 2)
    kept = correlations(data.inputs[["INCOME", "RENT"]])
    np.testing.assert_array_equal(kept, np.ones((2, 2)))


def test_rows_of_the_population_are_in_no_order_and_in_steps(
    tmp_path: Path, data: Labelled
) -> None:
    names = np.array([f"{at:04}" for at in range(CLIENTS)])
    lines: list[Any] = []
    shown: Any = [SimpleNamespace(name=name) for name in ("INCOME", "KIND")]
    for number in range(2):
        path = tmp_path / f"{number}.parquet"
        write_population(path, data, names, shown, scored(data))
        lines.append(pd.read_parquet(path)["client"].astype(int).to_numpy())
        assert sorted(lines[-1]) == [*range(CLIENTS)]
        assert abs(np.corrcoef(lines[-1], range(CLIENTS))[0, 1]) < 0.3
    assert abs(np.corrcoef(lines[0], lines[1])[0, 1]) < 0.3
    publish_population(path)
    found = pd.read_parquet(path)
    assert list(found) == ["INCOME", "KIND", "probability", "TARGET"]
    for name in ("INCOME", "probability"):
        assert found[name].value_counts().min() >= 10
    np.testing.assert_array_equal(found["TARGET"], lines[-1] % 2)
    # Two live in a castle.
    assert set(found["KIND"][lines[-1] < 398]) == {"flat", "house"}
    assert found["KIND"][lines[-1] >= 398].isna().all()
