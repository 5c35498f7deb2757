"""The conditions of rules in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import fake_answers
import pytest

from api_client.answers import Condition, ModelAnswer
from session import language
from texts.policy.conditions import condition_text, expression_text
from texts.policy.expressions import read_expression, read_test

EXAMPLES = Path(__file__).parents[4] / "docs" / "policies"

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


@pytest.mark.parametrize(
    ("reads", "test", "words"),
    [
        ("probability", ">= 0.0925", "“Risk of default” is at least 9.25%"),
        ("terms.amount", "[1000..20000)", "“Loan amount” is at least €1,000 and "
         "“Loan amount” is less than €20,000"),
        ("burden", "not in [0.1..0.355]", "“burden” is less than 0.1 or “burden” is "
         "more than 0.355"),
        ("declared.monthly_income", "null", "“Declared monthly income” is missing"),
        ("declared.monthly_income", "!= null", "“Declared monthly income” is there"),
        ("evidence.register.result", '"positive"', "“Register of payment incidents: "
         "result” is Listed"),
        ("evidence.register.days", "> 400", "“Register of payment incidents: "
         "time since” is more than 400 days"),
        ("evidence.income.valid", "true", "“Income: still valid” is Yes"),
        ("application.CODE_GENDER", '"F", "M"', "“Gender” is one of: Woman, Man"),
        ("moment.year", "< 2027", "“Year of the decision” is less than 2027"),
        ("confidence.band", "", ""),
        ("steps.left_to_live_on", "-", ""),
        ("", "probability > threshold * 0.9 and (not (decision == 'granted') or "
         "declared.housing ?? 0 > 5)", "“Risk of default” is more than “Limit of the "
         "risk” × 0.9 and (not (“The model's decision” is Granted) or "
         "“Declared rent or mortgage” (if missing: €0) is more than €5)"),
        ("", "(evidence.register.days ?? 31) > 30", "“Register of payment incidents: "
         "time since” (if missing: 31 days) is more than 30 days"),
        ("a", "startsWith($, 'x')", "startsWith(“a”; x)"),
        ("probability", "> 0.1 ? 1 : 2", "probability: > 0.1 ? 1 : 2"),
        ("", "some(a, # > 1)", "some(a, # > 1)"),
        ("probability", "[" * 5000, f"probability: {'[' * 5000}"),
    ],
)  # fmt: skip
def test_a_condition_is_worded_or_shown_as_it_is(
    reads: str, test: str, words: str
) -> None:
    assert condition_text(Condition(reads=reads, test=test), MODEL) == words


def test_an_age_is_told_in_years_and_turned_round() -> None:
    birth = MODEL.columns["DAYS_BIRTH"]
    assert birth.role == "birth"
    told = condition_text(
        Condition(reads="application.DAYS_BIRTH", test="> -6574"), MODEL
    )
    assert told.endswith("is less than 18 years")


def test_a_computed_value_keeps_its_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "(declared.housing + terms.instalment) / declared.monthly_income - (1 - $.x)"
    assert expression_text(text, MODEL) == (
        "(“Declared rent or mortgage” + “Instalment”) ÷ “Declared monthly "
        "income” − (1 − “x”)"
    )
    monkeypatch.setattr(language, "code", lambda: "fr")
    told = condition_text(Condition(reads="probability", test="<= 0.5"), MODEL)
    assert told == "«\u202fRisque de défaut\u202f» est d'au plus 50\u00a0%"


def test_every_condition_of_the_example_can_be_worded() -> None:
    document = json.loads((EXAMPLES / "french.json").read_bytes())
    told = []
    for node in document["nodes"]:
        content = node["content"]
        told += [
            read_expression(one["value"]) for one in content.get("expressions", [])
        ]
        for column in content.get("inputs", []):
            cells = {
                row[column["id"]] for row in content["rules"] if column["id"] in row
            }
            subject = read_expression(column["field"]) if column["field"] else None
            told += [
                read_test(cell, subject) if subject else read_expression(cell)
                for cell in cells
            ]
    assert len(told) > 15 and None not in told
