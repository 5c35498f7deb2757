"""The Markdown of both languages, and how it is filled."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from training.errors import ConfigurationError
from training.present import charts, facts, present
from training.present.script import read_script
from training.present.words import Words

with warnings.catch_warnings():
    # Evidently's, not ours.
    warnings.simplefilter("ignore")
    from training.monitoring.train_test_drift import conclusion

FOLDER = Path(present.__globals__["__file__"]).parent
# Numbers that are no run's: codes of the raw data, a route, shares of a confidence.
TYPED = {"365243", "1", "10", "95", "0"}
FILLED = re.compile(r"\{[{%].*?[}%]\}|^Layout: .*|!\[\w+\]", re.MULTILINE)
ENGLISH = re.compile(
    r"\b(the|of|and|with|without|which|score moved|columns|clients who|watch|used"
    r"|retrain|has|have|was|were|than|from|by|dummy|married|higher|lowest|highest"
    r"|average|mean|gender|yes|refused|granted|threshold|share)\b",
    re.IGNORECASE,
)


def source(language: str) -> str:
    text = (FOLDER / f"deck.{language}.md").read_text()
    return re.sub("{#.*?#}|{% macro.*?endmacro %}", "", text, flags=re.DOTALL)


def said_in(expression: str) -> str:
    """Without the words that are the language's own."""
    return re.sub(
        '"[^"]*" if|else "[^"]*"|join\\(".*?"\\)|\\|replace\\(".*?"\\)', "", expression
    )


def test_both_languages_say_the_same_with_the_same_numbers() -> None:
    english, french = (
        re.split("^# ", source(one).partition("\n# Words")[0], flags=re.MULTILINE)
        for one in ("en", "fr")
    )
    for one, other in zip(english, french, strict=True):
        places = [sorted(map(said_in, FILLED.findall(text))) for text in (one, other)]
        assert places[0] == places[1]
        prose = re.sub(r"\{[{%].*?[}%]\}|^\|.*", "", one + other, flags=re.MULTILINE)
        assert set(re.findall(r"\d+", prose)) <= TYPED


def words(language: str) -> Words:
    table = source(language).partition("\n# Words\n")[2]
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", table, flags=re.MULTILINE)
    labels = {"EXT_SOURCE_1": {"en": "Outside score 1", "fr": "Score externe 1"}}
    return Words(language, dict(rows), labels)


def column(drifted: bool) -> object:
    named = type("Column", (), {"name": "EXT_SOURCE_1", "share": 0.1})
    return type("Shift", (), {"drifted": drifted, "column": named})


def advice(shift: float, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(conclusion, "_score_shift", lambda _: shift)
    monkeypatch.setattr(conclusion, "_moved_importance", lambda _: shift)
    return conclusion._by_score([column(True)], (None, np.zeros(1)))


def test_every_advice_on_the_drift_is_said_in_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [advice(shift, monkeypatch) for shift in (0.0, 0.2, 0.5)]
    given += [conclusion._by_count([column(True)] * n, 8) for n in (0, 1, 4)]
    for one in given:
        text = f"**None of 8 columns drifted.** 2,000 and 30.\n\n**What to do**: {one}"
        (tmp_path / "conclusion.md").write_text(text)
        drift = facts._drift(tmp_path / "conclusion.md")
        assert drift is not None and drift["compared"] == ["0", "8", "2,000", "30"]
        assert drift["watched"] == ["EXT_SOURCE_1"] * ("EXT_SOURCE_1" in one)
        said = words("fr").say(drift["advice"])
        assert said != drift["advice"]
        assert not ENGLISH.search(said), said


def test_numbers_are_written_as_the_language_writes_them() -> None:
    english, french = words("en"), words("fr")
    assert english.number(-1234.5, ",.1f") == "−1,234.5"
    assert french.number(-1234.5, ",.1f") == "−1\u00a0234,5"
    assert french.number(0.0413, ".1%") == french.say("4.1%") == "4,1\u00a0%"
    assert french.number(None, ".1f") == "–"
    assert french.say("EXT_SOURCE_1") == "Score externe 1"


def test_every_word_of_the_charts_is_said_in_french() -> None:
    code = Path(charts.__file__).read_text()
    for one in re.findall(r'say\("(.*?)"\)', code) + ["repaid", "defaulted"]:
        assert one in words("fr").table


@pytest.mark.parametrize(
    ("deck", "told"),
    [
        ("# The data\n\nWords.\n", "'The data': expected a title, a Layout line"),
        ("# {{ missing }}\n", "deck.md: cannot be filled: 'missing' is undefined"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    deck: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "deck.md"
    path.write_text(deck)
    with pytest.raises(ConfigurationError, match=told):
        read_script(path, "en", {"labels": {}})
