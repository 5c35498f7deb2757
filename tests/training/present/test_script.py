"""The Markdown of both languages, and how it is filled."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from training.errors import ConfigurationError
from training.evaluation.business_cost import CostCurve, Costs, Threshold
from training.evaluation.pictures import plots
from training.language import alike
from training.monitoring.statistics.reference import Reference
from training.present import charts, facts, script
from training.present.script import Words, read_script

with warnings.catch_warnings():
    # Evidently's, not ours.
    warnings.simplefilter("ignore")
    from training.monitoring.train_test_drift.conclusion import conclude
    from training.monitoring.train_test_drift.datasets import ComparedColumn, Shift

FOLDER = Path(script.__file__).parent
# Numbers that are no run's: codes of the raw data, a route, shares of a confidence.
TYPED = {"365243", "1", "10", "95", "0"}
NUMBERS = re.compile(r"\d+")
FILLED = re.compile(r"\{[{%].*?[}%]\}|^(?:Layout|Talk): .*|!\[\w+\]", re.MULTILINE)
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
        typed = r"\{[{%].*?[}%]\}|^\|.*|^Talk: .*"
        prose = re.sub(typed, "", one + other, flags=re.MULTILINE)
        assert set(re.findall(r"\d+", prose)) <= TYPED


def words(language: str) -> Words:
    table = source(language).partition("\n# Words\n")[2]
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", table, flags=re.MULTILINE)
    labels = {"EXT_SOURCE_1": {"en": "Outside score 1", "fr": "Score externe 1"}}
    return Words(language, dict(rows), labels)


def shift(share: float | None) -> Shift:
    name = ComparedColumn(
        "EXT_SOURCE_1", alike("Outside score 1 (EXT_SOURCE_1)"), False, share
    )
    return Shift(name, 0.5, 0.1, alike("mean"), 1.0, 2.0, 0.0, 0.0, False)


def unmoved() -> Shift:
    return replace(shift(None), distance=0.0)


def conclusions() -> Iterator[str]:
    for moved in (0, 1, 4):
        yield conclude([shift(None)] * moved + [unmoved()] * 4, (2000, 30), None)["en"]
    vanished = replace(shift(None), distance=inf, missing_after=1.0)
    yield conclude([vanished, unmoved()], (2000, 30), None)["en"]
    frame = pd.DataFrame({"probability": [0.1, 0.2], "AMT_CREDIT": [1.0, 2.0]})
    amount = {"columns": [{"name": "AMT_CREDIT", "role": "amount"}]}
    for by_amount in (False, True):
        manifest = {"threshold": 0.15, "costs": {}, "costs_by_amount": by_amount}
        manifest |= {"tables": {"application": amount}}
        bundle = Reference(FOLDER, "", manifest, frame, (), {})
        for share in (0.05, 0.2, 0.5):
            scores = bundle, np.array([0.1, 0.2]), bundle.costs.weight(frame)
            yield conclude([shift(share)], (2000, 30), scores)["en"]


def test_every_conclusion_on_the_drift_is_said_in_french(tmp_path: Path) -> None:
    for text in conclusions():
        (tmp_path / "conclusion.md").write_text(text)
        drift = facts._drift(tmp_path / "conclusion.md")
        assert drift is not None
        assert set(drift["watched"]) <= {"EXT_SOURCE_1"}
        for one in filter(
            None, (drift[key] for key in ("compared", "score", "advice"))
        ):
            said = words("fr").say(one)
            assert not ENGLISH.search(said), said
            assert len(NUMBERS.findall(said)) == len(NUMBERS.findall(one))
        assert "2\u00a0000 clients" in words("fr").say(drift["compared"])


def test_what_moved_is_named_by_its_column_and_the_score_by_its_label(
    tmp_path: Path,
) -> None:
    score = ComparedColumn("margin", alike("Score (margin, log-odds)"), False)
    text = conclude([replace(shift(0.2), column=score), shift(0.2)], (2, 2), None)["en"]
    (tmp_path / "conclusion.md").write_text(text)
    drift = facts._drift(tmp_path / "conclusion.md")
    assert drift is not None
    named = [one["column"] for one in drift["moved"]]
    assert named == ["Score (margin, log-odds)", "EXT_SOURCE_1"]


def test_numbers_are_written_as_the_language_writes_them() -> None:
    english, french = words("en"), words("fr")
    assert english.number(-1234.5, ",.1f") == "−1,234.5"
    assert french.number(-1234.5, ",.1f") == "−1\u00a0234,5"
    assert french.number(0.0413, ".1%") == french.say("4.1%") == "4,1\u00a0%"
    assert french.number(None, ".1f") == "–"
    assert french.say("EXT_SOURCE_1") == "Score externe 1"


def test_names_of_several_parts_are_said_by_their_parts() -> None:
    french = words("fr")
    assert french.say("dummy, 5 seeds") == "modèle factice, 5 graines"
    assert french.say("EXT_SOURCE_1: 2 of 3") == "Score externe 1\u00a0: 2 sur 3"
    assert french.say("2026-11-30T01:13") == "2026-11-30T01:13"


@pytest.mark.parametrize("costs", [Costs(), Costs(0.6, 0.1, by_amount="AMT_CREDIT")])
def test_every_word_of_the_charts_is_said_in_french(costs: Costs) -> None:
    target, probability = np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.3, 0.2])
    pages = [Figure().add_subplot() for _ in range(4)]
    plots.roc(pages[0], target, probability, np.zeros(4))
    plots.precision_recall(pages[1], target, probability, 0.3)
    bins = {"predicted": [0.1, 0.2], "observed": [0.1, 0.2], "clients": [5.0, 5.0]}
    plots.calibration(pages[2], bins, 0.01)
    curve = CostCurve(np.array([0.1, 0.2, 1.0]), np.array([0.3, 0.2, 0.4]))
    plots.cost(pages[3], curve, Threshold(0.2, (0.1, 0.3)), costs)
    assert pages[3].get_ylabel() == f"cost {costs.per}"
    found = [one.get_text() for page in pages for one in page.findobj(Text)]
    code = Path(charts.__file__).read_text()
    found += re.findall(r'label(?:="|\(")(.*?)"', code) + ["repaid", "defaulted"]
    for one in found:
        if re.search("[a-z]{2}", one):
            assert words("fr").say(one) != one, one


@pytest.mark.parametrize(
    ("deck", "told"),
    [
        ("# The data\n\nWords.\n", "'The data': expected a title, a Layout line"),
        (
            "# A\nLayout: B\nSource: C\nTalk: end, 1\n# Sections\n"
            "| section | name | minutes |\n| drift | Drift | 2 |\n",
            "a Talk line that names one of the sections drift",
        ),
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
