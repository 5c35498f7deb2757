"""The deck of the invented house, in both languages: whole, and inside its slides."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.presentation import Presentation as File
from pptx.util import Emu

from tests import commands
from tests.conftest import House
from training.present import fit
from training.present.texts import TEXTS
from training.present.words import LANGUAGES, Words

pytestmark = pytest.mark.xdist_group("house")
MOST_SLIDES = 30


def run(house: House, out: Path, bundle: Path, language: str) -> tuple[int | None, str]:
    """The command where no browser is found; its status and what it said."""
    options = [f"--out={out}", f"--bundle={bundle}", f"--lang={language}"]
    environment = {**house.environment, "PATH": ""}
    done = commands.run(environment, "training", "present", *options)
    return done.status, done.errors + done.out


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def deck(house: House, language: str, tmp_path_factory: Any) -> File:
    out = tmp_path_factory.mktemp("deck") / "deck.pptx"
    status, said = run(house, out, house.bundle, language)
    assert status == 0, said
    assert "no chromium is installed" in said
    made = Presentation(str(out))
    assert f"{len(made.slides)} slides" in said
    return made


def test_there_are_as_many_slides_as_can_be_shown(deck: File) -> None:
    assert 20 <= len(deck.slides) <= MOST_SLIDES
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(set(titles)) == len(titles)


def test_nothing_is_empty_or_outside(deck: File) -> None:
    for number, slide in enumerate(deck.slides, 1):
        for one in slide.placeholders:
            assert one.has_text_frame and one.text_frame.text.strip(), number
        for one in slide.shapes:
            assert min(one.left, one.top) >= 0, (number, one.name)
            assert one.left + one.width <= deck.slide_width, (number, one.name)
            assert one.top + one.height <= deck.slide_height, (number, one.name)


def test_every_text_fits_its_shape(deck: File) -> None:
    checked = 0
    for number, slide in enumerate(deck.slides, 1):
        for one in slide.shapes:
            if one.has_text_frame and one.text_frame.text:
                paragraphs = [each.text for each in one.text_frame.paragraphs]
                size = one.text_frame.paragraphs[0].runs[0].font.size.pt
                tall = fit.height(paragraphs, size, Emu(one.width).inches)
                assert tall <= Emu(one.height).inches + 0.01, (number, paragraphs)
                checked += 1
            elif one.has_table:
                for row in one.table.rows:
                    for at, cell in enumerate(row.cells):
                        size = cell.text_frame.paragraphs[0].runs[0].font.size.pt
                        room = Emu(one.table.columns[at].width).inches
                        assert fit.width(cell.text, size) < room, (number, cell.text)
                        checked += 1
    assert checked > 100


def test_the_numbers_are_those_of_the_bundle(
    deck: File, house: House, language: str
) -> None:
    manifest = json.loads((house.bundle / "manifest.json").read_text())
    words, said = Words(language), "\n".join(texts(deck))
    for one in manifest["metrics"]["candidates"]:
        assert words.error(one["business_score"], one["business_score_se"]) in said
    assert words.number(manifest["threshold"], 4) in said
    assert manifest["model"]["mlflow_run_id"] in said


def texts(deck: File) -> Iterator[str]:
    for shape in (shape for slide in deck.slides for shape in slide.shapes):
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_an_altered_bundle_is_refused(house: House, tmp_path: Path) -> None:
    bundle, out = tmp_path / "bundle", tmp_path / "deck.pptx"
    shutil.copytree(house.bundle, bundle)
    (bundle / "importance.json").write_text("{}")
    status, said = run(house, out, bundle, "en")
    assert (status, out.exists()) == (1, False)
    assert "importance.json: not the file that the manifest names" in said


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_have_the_same_places_for_numbers(name: str) -> None:
    english, french = (set(re.findall(r"\{(\w*)\}", text)) for text in TEXTS[name])
    assert english == french
