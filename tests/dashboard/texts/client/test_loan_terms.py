"""Amounts as people type them, and what a loan's terms come to month by month."""

from __future__ import annotations

import json
from typing import Any

import fake_answers
import pytest

from api_client.answers import ClientAnswer, ModelAnswer, Offer
from texts.client.loan_terms import Term, movable, read_number, schedule

AMOUNT = Term("amount", 12_000.0, 3_600.0, 15_600.0)
NUMBER = Term("instalments", 24.0, 6.0, 60.0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12 500,50", 12_500.5),
        ("12,500.50", 12_500.5),
        ("12.500,50", 12_500.5),
        ("12\u202f500,50\u00a0€", 12_500.5),
        ("€12'500", 12_500.0),
        ("12500.5 eur", 12_500.5),
        ("12,500", 12_500.0),
        ("12.500", 12_500.0),
        ("1,234,567", 1_234_567.0),
        ("0,5", 0.5),
        *((text, None) for text in ("1e5", "12,5000", "12.500.50", "-3", "12 apples")),
        *((text, None) for text in ("1,23,456", "", "٣", "1 2", "nan")),
    ],
)
def test_a_number_is_read_as_people_type_it(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_a_term_takes_only_what_it_can_be() -> None:
    assert AMOUNT.read("15 600") == 15_600.0
    assert AMOUNT.read("15 601") is None
    assert AMOUNT.read(" ") == 12_000.0
    assert NUMBER.read("24,5") is None
    assert NUMBER.refusal("24,5") == "“24,5” is no whole number from 6 to 60."


def test_a_slider_has_round_steps_and_the_present_values() -> None:
    steps = AMOUNT.steps(4_321.5)
    assert steps[:2] == (3_600.0, 3_800.0) and steps[-1] == 15_600.0
    assert 4_321.5 in steps and 12_000.0 in steps


def terms_of(amount: float | None, price: float | None = None) -> Any:
    """Those that can be moved of a loan with at most 1e12 to be asked for."""
    client, model = fake_answers.client(100001), fake_answers.model()
    offer = fake_answers.OFFER | {"amount": amount, "down_payment": 0.0}
    client["terms"] = offer if amount else None
    for fact in client["application"]:
        if fact["name"] == "AMT_GOODS_PRICE":
            fact["value"] = price
    for column in model["tables"]["application"]["columns"]:
        if column["role"] == "amount":
            column["bounds"] = [0, 1e12]
    return movable(
        ClientAnswer.model_validate_json(json.dumps(client)),
        ModelAnswer.model_validate_json(json.dumps(model)),
    )


@pytest.mark.parametrize("amount", [0.01, 0.5, 1.0, 2.0, 499.0, 1e9, 1e12])
def test_a_slider_has_some_steps_of_what_can_be_asked_for(amount: float) -> None:
    terms = terms_of(amount, price=amount)
    assert "instalments" in {term.name for term in terms}
    for term in terms:
        steps = term.steps(term.asked)
        assert 2 <= len(steps) <= 110
        assert 0 <= steps[0] < steps[-1] <= 1e12


def test_what_rounds_to_one_value_is_not_moved() -> None:
    assert [term.name for term in terms_of(0.5, price=1.0)] == ["instalments"]
    assert terms_of(None) == ()


def test_a_schedule_pays_the_loan_back_to_the_cent() -> None:
    payments = schedule(Offer(**fake_answers.OFFER))
    assert len(payments) == 24
    first, last = payments[0], payments[-1]
    assert first.interest == 13_277.65 and first.capital == 11_422.85
    assert first.left == 395_174.65 and last.left == 0.0
    assert abs(last.instalment - 24_700.5) < 0.2
    assert round(sum(one.capital for one in payments), 2) == 406_597.5


def test_a_loan_of_an_unknown_rate_has_no_schedule() -> None:
    assert not schedule(Offer(**fake_answers.OFFER | {"yearly_rate": None}))
