"""Models and measures in words: which model a row is of, and what a cost is of."""

from __future__ import annotations

import json

import fake_answers
import pytest

from api_client.answers import CandidateMeasures, CostCurve, ModelAnswer
from charts import model as model_charts
from session import language
from texts.metrics import candidate_row, measure_titles
from texts.model import cost_curve_text, costs_text, validation

ROWS = [
    ("random_forest", "random_forest", "Random forest", "Forêt aléatoire"),
    ("lightgbm", "", "LightGBM (decision trees)", "LightGBM (arbres de décision)"),
    (
        "lightgbm",
        "lightgbm, monotone, best 90 features, 5 seeds",
        "LightGBM (decision trees), monotone, best 90 facts, average of 5 models",
        "LightGBM (arbres de décision), monotone, 90 meilleurs éléments, moyenne"
        " de 5 modèles",
    ),
    ("lightgbm", "lightgbm, on {Mars}", "LightGBM (decision trees), on {Mars}", ""),
    ("perceptron", "perceptron, SMOTE", "perceptron, SMOTE", "perceptron, SMOTE"),
]


@pytest.mark.parametrize(("name", "label", "english", "french"), ROWS)
def test_a_model_is_told_with_its_variants(
    monkeypatch: pytest.MonkeyPatch, name: str, label: str, english: str, french: str
) -> None:
    candidate = CandidateMeasures(name=name, label=label or None)
    assert candidate_row(candidate)[0] == english
    monkeypatch.setattr(language, "code", lambda: "fr")
    assert not french or candidate_row(candidate)[0] == french


@pytest.mark.parametrize(
    ("by_amount", "of", "counted"),
    [
        (False, "per application", "counted as 0.6, a good client who is refused as"),
        (True, "per unit of credit asked for", "counted as 0.6 of its amount, a good"),
    ],
)
def test_a_cost_is_told_with_its_unit(by_amount: bool, of: str, counted: str) -> None:
    costs = {"false_negative": 0.6, "false_positive": 0.1}
    answer = fake_answers.model() | {"costs": costs, "costs_by_amount": by_amount}
    model = ModelAnswer.model_validate_json(json.dumps(answer))
    assert counted in costs_text(model)
    assert measure_titles(model)[0] == f"Cost {of}"
    curve = CostCurve(threshold=[0.0, 1.0], business_score=[0.5, 0.1])
    assert cost_curve_text(curve, model).startswith(f"Cost {of} for every limit")
    assert model_charts.cost_curve(curve, model).layout.yaxis.title.text == f"cost {of}"


def test_refusals_of_a_version_are_told_beside_what_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = fake_answers.model()
    model = ModelAnswer.model_validate_json(json.dumps(document))
    assert validation(model) == [
        "Not validated: nobody but who trained it has checked this version."
    ]
    moment = "2026-11-23T09:00:00Z"
    signed = {"by": "Ada", "note": "", "signed_at": moment, "file_sha256": None}
    document["validation"] = [
        {**signed, "verdict": "refused", "note": "No later sample."},
        {**signed, "verdict": "accepted-with-conditions"},
    ]
    model = ModelAnswer.model_validate_json(json.dumps(document))
    refused, accepted = validation(model)
    assert refused.startswith("Refused by Ada, 23")
    assert refused.endswith(": No later sample.")
    assert accepted.startswith("Accepted with conditions by Ada, 23")
    monkeypatch.setattr(language, "code", lambda: "fr")
    assert validation(model)[0].startswith("Refusé par Ada, 23")
