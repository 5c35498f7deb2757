"""The record tells a what-if by what was asked, after what there was."""

from __future__ import annotations

import json
from typing import Any

import fake_answers
import pytest

from api_client.answers import ModelAnswer, PastPrediction
from components.client.history_table import changes_text

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


@pytest.mark.parametrize(
    ("asked", "applied", "told"),
    [
        (
            {"amount": 400_000.0, "instalments": 24},
            {"AMT_CREDIT": 450_000.0},
            "Loan amount: €450,000 → €400,000; Number of instalments: 24",
        ),
        ({"amount": 400_000.0}, None, "Loan amount: €400,000"),
        ({"yearly_rate": 0.2}, {}, "Nominal yearly rate: 20.0%"),
        (
            None,
            {"AMT_CREDIT": 450_000.0, "AMT_ANNUITY": 2.0},
            "Loan amount: €450,000 → €400,000",
        ),
        (None, {"AMT_CREDIT": 400_000.0}, ""),
    ],
)
def test_a_what_if_is_told_by_its_terms_else_by_its_columns(
    asked: Any, applied: Any, told: str
) -> None:
    made = fake_answers.prediction(700001, "3", 1, {"amount": 400_000.0})
    recorded = fake_answers.recorded(made, {"amount": 400_000.0}, [])
    recorded |= {"asked": asked, "terms": applied}
    past = PastPrediction.model_validate_json(json.dumps(recorded))
    assert changes_text(past, MODEL) == told
