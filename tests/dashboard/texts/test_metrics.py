"""The table of models tells each row from the others, in words."""

from __future__ import annotations

import pytest

from api_client.answers import CandidateMeasures
from session import language
from texts.metrics import candidate_row

ROWS = [
    ("random_forest", "random_forest", "Random forest", "Forêt aléatoire"),
    ("lightgbm", "", "LightGBM (decision trees)", "LightGBM (arbres de décision)"),
    (
        "lightgbm",
        "lightgbm, monotone, 5 seeds",
        "LightGBM (decision trees), monotone, average of 5 models",
        "LightGBM (arbres de décision), monotone, moyenne de 5 modèles",
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
