"""What a letter says of values, in its language and units."""

from __future__ import annotations

from typing import Any

import pytest

from api.documents.values import Values
from api.schemas.answers import Fact, Labels
from api.schemas.model import Column, Feature, Sentences, Table

ROLES = {"BORN": "birth", "SINCE": "date"}
COLUMNS = tuple(
    Column(
        name=name,
        unit="days",
        labels=Labels(en=name, fr=name),
        type="integer",
        nullable=True,
        meaning="",
        role=role,
    )
    for name, role in ROLES.items()
)
TABLES = {"application": Table(columns=COLUMNS)}
SAID = Sentences(
    **{
        lies: Labels(
            en=f"{{value}} {word} {{typical}}", fr=f"{{value}} {mot} {{typical}}"
        )
        for lies, word, mot in (
            ("above", "over", "sur"),
            ("below", "under", "sous"),
            ("equal", "as", "comme"),
        )
    }
)


def feature(unit: str, name: str = "X", sentences: Sentences | None = SAID) -> Feature:
    labels = Labels(en=name, fr=name)
    about: dict[str, Any] = {
        "labels": labels,
        "dtype": "float32",
        "group": "G",
        "formula": "",
    }
    return Feature(name=name, unit=unit, table="t", sentences=sentences, **about)


@pytest.mark.parametrize(
    ("value", "unit", "name", "english", "french"),
    [
        (406597.5, "currency", "X", "€406,597.50", "406 597,50 €"),
        (1350000.0, "currency", "X", "€1,350,000", "1 350 000 €"),
        (0.964, "share", "X", "96.4%", "96,4 %"),
        (0.5, "share", "X", "50%", "50 %"),
        (-15234.0, "days", "BORN", "41 years old", "41 ans"),
        (-1134.0, "days", "X", "3 years 1 month ago", "il y a 3 ans 1 mois"),
        (-1.0, "days", "SINCE", "1 day ago", "il y a 1 jour"),
        (0.0, "days", "SINCE", "on the day", "le jour même"),
        (20.0, "days", "SINCE", "20 days after", "20 jours après"),
        (400.0, "days", "X", "1 year 1 month", "1 an 1 mois"),
        (-22.0, "months", "X", "22 months ago", "il y a 22 mois"),
        (14.5, "years", "X", "14.5 years", "14,5 ans"),
        (1.0, "flag", "X", "yes", "oui"),
        ("N", "flag", "X", "no", "non"),
        (0.63121, "score", "X", "0.631", "0,631"),
        (20.456, "none", "X", "20.46", "20,46"),
        (3.0, "count", "X", "3", "3"),
        ("Married", "none", "X", "Married", "Married"),
    ],
)
def test_a_value_is_told_with_its_unit_in_each_language(
    value: Any, unit: str, name: str, english: str, french: str
) -> None:
    for language, expected in (("en", english), ("fr", french)):
        said = Values(language, "EUR", TABLES).text(value, feature(unit, name))
        assert said.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_a_currency_without_a_sign_is_told_by_its_code() -> None:
    said = [
        Values(language, "CZK", TABLES).text(1500.0, feature("currency"))
        for language in ("en", "fr")
    ]
    assert said == ["CZK\N{NO-BREAK SPACE}1,500", said[1]]
    assert said[1].replace("\N{NO-BREAK SPACE}", " ") == "1 500 CZK"


@pytest.mark.parametrize(
    ("value", "typical", "said"),
    [
        (0.96, 0.64, "96% over 64%"),
        (0.5, 0.64, "50% under 64%"),
        (0.64, 0.64, "64% as 64%"),
        # What looks the same is not called more.
        (0.6401, 0.64, "64% as 64%"),
        ("{typical}", "b", "{typical} over b"),
        (0.5, None, ""),
    ],
)
def test_a_fact_is_compared_with_what_is_usual(
    value: Any, typical: Any, said: str
) -> None:
    fact = Fact(feature="X", value=value, typical=typical, share=0.5)
    assert Values("en", "EUR", TABLES).sentence(fact, feature("share")) == said


def test_a_feature_without_a_sentence_says_nothing() -> None:
    fact = Fact(feature="X", value=0.5, typical=0.25, share=0.5)
    silent = feature("share", sentences=None)
    assert Values("en", "EUR", TABLES).sentence(fact, silent) == ""
