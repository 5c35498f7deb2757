"""The deck of the invented house, in both languages: whole, and inside its slides."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.presentation import Presentation as File
from pptx.util import Emu

from tests import commands
from tests.conftest import House
from tests.training.present.test_repository import JUNIT
from tests.training.present.test_script import ENGLISH
from training.present import LANGUAGES
from training.present.script import Words

pytestmark = pytest.mark.xdist_group("house")
MOST_SLIDES, SMALLEST, SMALLEST_IN_TABLES = 30, 12, 11
# How wide most letters are, in the size of the text: in sentences and in tables.
SENTENCE, LETTER = 0.5, 0.54
# What a speaker reads first: the section, from when to when, and for how long.
TIMED = re.compile(r"(.+), (\d+):(\d\d)–(\d+):(\d\d) \((\d+):(\d\d)\)")
# Problem and data, modelling, pipeline, drift, and a client scored by the API.
MINUTES = [2, 12, 2, 2, 2]


def run(house: House, out: Path, bundle: Path, language: str) -> tuple[int | None, str]:
    """The command where neither a browser nor git is found; its status and words."""
    report = out.with_name("junit.xml")
    report.write_text(JUNIT)
    options = [f"--out={out}", f"--bundle={bundle}", f"--lang={language}"]
    environment = {**house.environment, "PATH": ""}
    command = ("training", "present", *options, f"--tests={report}")
    done = commands.run(environment, *command)
    return done.status, done.errors + done.out


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def deck(house: House, language: str, tmp_path_factory: Any) -> File:
    out = tmp_path_factory.mktemp("deck") / "deck.pptx"
    status, said = run(house, out, house.bundle, language)
    assert status == 0, said
    assert "no pictures of pages" in said
    made = Presentation(str(out))
    assert f"{len(made.slides)} slides" in said
    return made


def texts(deck: File) -> Iterator[str]:
    for shape in (shape for slide in deck.slides for shape in slide.shapes):
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_there_are_as_many_slides_as_can_be_shown(deck: File) -> None:
    assert 18 <= len(deck.slides) <= MOST_SLIDES
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(set(titles)) == len(titles)


def notes(deck: File) -> list[str]:
    """What the speaker says, slide by slide."""
    frames = [slide.notes_slide.notes_text_frame for slide in deck.slides]
    return [frame.text for frame in frames if frame is not None]


def test_the_notes_time_the_talk_to_the_minutes_of_its_sections(deck: File) -> None:
    told = [note.split("\n", 1) for note in notes(deck)]
    assert len(told) == len(deck.slides) and all(text for _, text in told)
    spent: Counter[str] = Counter()
    clock = 0
    for first, _ in told:
        found = TIMED.fullmatch(first)
        assert found, first
        begin, end, taken = (
            60 * int(found[at]) + int(found[at + 1]) for at in (2, 4, 6)
        )
        assert (begin, end) == (clock, clock + taken) and taken >= 10, first
        clock = end
        spent[found[1]] += taken
    # No API was asked about a client.
    assert [*spent.values()] == [60 * one for one in MINUTES[:-1]]


def test_no_slide_has_an_empty_placeholder_or_text_outside_it(deck: File) -> None:
    assert not [one for one in texts(deck) if re.search("[{}]|!\\[|<br>", one)]
    for number, slide in enumerate(deck.slides, 1):
        for one in slide.placeholders:
            assert one.has_text_frame and one.text_frame.text.strip(), number
        for one in slide.shapes:
            assert min(one.left, one.top) >= 0, (number, one.name)
            assert one.left + one.width <= deck.slide_width, (number, one.name)
            assert one.top + one.height <= deck.slide_height, (number, one.name)


def lines(text: str, room: float, size: float, letter: float) -> int:
    """That a text breaks into in so many points, letters as wide as most."""
    letters = int(room / size / letter)
    return sum(len(textwrap.wrap(one, letters)) or 1 for one in text.split("\v"))


def test_every_text_can_be_read_and_fits(deck: File) -> None:
    checked = 0
    for number, slide in enumerate(deck.slides, 1):
        sizes = {
            one.placeholder_format.idx: one._element.xpath(".//a:defRPr/@sz")[0]
            for one in slide.slide_layout.placeholders
        }
        for place in slide.placeholders:
            size = int(sizes[place.placeholder_format.idx]) / 100
            paragraphs = [one.text for one in place.text_frame.paragraphs]
            room = Emu(place.width).pt - (33 if len(paragraphs) > 1 else 15)
            count = sum(lines(one, room, size, SENTENCE) for one in paragraphs)
            tall = (1.2 * count + 0.5 * (len(paragraphs) - 1)) * size
            assert size >= SMALLEST
            assert tall <= Emu(place.height).pt - 12, (number, paragraphs)
            checked += 1
        for table in (one.table for one in slide.shapes if one.has_table):
            for row in table.rows:
                for column, cell in zip(table.columns, row.cells, strict=True):
                    size = cell.text_frame.paragraphs[0].font.size.pt
                    count = lines(cell.text, Emu(column.width).pt - 14, size, LETTER)
                    assert size >= SMALLEST_IN_TABLES
                    assert 1.2 * count * size <= Emu(row.height).pt - 7, cell.text
                    checked += 1
    assert checked > 100


def test_the_deck_s_numbers_are_those_of_the_bundle(
    deck: File, house: House, language: str
) -> None:
    manifest = json.loads((house.bundle / "manifest.json").read_text())
    words, said = Words(language, {}, {}), "\n".join(texts(deck))
    model = manifest["metrics"]["candidates"]
    for name, form, rows in (
        ("business_score", ".4f", model),
        ("business_score_se", ".4f", model),
        ("auc", ".4f", model),
        ("good_approval_rate", ".1%", manifest["metrics"]["fairness"][0]["groups"]),
        ("value", ".3g", manifest["metrics"]["gates"]),
        ("threshold", ".4f", [manifest]),
    ):
        for one in rows:
            assert words.number(one[name], form) in said
    assert manifest["model"]["mlflow_run_id"] in said


@pytest.mark.parametrize(
    ("language", "unit", "of"),
    [
        ("en", "cost per unit of credit asked for", "0.6 of its credit"),
        ("fr", "coût par unité de crédit demandé", "0,6 de son crédit"),
    ],
)
def test_costs_by_amount_are_said_by_amount(
    house: House, unit: str, of: str, language: str, tmp_path: Path
) -> None:
    bundle, out = tmp_path / "bundle", tmp_path / "deck.pptx"
    shutil.copytree(house.bundle, bundle)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["costs"] = {"false_negative": 0.6, "false_positive": 0.1}
    (bundle / "manifest.json").write_text(
        json.dumps(manifest | {"costs_by_amount": True})
    )
    status, told = run(house, out, bundle, language)
    assert status == 0, told
    said = "\n".join(texts(Presentation(str(out))))
    assert unit in said and of in said
    # The drift was compared when costs were counted by decision.
    assert not re.search(r"(?<!expected )cost per (client|decision)", said)
    assert not re.search(r"coût par (client|décision)", said)


def test_the_costs_of_decisions_add_up_to_the_business_score(
    deck: File, house: House, language: str
) -> None:
    words = Words(language, {}, {})
    score = json.loads((house.bundle / "manifest.json").read_text())["metrics"]["cv"]
    table = next(one.table for one in deck.slides[1].shapes if one.has_table)
    cells = [list(row.cells)[-1].text.replace(",", ".") for row in table.rows][1:]
    assert sum(map(float, cells)) == pytest.approx(score["business_score"], abs=1e-4)
    assert words.number(score["business_score"], ".3f") in "\n".join(texts(deck))


@pytest.mark.parametrize("language", ["fr"], indirect=True)
def test_the_french_deck_is_french(deck: File) -> None:
    said = [*texts(deck), *notes(deck)]
    assert not [one for one in said if ENGLISH.search(one)]


def test_an_altered_bundle_is_refused(house: House, tmp_path: Path) -> None:
    bundle, out = tmp_path / "bundle", tmp_path / "deck.pptx"
    shutil.copytree(house.bundle, bundle)
    (bundle / "importance.json").write_text("{}")
    status, said = run(house, out, bundle, "en")
    assert (status, out.exists()) == (1, False)
    assert "importance.json: not the file that the manifest names" in said
