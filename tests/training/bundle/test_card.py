"""The model card says what its numbers are of."""

from __future__ import annotations

import pytest

from training.bundle.card import _cost


@pytest.mark.parametrize(
    ("by_amount", "said"),
    [
        (False, "costs 0.6, a good client refused 0.1. Business score (mean cost per"),
        (True, "costs 0.6 of its credit, a good client refused 0.1 of its credit."),
    ],
)
def test_the_card_says_what_a_cost_is_of(by_amount: bool, said: str) -> None:
    measures = {"business_score": 0.03, "refused_share": 0.2, "recall": 0.5}
    manifest = {
        "costs": {"false_negative": 0.6, "false_positive": 0.1},
        "costs_by_amount": by_amount,
        "tables": {"application": {"columns": [{"name": "ASKED", "role": "amount"}]}},
        "threshold": 0.1,
        "threshold_interval": [0.08, 0.12],
        "metrics": {"cv": measures},
    }
    text = " ".join(_cost(manifest).split())
    assert said in text
    unit = "per unit of credit asked for" if by_amount else "per decision"
    assert f"(mean cost {unit}) 0.0300 at the threshold 0.1000" in text
