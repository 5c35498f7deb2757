"""A reason and its facts, said in the page's language."""

from __future__ import annotations

import json
from typing import Any

import fake_answers
import pytest
import streamlit as st

from api_client.answers import ModelAnswer, ReasonAnswer
from session.language import CHOSEN
from texts.client.reasons import fact_lines, reason_text

OWED, SCORE, KIND = "BUREAU_DEBT", "EXT_SOURCE_2", "KIND_OF_CREDIT"


def labels(english: str, french: str) -> dict[str, str]:
    return {"en": english, "fr": french}


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> Any:
    st.session_state[CHOSEN] = request.param
    yield request.param
    del st.session_state[CHOSEN]


def model() -> ModelAnswer:
    document = fake_answers.model()
    plain = {"dtype": "float32", "table": "bureau", "formula": "", "group": "G"}
    clause = labels("You still owe {value}", "Vous devez encore {value}")
    sentences = {
        lies: {
            one: f"{clause[one]}, {word} ({{typical}})." for one, word in words.items()
        }
        for lies, words in {
            "above": labels("more than usual", "plus que d'habitude"),
            "below": labels("less than usual", "moins que d'habitude"),
            "equal": labels("as usual", "comme d'habitude"),
        }.items()
    }
    document["features"] = [
        {"name": OWED, "unit": "share", "labels": labels("Owed", "Dû"), **plain}
        | {"sentences": sentences},
        {"name": SCORE, "unit": "score", "labels": labels("Score", "Score"), **plain},
        {"name": KIND, "unit": "none", "labels": labels("Kind", "Genre"), **plain}
        | {"dtype": "category", "categories": ["F", "M"]},
    ]
    document["reasons"] = [
        {
            "code": "R01",
            "group": "G",
            "labels": labels("Debts", "Dettes"),
            "raises_risk": labels("Against.", "Contre."),
            "lowers_risk": labels("For.", "Pour."),
            "unknown": labels("No record.", "Aucune trace."),
        }
    ]
    return ModelAnswer.model_validate_json(json.dumps(document))


def reason(*facts: tuple[str, Any, Any], known: bool = True) -> ReasonAnswer:
    told = [
        {"feature": name, "value": value, "typical": typical, "share": 0.2}
        for name, value, typical in facts
    ]
    answer: dict[str, Any] = {"code": "R01", "group": "G", "direction": "raises_risk"}
    answer |= {"contribution": -0.1, "against_borderline": 0.2, "known": known}
    answer |= {"text": "Against." if known else "No record.", "facts": told}
    return ReasonAnswer.model_validate_json(json.dumps(answer))


def test_what_is_not_on_record_is_said(language: str) -> None:
    known, unknown = reason(), reason(known=False)
    assert known.raises_risk
    said = [reason_text(one, model()) for one in (known, unknown)]
    assert (
        said
        == {
            "en": ["Against.", "No record."],
            "fr": ["Contre.", "Aucune trace."],
        }[language]
    )


def test_the_heaviest_fact_is_a_sentence_and_the_others_stand_beside(
    language: str,
) -> None:
    facts = (OWED, 0.96, 0.64), (SCORE, 0.25, 0.5), (KIND, "M", None)
    said = [
        one.replace("\N{NO-BREAK SPACE}", " ")
        for one in fact_lines(reason(*facts), model())
    ]
    assert [one.replace("\N{NARROW NO-BREAK SPACE}", " ") for one in said] == {
        "en": [
            "You still owe 96.0%, more than usual (64.0%).",
            "Score: 0.25 (borderline clients: 0.5)",
            "Kind: M (not known of most borderline clients)",
        ],
        "fr": [
            "Vous devez encore 96,0 %, plus que d'habitude (64,0 %).",
            "Score : 0,25 (cas limites : 0,5)",
            "Genre : M (inconnu pour la plupart des cas limites)",
        ],
    }[language]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ((OWED, 0.5, 0.64), "You still owe 50.0%, less than usual (64.0%)."),
        # What looks the same is not called more.
        ((OWED, 0.64001, 0.64), "You still owe 64.0%, as usual (64.0%)."),
        ((SCORE, 0.75, 0.5), "Score: 0.75, higher than for borderline clients (0.5)."),
        ((SCORE, 0.25, 0.5), "Score: 0.25, lower than for borderline clients (0.5)."),
        ((SCORE, 0.5, 0.5), "Score: 0.5, as for most borderline clients."),
        ((KIND, "M", "F"), "Kind: M; borderline clients: F."),
        ((OWED, 0.5, None), "Owed: 50.0%; of most borderline clients it is not known."),
        (("NEW", 1.0, 2.0), "NEW: 1, lower than for borderline clients (2)."),
    ],
)
def test_a_fact_is_compared_with_borderline_clients(
    fact: tuple[str, Any, Any], said: str
) -> None:
    assert fact_lines(reason(fact), model()) == [said]


def test_a_value_that_looks_like_a_blank_stays_as_it_is() -> None:
    document = model()
    fact = (OWED, "{typical}", "{value}")
    assert fact_lines(reason(fact), document) == [
        "You still owe {typical}, more than usual ({value})."
    ]
