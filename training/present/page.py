"""Slides on the template's named layouts: what goes where, and how large."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as File
from pptx.table import Table
from pptx.util import Emu, Pt

from training.errors import ConfigurationError
from training.present.script import Rows, Slide

# Numbers of the template's placeholders: texts from 10, contents from 20, the source.
CONTENTS, SOURCE = range(20, 30), 30
TABLE_SIZES = range(18, 9, -1)
# Points of the sides of a table's cell, and letters of its longest line.
WIDE, HIGH, BROKEN = 14.4, 7.2, 76
# In the size of its text: a letter as wide as most, a line, a row as high as may be.
LETTER, LINE, HIGHEST = 0.54, 1.2, 5
NUMERIC = re.compile(r"[^A-Za-z]*(e[−+]\d+)?")
# Draws the picture of a name, so many inches wide and high.
Draw = Callable[[str, tuple[float, float]], bytes]


def add_slide(file: File, slide: Slide, notes: str, draw: Draw) -> None:
    """A slide whose tables and pictures are as large as their places, and its notes.

    Raises:
        ConfigurationError: no such layout, it has other places, or a table is too large
            for its place.
    """
    layout = file.slide_layouts.get_by_name(slide.layout)
    if layout is None:
        names = ", ".join(one.name for one in file.slide_layouts)
        raise ConfigurationError(f"no layout {slide.layout!r}; found: {names}")
    page = file.slides.add_slide(layout)
    places = {one.placeholder_format.idx: one for one in page.placeholders}
    places.pop(0).text_frame.text = slide.title
    places.pop(SOURCE).text_frame.text = slide.source
    slots = [places.pop(at) for at in CONTENTS if at in places]
    texts = [slide.text] if len(places) == 1 else [[one] for one in slide.text]
    if len(texts) != len(places) or len(slide.contents) != len(slots):
        raise ConfigurationError(
            f"{slide.title!r}: layout {slide.layout!r} is for {len(places)} texts and"
            f" {len(slots)} tables or pictures, found {len(texts)} and"
            f" {len(slide.contents)}"
        )
    for place, paragraphs in zip(places.values(), texts, strict=True):
        place.text_frame.text = "\n".join(paragraphs)
    for slot, content in zip(slots, slide.contents, strict=True):
        box = slot.left, slot.top, slot.width, slot.height
        if isinstance(content, str):
            inches = Emu(slot.width).inches, Emu(slot.height).inches
            picture = page.shapes.add_picture(io.BytesIO(draw(content, inches)), *box)
            picture._element._nvXxPr.cNvPr.set("descr", slide.title)
        else:
            shape = page.shapes.add_table(len(content), len(content[0]), *box)
            _fill(shape.table, content, Emu(slot.width).pt, Emu(slot.height).pt)
        slot.element.getparent().remove(slot.element)
    frame = page.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = notes


def _fill(table: Table, rows: Rows, wide: float, tall: float) -> None:
    """As wide as its place, and as high unless it has few rows."""
    broken = [[textwrap.fill(text, BROKEN) for text in row] for row in rows]
    columns: list[tuple[str, ...]] = list(zip(*broken, strict=True))
    letters = [max(map(len, "\n".join(texts).split("\n"))) + 1 for texts in columns]
    numbers = [all(map(NUMERIC.fullmatch, texts[1:])) for texts in columns]
    lines = [max(text.count("\n") + 1 for text in row) for row in broken]
    widest = (wide - WIDE * len(letters)) / (sum(letters) * LETTER)
    highest = (tall - HIGH * len(rows)) / sum(lines)
    size = int(min(TABLE_SIZES[0], widest, highest / LINE))
    if size not in TABLE_SIZES:
        raise ConfigurationError(
            f"{rows[0][0]!r}: the table is too large for its place"
        )
    for at, count in enumerate(letters):
        table.columns[at].width = Pt(WIDE + count * widest * LETTER)
    for row, count, texts in zip(table.rows, lines, broken, strict=True):
        row.height = Pt(HIGH + count * min(highest, HIGHEST * size))
        for cell, text, number in zip(row.cells, texts, numbers, strict=True):
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.text = text.replace("\n", "\v")
            (paragraph,) = cell.text_frame.paragraphs
            paragraph.alignment = PP_ALIGN.RIGHT if number else PP_ALIGN.LEFT
            paragraph.font.size = Pt(size)
