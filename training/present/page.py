"""Slides on the template's named layouts: what goes where, and how large."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from pathlib import Path

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as File
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide as Page
from pptx.util import Emu, Inches, Pt

from training.errors import ConfigurationError
from training.present.script import Rows, Slide

TEMPLATE = Path(__file__).with_name("template.pptx")
# Numbers of the template's placeholders: texts from 10, contents from 20, the source.
CONTENTS, SOURCE = range(20, 30), 30
TEXT_SIZES, TABLE_SIZES = range(22, 11, -1), range(18, 8, -1)
# Inches per point: a line, what is between paragraphs, and a letter as wide as most.
LINE, BETWEEN, LETTER = 1.2 / 72, 0.6 / 72, 0.55 / 72
# Sentences have fewer digits and capitals than tables.
SENTENCE = 1.08
# Inches of a place and of a cell that text does not take, and of a bullet's indent.
PADDING, INDENT, CELL = 0.2, 0.25, 0.16
# The widest column's cells are broken into lines, of no fewer letters, where the others
# have no room at a readable size.
READABLE, BROKEN = 12, 24
NUMERIC = re.compile(r"[^A-Za-z]*(e[−+]\d+)?")
# A table, or what makes a picture for a place of so many inches.
Content = Rows | Callable[[tuple[float, float]], bytes]


def new_file() -> File:
    return Presentation(str(TEMPLATE))


def add_slide(file: File, slide: Slide, contents: Sequence[Content]) -> None:
    """A slide whose texts and tables are as large as their places let them be.

    Raises:
        ConfigurationError: no such layout, it has other places, or something is too
            long for its place.
    """
    layout = file.slide_layouts.get_by_name(slide.layout)
    if layout is None:
        names = ", ".join(slide_layout.name for slide_layout in file.slide_layouts)
        raise ConfigurationError(f"no layout {slide.layout!r}; found: {names}")
    page = file.slides.add_slide(layout)
    places = {
        placeholder.placeholder_format.idx: placeholder
        for placeholder in page.placeholders
    }
    places.pop(0).text_frame.text = slide.title
    places.pop(SOURCE).text_frame.text = slide.source
    slots = [places.pop(at) for at in CONTENTS if at in places]
    texts = (
        [slide.text] if len(places) == 1 else [[paragraph] for paragraph in slide.text]
    )
    if len(texts) != len(places) or len(contents) != len(slots):
        raise ConfigurationError(
            f"{slide.title!r}: layout {slide.layout!r} is for {len(places)} texts and"
            f" {len(slots)} tables or pictures, found {len(texts)} and {len(contents)}"
        )
    for placeholder, paragraphs in zip(places.values(), texts, strict=True):
        _write(placeholder, paragraphs)
    for slot, content in zip(slots, contents, strict=True):
        if callable(content):
            size = Emu(slot.width).inches, Emu(slot.height).inches
            _picture(page, slot, content(size), slide.title)
        else:
            _table(page, slot, content)
        slot.element.getparent().remove(slot.element)


def height(text: str, room: float, size: float) -> float:
    """Of a text broken into lines of `room` inches, by the width of most letters.

    Infinite when a word does not fit.
    """
    letters = max(int(room / LETTER / size), 1)
    breaks = partial(textwrap.wrap, width=letters, break_long_words=False)
    lines = [line for part in text.split("\v") for line in breaks(part) or [""]]
    if max(map(len, lines)) > letters:
        return inf
    return len(lines) * LINE * size


def _write(placeholder: SlidePlaceholder, paragraphs: Sequence[str]) -> None:
    wide, tall = (
        Emu(side).inches - PADDING for side in (placeholder.width, placeholder.height)
    )
    wide -= INDENT
    apart = len(paragraphs) - 1
    for size in TEXT_SIZES:
        taken = sum(
            height(paragraph, wide * SENTENCE, size) for paragraph in paragraphs
        )
        if taken + apart * BETWEEN * size <= tall:
            break
    else:
        raise ConfigurationError(f"{paragraphs[0]!r}: too long for its place")
    placeholder.text_frame.text = "\n".join(paragraphs)
    for paragraph in placeholder.text_frame.paragraphs:
        paragraph.font.size = Pt(size)


def _picture(
    page: Page, placeholder: SlidePlaceholder, png: bytes, alt_text: str
) -> None:
    """In the middle of its place, as large as that is, and described."""
    picture = page.shapes.add_picture(
        io.BytesIO(png), placeholder.left, placeholder.top
    )
    scale = min(placeholder.width / picture.width, placeholder.height / picture.height)
    picture.width, picture.height = (
        Emu(int(scale * side)) for side in (picture.width, picture.height)
    )
    picture.left = Emu(placeholder.left + (placeholder.width - picture.width) // 2)
    picture.top = Emu(placeholder.top + (placeholder.height - picture.height) // 2)
    picture._element._nvXxPr.cNvPr.set("descr", alt_text)


def _table(page: Page, placeholder: SlidePlaceholder, rows: Rows) -> None:
    """As wide as its place, and as high unless it has few rows."""
    wide, tall = Emu(placeholder.width).inches, Emu(placeholder.height).inches
    letters = [max(map(len, texts)) + 1 for texts in zip(*rows, strict=True)]
    room, widest = wide - CELL * len(letters), letters.index(max(letters))
    left = int(room / LETTER / READABLE) - sum(letters) + letters[widest]
    letters[widest] = min(letters[widest], max(left, BROKEN))
    columns = [room * length / sum(letters) for length in letters]
    for size in TABLE_SIZES:
        heights = [
            CELL / 2
            + max(height(text, columns[at], size) for at, text in enumerate(row))
            for row in rows
        ]
        if sum(heights) <= tall:
            break
    else:
        raise ConfigurationError(f"{rows[0][0]!r}: {len(rows)} rows do not fit")
    shape = page.shapes.add_table(
        len(rows),
        len(columns),
        placeholder.left,
        placeholder.top,
        placeholder.width,
        placeholder.height,
    )
    for at, inches in enumerate(columns):
        shape.table.columns[at].width = Inches(inches + CELL)
    for at, inches in enumerate(heights):
        shape.table.rows[at].height = Inches(inches * min(tall / sum(heights), 2.2))
    for at, texts in enumerate(zip(*rows, strict=True)):
        number = at > 0 and all(NUMERIC.fullmatch(text) for text in texts[1:])
        for row, text in enumerate(texts):
            cell = shape.table.cell(row, at)
            cell.margin_left = cell.margin_right = Inches(CELL / 2)
            cell.margin_top = cell.margin_bottom = Inches(CELL / 8)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.text_frame.text = text
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if number else PP_ALIGN.LEFT
            paragraph.font.size = Pt(size)
