"""The Markdown of both languages, and how it is filled."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from training.errors import ConfigurationError
from training.present import present
from training.present.script import Slide, Table, read_script
from training.present.words import AbsentError, Words

with warnings.catch_warnings():
    # Evidently's, not ours.
    warnings.simplefilter("ignore")
    from training.monitoring import conclusion

FOLDER = Path(present.__globals__["__file__"]).parent
# Numbers that are no run's: codes of the raw data, a route, shares of a confidence.
TYPED = {"365243", "1", "10", "95", "0"}
ENGLISH = re.compile(
    r"\b(the|of|and|with|without|which|score moved|columns|clients who|watch|used"
    r"|retrain|has|have|was|were|than|from|by|dummy|married|higher|lowest|highest"
    r"|average|mean|gender|yes|refused|granted|threshold|share)\b",
    re.IGNORECASE,
)


def places(slide: Slide) -> list[str]:
    tables = [one for one in slide.contents if isinstance(one, Table)]
    cells = [cell for one in tables for cell in [*one.head, *one.row]]
    text = " ".join([slide.title, slide.source, *slide.text, *cells])
    return sorted(re.findall(r"\{.*?\}", text))


def typed(slide: Slide) -> set[str]:
    text = " ".join([slide.title, slide.source, *slide.text])
    return set(re.findall(r"\d+", re.sub(r"\{.*?\}", "", text)))


def test_both_languages_say_the_same_with_the_same_numbers() -> None:
    english, french = (
        read_script(FOLDER / f"deck.{one}.md")[0] for one in ("en", "fr")
    )
    for one, other in zip(english, french, strict=True):
        assert (one.layout, places(one)) == (other.layout, places(other))
        assert len(one.text) == len(other.text)
        assert [str(c) for c in one.contents if isinstance(c, str)] == [
            str(c) for c in other.contents if isinstance(c, str)
        ]
        assert typed(one) | typed(other) <= TYPED


def words(language: str) -> Words:
    table = read_script(FOLDER / f"deck.{language}.md")[1]
    return Words(language, table, {"EXT_SOURCE_1": "Score externe 1"})


@pytest.mark.parametrize("shift", [0.0, 0.2, 0.5])
def test_every_conclusion_on_the_drift_is_said_in_french(
    shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conclusion, "_score_shift", lambda _: shift)
    monkeypatch.setattr(conclusion, "_moved_importance", lambda _: shift)
    column = type("Column", (), {"name": "EXT_SOURCE_1", "share": 0.1})
    moved = type("Shift", (), {"drifted": True, "column": column})
    said = words("fr").say(conclusion._by_score([moved], (None, np.zeros(1))))
    assert "Score externe 1" in said
    assert not ENGLISH.search(said), said


@pytest.mark.parametrize(("drifted", "of"), [(0, 8), (1, 8), (4, 8)])
def test_conclusions_by_the_count_are_said_in_french(drifted: int, of: int) -> None:
    column = type("Column", (), {"name": "EXT_SOURCE_1"})
    shifts = [
        type("Shift", (), {"drifted": at < drifted, "column": column})
        for at in range(of)
    ]
    moved = [one for one in shifts if one.drifted]
    for text in (conclusion.headline(shifts), conclusion._by_count(moved, of)):
        said = words("fr").say(text)
        assert said != text
        assert not ENGLISH.search(said), said


def test_numbers_are_written_as_the_language_writes_them() -> None:
    values = {"cost": -1234.5, "share": 0.0413, "none": None, "part": {"none": None}}
    text = "{cost:,.1f}; {share:.1%}; {part[none]}"
    assert words("en").fill(text, values) == "−1,234.5; 4.1%; –"
    assert words("fr").fill(text, values) == "−1\u00a0234,5; 4,1\u00a0%; –"
    with pytest.raises(AbsentError, match="none"):
        words("en").fill("{none}", values)
    with pytest.raises(ConfigurationError, match="'{missing}': cannot be filled"):
        words("en").fill("{missing}", values)


def test_a_slide_without_a_layout_is_named(tmp_path: Path) -> None:
    deck = tmp_path / "deck.en.md"
    deck.write_text("# The data\n\nWords.\n")
    with pytest.raises(ConfigurationError, match="'The data': expected a Layout line"):
        read_script(deck)
