from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import fake_answers
import pytest
import streamlit as st

from api_client.answers import ApplicationFact, Labels, ModelAnswer
from api_client.meaning import Descriptor, Value, in_words
from texts.client.application import group_facts
from texts.formats import ago, moment, percents_apart, value_text

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


@pytest.mark.parametrize(
    ("value", "unit", "role", "text"),
    [
        (None, "currency", "", "not given"),
        (406597.5, "currency", "", "€406,597.50"),
        (1350000.0, "currency", "", "€1,350,000"),
        (-15234.0, "days", "birth", "41 years"),
        (-2920.0, "days", "", "8 years ago"),
        (-1134.0, "days", "", "3 years 1 month ago"),
        (-1.0, "days", "", "1 day ago"),
        (0.0, "days", "date", "on the day"),
        (20.0, "days", "date", "20 days after"),
        (61.0, "days", "", "2 months"),
        (2.25, "days", "", "2.2 days"),
        (1.0, "flag", "", "Yes"),
        ("N", "flag", "", "No"),
        (1, "flag", "", "Yes"),
        (0.5, "share", "", "50.0%"),
        (14.0, "years", "", "14 years"),
        (1.0, "months", "", "1 month"),
        (-22.0, "months", "", "22 months ago"),
        (10.0, "hour", "", "10:00"),
        (0.63121, "score", "", "0.631"),
        (3.0, "count", "", "3"),
        ("Married", "none", "", "Married"),
    ],
)
def test_a_value_is_told_with_its_unit(
    value: Value, unit: str, role: str, text: str
) -> None:
    assert value_text(value, Descriptor("X", "X", unit, role=role)) == text


def test_what_a_column_says_of_its_values_is_told() -> None:
    gender, employed = MODEL.column("CODE_GENDER"), MODEL.column("DAYS_EMPLOYED")
    assert [value_text(one, gender) for one in ("F", "XNA", "X")] == [
        "Woman",
        "not given",
        "X",
    ]
    assert value_text(365243.0, employed) == "not given"


def test_two_shares_never_look_equal_unless_they_are() -> None:
    assert percents_apart(0.0413, 0.0909) == ("4.1%", "9.1%")
    assert percents_apart(0.09088, 0.0909) == ("9.088%", "9.090%")
    assert percents_apart(0.0909, 0.0909) == ("9.1%", "9.1%")


def test_elapsed_time_is_rough() -> None:
    assert ago(timedelta(seconds=20)) == "just now"
    assert ago(timedelta(seconds=-3)) == "just now"
    assert ago(timedelta(minutes=1)) == "1 minute ago"
    assert ago(timedelta(hours=5)) == "5 hours ago"
    assert ago(timedelta(days=3)) == "3 days ago"


def test_what_has_no_label_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert in_words(Labels(en="Age", fr="Âge"), "DAYS_BIRTH") == "Age"
    assert in_words(Labels(), "DAYS_BIRTH") == in_words(None, "DAYS_BIRTH")
    monkeypatch.setattr("api_client.meaning.code", lambda: "fr")
    assert in_words(Labels(en="Age", fr="Âge"), "DAYS_BIRTH") == "Âge"
    assert in_words(Labels(en="Age"), "DAYS_BIRTH") == "Age"
    assert in_words(None, "DAYS_BIRTH") == "DAYS_BIRTH"


def _fact(name: str, value: Value) -> ApplicationFact:
    return ApplicationFact(name=name, type="category", unit="none", value=value)


def test_facts_are_grouped_with_the_loan_first_and_the_number_left_out() -> None:
    facts = ("SK_ID_CURR", "APARTMENTS_AVG", "CODE_GENDER", "AMT_CREDIT", "NEW")
    groups = group_facts(tuple(_fact(name, "x") for name in facts), MODEL)
    assert [group.title for group in groups] == [
        "The loan asked for",
        "The client",
        "The building the client lives in",
        "Other",
    ]


def test_many_gaps_are_counted_rather_than_listed() -> None:
    names = [f"NEW_{n}" for n in range(6)]
    few = group_facts(tuple(_fact(name, None) for name in names[:2]), MODEL)
    many = group_facts(tuple(_fact(name, None) for name in names), MODEL)
    assert [line.value for line in few[0].lines] == ["not given"] * 2
    assert (many[0].lines, len(many[0].missing)) == ((), 6)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Paris", "30 Nov 2026, 07:39"),
        ("America/New_York", "30 Nov 2026, 01:39"),
        (None, "30 Nov 2026, 06:39 UTC"),
        ("Nowhere/Else", "30 Nov 2026, 06:39 UTC"),
        ("../etc/passwd", "30 Nov 2026, 06:39 UTC"),
        ("America", "30 Nov 2026, 06:39 UTC"),
    ],
)
def test_a_moment_is_told_by_the_clock_of_whoever_looks(
    monkeypatch: pytest.MonkeyPatch, zone: str | None, text: str
) -> None:
    monkeypatch.setattr(st, "context", SimpleNamespace(timezone=zone))
    assert moment(datetime(2026, 11, 30, 6, 39, tzinfo=UTC)) == text
