"""What promotion of a challenger would have cost, in the unit of the costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from training.evaluation.business_cost import Costs
from training.monitoring import challenger
from training.monitoring.challenger import _amounts, compare, conclude
from training.monitoring.statistics.reference import Reference


def test_costs_by_amount_weigh_each_decision_by_its_credit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(challenger, "LEAST_OUTCOMES", 3)
    decided = pd.DataFrame(
        {
            "event_id": ["a", "b", "c", "d"],
            "champion": [0.1, 0.2, 0.4, 0.5],
            "challenger": [0.1, 0.4, 0.2, 0.5],
            "defaulted": [False, True, False, None],
            "AMT_CREDIT": [100.0, 300.0, 200.0, 400.0],
        }
    )
    report = compare(decided, 0.3, 0.3, Costs(0.6, 0.1, by_amount="AMT_CREDIT"))
    # By the champion's probabilities it grants a and b, the challenger a and c.
    granted = 0.6 * (0.1 * 100 + 0.2 * 300) + 0.1 * (0.6 * 200 + 0.5 * 400)
    swapped = 0.6 * (0.1 * 100 + 0.4 * 200) + 0.1 * (0.8 * 300 + 0.5 * 400)
    assert report["expected_cost"]["champion"] == pytest.approx(
        [granted / 1000, swapped / 1000]
    )
    # The default of 300 is granted by the champion, refused by the challenger, as
    # nobody who repays is.
    assert report["realised"]["cost"] == pytest.approx(
        [(0.6 * 300 + 0.1 * 200) / 600, 0.0]
    )
    said = conclude(report, Costs(0.6, 0.1, by_amount="AMT_CREDIT"))
    assert said["en"].count("cost per unit of credit asked for") == 2


def test_a_decision_is_weighed_by_the_credit_of_its_vector(money: Reference) -> None:
    features = [{"name": "AMT_ANNUITY"}, {"name": "AMT_CREDIT"}]
    reference = replace(money, manifest={**money.manifest, "features": features})
    vectors = np.array([[1.0, 100.0], [2.0, 300.0]], np.float32)
    assert _amounts(reference, vectors)["AMT_CREDIT"].tolist() == [100.0, 300.0]
