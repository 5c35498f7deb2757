"""A table of points says what each bin holds."""

from __future__ import annotations

import json
from typing import Any

import fake_answers
import pytest
from fake_api import FakeApi

from api_client import meaning
from api_client.answers import ModelAnswer, Scorecard, ScorecardInput
from session import language
from texts import points

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))
CARD = Scorecard.model_validate_json(json.dumps(fake_answers.scorecard()))
INPUTS = {one.feature: one for one in CARD.inputs}


@pytest.fixture(params=["en", "fr"])
def spoken(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, api: FakeApi
) -> str:
    for module in (language, meaning):
        monkeypatch.setattr(module, "code", lambda: request.param)
    return str(request.param)


def said(one: ScorecardInput) -> list[str]:
    return [text.replace("\u202f", " ").replace("\xa0", " ") for text in _words(one)]


def _words(one: ScorecardInput) -> list[str]:
    return points.bin_words(one, MODEL)


@pytest.mark.parametrize(
    ("feature", "english", "french"),
    [
        (
            "EXT_SOURCE_MEAN",
            ["under 0.31", "0.31 to under 0.5", "0.5 or more", "not given"],
            ["moins de 0,31", "de 0,31 à moins de 0,5", "0,5 ou plus", "non renseigné"],
        ),
        # In days before the application: the lowest are the oldest.
        (
            "DAYS_BIRTH",
            ["over 52 years", "over 32.9 years, up to 52 years", "up to 32.9 years"],
            ["plus de 52 ans", "plus de 32,9 ans, jusqu'à 52 ans", "jusqu'à 32,9 ans"],
        ),
        (
            "DAYS_EMPLOYED",
            [
                "before 5 years ago",
                "5 years ago or later, before 1 year ago",
                "1 year ago or later",
            ],
            [
                "avant il y a 5 ans",
                "il y a 5 ans ou après, avant il y a 1 an",
                "il y a 1 an ou après",
            ],
        ),
        ("AMT_ANNUITY", ["under €15,000", "€15,000 or more"], ["moins de 15 000 €"]),
        ("CODE_GENDER", ["Woman", "any other, or not given"], ["Femme"]),
        ("BUREAU_COUNT", ["any value", "not given"], ["toute valeur"]),
        ("FLAG_OWN_REALTY", ["No", "Yes", "not given"], ["Non", "Oui"]),
    ],
)
def test_each_bin_in_words(
    spoken: str, feature: str, english: list[str], french: list[str]
) -> None:
    expected = english if spoken == "en" else french
    assert said(INPUTS[feature])[: len(expected)] == expected


@pytest.mark.parametrize(
    ("feature", "edges", "expected"),
    [
        # Whole numbers of the application are named as such.
        ("CNT_CHILDREN", [0.5, 1.5, 3.5], ["0", "1", "2 to 3", "4 or more"]),
        ("CNT_CHILDREN", [2.5], ["2 or less", "3 or more"]),
        # What would read the same is told by its digits.
        (
            "CREDIT_TO_GOODS",
            [1.08012, 1.08044],
            ["under 1.08012", "1.08012 to under 1.08044", "1.08044 or more"],
        ),
    ],
)
def test_bins_are_told_apart(
    api: FakeApi, feature: str, edges: list[float], expected: list[str]
) -> None:
    nothing: dict[str, Any] = {"points": [0.0] * (len(edges) + 1), "missing": 0.0}
    one = ScorecardInput.model_construct(
        feature=feature, edges=edges, groups=None, **nothing
    )
    assert said(one) == [*expected, "not given"]


@pytest.mark.parametrize(
    ("feature", "value", "worth"),
    [
        ("EXT_SOURCE_MEAN", 0.31, -21),
        ("EXT_SOURCE_MEAN", 0.3100000023841858, 2),
        ("EXT_SOURCE_MEAN", 0.5, 18.5),
        ("EXT_SOURCE_MEAN", None, -4),
        ("CODE_GENDER", "F", 3),
        ("CODE_GENDER", "M", -2),
        ("CODE_GENDER", None, -2),
        ("BUREAU_COUNT", 7.0, 0),
    ],
)
def test_a_value_gets_the_points_of_its_bin(
    feature: str, value: meaning.Value, worth: float
) -> None:
    assert INPUTS[feature].of(value) == worth


def test_every_number_of_the_sentence_is_the_answer_s(spoken: str) -> None:
    text = points.scale_text(CARD, MODEL)
    for number in ("512.50", "600", "50", "20", "9.1", "552.0"):
        assert number.replace(".", "," if spoken == "fr" else ".") in text
    less = CARD.scale.model_copy(update={"odds": 30.0, "points_to_double": 40.0})
    other = points.scale_text(CARD.model_copy(update={"scale": less}), MODEL)
    assert "30" in other and "40" in other and "50 c" not in other


def test_facts_that_move_most_come_first(api: FakeApi) -> None:
    rows = points.points_rows(CARD, MODEL)
    assert rows[:4] == [
        ["Mean of the outside scores", "under 0.31", "-21", "16.7%", "4.0%"],
        ["Mean of the outside scores", "0.31 to under 0.5", "2", "33.3%", "8.0%"],
        ["Mean of the outside scores", "0.5 or more", "18.50", "50.0%", "12.0%"],
        ["Mean of the outside scores", "not given", "-4", "0.0%", "nobody"],
    ]
    # Loans known to the credit bureau give none.
    assert len(rows) == 4 + 4 + 2 + 4 + 3 + 3
