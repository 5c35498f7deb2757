"""What a bundle keeps of its clients."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.bundle.samples import write_reference
from training.evaluation.business_cost import Costs
from training.models.dataset import Labelled

SCORES = ["margin", "probability", "TARGET"]


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
    inputs = pd.DataFrame({"SCORE": [0.1, 0.2], "AMT_CREDIT": [100.0, 300.0]})
    data = Labelled(inputs, np.array([0.0, 1.0]), np.arange(2), {})
    chosen: Any = SimpleNamespace(margin=np.zeros(2), probability=np.full(2, 0.5))
    write_reference(tmp_path / "reference.parquet", data, chosen, watched, costs)
    found = pd.read_parquet(tmp_path / "reference.parquet")
    assert list(found) == [*columns, *SCORES]
