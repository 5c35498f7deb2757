"""What is typed into a field is what a program would have sent, or is told."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import streamlit as st

from api_client.answers import Column
from texts.entry.fields import Field, field_of, read_date

DAY = date(2026, 11, 23)


def field(**given: Any) -> Field:
    known = {"name": "X", "type": "number", "unit": "none", "nullable": True}
    told = known | {"meaning": "X", "labels": None} | given
    return field_of(Column.model_validate_json(json.dumps(told)))


AMOUNT = field(unit="currency", bounds=[0.0, 1e12])
SCORE = field(unit="score", bounds=[0.0, 1.0])
RATING = field(type="integer", bounds=[-1.0, 3.0])
SHARE = field(unit="share", bounds=[0.0, 1.0])
BIRTH = field(type="integer", unit="days", role="birth", bounds=[-45000.0, 0.0])
JOB = field(
    type="integer",
    unit="days",
    role="date",
    bounds=[-36500.0, 365243.0],
    missing=[365243],
)
MET = field(type="integer", unit="days", role="date", dated=True, bounds=[-400.0, 0.0])
APPLIED = field(role="applied", dated=True, bounds=[0.0, 40000.0])


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (AMOUNT, "250 000,50", 250_000.5),
        (AMOUNT, "250,000.50", 250_000.5),
        (AMOUNT, "250.000,5 €", 250_000.5),
        (AMOUNT, "250\u202f000,5", 250_000.5),
        (AMOUNT, "0", 0.0),
        (AMOUNT, "1 000 000 000 000", 1e12),
        (AMOUNT, "1 000 000 000 000,01", None),
        (AMOUNT, "-0,01", None),
        (SCORE, "0,5029", 0.5029),
        (SCORE, "0.503", 0.503),
        (SCORE, "1", 1.0),
        (SCORE, "1.0001", None),
        (SCORE, "-0.1", None),
        (RATING, "-1", -1),
        (RATING, "\u22121", -1),
        (RATING, "3", 3),
        (RATING, "4", None),
        (RATING, "1,5", None),
        (SHARE, "1,8801 %", 0.018801),
        (SHARE, "0.1", 0.001),
        (SHARE, "100", 1.0),
        (SHARE, "100,01", None),
        (BIRTH, "23/11/1986", -14610),
        (BIRTH, "23.11.1986", -14610),
        (BIRTH, "1986-11-23", -14610),
        (BIRTH, "23/11/2026", 0),
        (BIRTH, "24/11/2026", None),
        (BIRTH, "10/9/1903", -45000),
        (BIRTH, "9/9/1903", None),
        (BIRTH, "23/11/86", None),
        (JOB, "23/11/2026", 0),
        (JOB, "24/11/2026", None),
        (MET, "22/11/2026", "2026-11-22"),
        (APPLIED, "22/11/2026", "2026-11-22"),
        (APPLIED, "31/12/1969", None),
    ],
)
def test_the_text_is_read_as_people_type_it(
    asked: Field, text: str, value: float | str | None
) -> None:
    read = asked.read(text, DAY)
    assert read == value and type(read) is type(value)
    if value is None:
        assert asked.refusal(text, DAY).startswith(f"“{text}” is no ")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("asked", "value"),
    [
        *((AMOUNT, value) for value in (0.0, 12.5, 1234.0, 406_597.5, 1e12)),
        *((SCORE, value) for value in (0.0, 1.0, 0.5029, 0.123, 1e-7, 2 / 3)),
        *((RATING, value) for value in (-1, 0, 3)),
        *((SHARE, value) for value in (0.0, 1.0, 0.018801, 0.12345, 0.1, 1 / 3)),
        *((BIRTH, value) for value in (-45000, -14610, 0)),
        (MET, "2026-11-22"),
        (field(unit="none", bounds=[0.0, 1e6]), 12.345),
        (field(unit="none", bounds=[0.0, 1e6]), 12_345.678),
    ],
)
def test_what_stands_in_a_field_is_read_as_the_same_value(
    monkeypatch: pytest.MonkeyPatch, language: str, asked: Field, value: Any
) -> None:
    """In either language what the other one's field held is read too."""
    monkeypatch.setitem(st.session_state, "language", language)  # type: ignore[arg-type]
    shown = asked.typed(value, DAY)
    assert asked.read(shown, DAY) == value
    monkeypatch.setitem(
        st.session_state,  # type: ignore[arg-type]
        "language",
        {"en": "fr", "fr": "en"}[language],
    )
    assert asked.read(shown, DAY) == value


def test_a_value_that_says_there_is_none_stands_as_nothing() -> None:
    assert JOB.typed(365243, DAY) == "" and JOB.typed(None, DAY) == ""


def test_a_choice_has_the_lenders_words_in_the_lenders_order() -> None:
    words = {"low": {"en": "Little"}, "high": {"en": "Much"}, "XNA": {"en": "?"}}
    known = ["high", "low", "new", "XNA"]
    asked = field(type="category", words=words, categories=known, missing=["XNA"])
    assert asked.options == ("low", "high", "new")
    assert [asked.word(one) for one in asked.options] == ["Little", "Much", "new"]


def test_a_label_says_what_is_to_be_typed() -> None:
    assert AMOUNT.asked == "X (€)" and SHARE.asked == "X (%)"
    assert BIRTH.asked == "Date of birth (day/month/year)"
    assert field(unit="years", role="birth").asked == "X (years)"


def test_help_is_told_in_the_language_that_it_is_written_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = field(labels={"en": "Home", "fr": "Logement"}, meaning="How they live.")
    own = field(labels={"en": "Logement", "fr": "Logement"}, meaning="Où il habite.")
    assert known.help == "How they live."
    monkeypatch.setitem(st.session_state, "language", "fr")  # type: ignore[arg-type]
    assert known.help == "" and own.help == "Où il habite."


@pytest.mark.parametrize("text", ["", "31/02/1986", "1986", "12/13/1986", "1/1/0000"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None
