"""Slides on the template's named layouts: what goes where, and that it fits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from matplotlib.font_manager import FontProperties, findfont, get_font
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as File
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Emu, Inches, Pt

from training.errors import ConfigurationError

TEMPLATE = Path(__file__).with_name("template.pptx")
# Numbers of the template's placeholders: texts from 10, contents from 20, the source.
FIRST_CONTENT, SOURCE = 20, 30
TITLE_SIZES, TEXT_SIZES, TABLE_SIZES = (30, 20), (22, 12), (16, 11)
POINTS, LINE, PADDING, CELL = 72, 1.2, 0.1, 0.08
# Measured with DejaVu Sans, which every installation has; the template's Arial and
# what stands in for it are narrower.
NARROWER = 0.93
NUMERIC = re.compile(r"[^A-Za-z]*(e[−+]\d+)?")
Size = tuple[float, float]


@dataclass(frozen=True)
class Rows:
    """A table's texts."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def new_file() -> File:
    return Presentation(str(TEMPLATE))


def add_slide(
    file: File,
    layout: str,
    title: str,
    source: str,
    text: Sequence[str],
    bullets: bool,
    contents: Sequence[Rows | Callable[[Size], bytes]],
) -> None:
    """A slide whose text and tables are as large as their places let them be.

    Raises:
        ConfigurationError: no such layout, it has other places, or something is too
            long for its place.
    """
    found = file.slide_layouts.get_by_name(layout)
    if found is None:
        names = ", ".join(one.name for one in file.slide_layouts)
        raise ConfigurationError(f"{title!r}: no layout {layout!r}; found: {names}")
    slide = file.slides.add_slide(found)
    places = {one.placeholder_format.idx: one for one in slide.placeholders}
    texts = [one for idx, one in places.items() if 0 < idx < FIRST_CONTENT]
    slots = [one for idx, one in places.items() if FIRST_CONTENT <= idx < SOURCE]
    parts = [[one] for one in text] if len(texts) > 1 else [text]
    if len(parts) != len(texts) or len(contents) != len(slots):
        raise ConfigurationError(
            f"{title!r}: layout {layout!r} has places for {len(texts)} texts and"
            f" {len(slots)} tables or pictures, found {len(parts)} and {len(contents)}"
        )
    _write(places[0], [title], TITLE_SIZES)
    _write(places[SOURCE], [source], (12, 12))
    for place, paragraphs in zip(texts, parts, strict=True):
        _write(place, paragraphs, TEXT_SIZES, bullets and len(texts) == 1)
    for slot, content in zip(slots, contents, strict=True):
        if isinstance(content, Rows):
            _table(slide, slot, content)
        else:
            _picture(slide, slot, content(_inches(slot)), title)
        slot.element.getparent().remove(slot.element)


def _inches(place: SlidePlaceholder) -> Size:
    return Emu(place.width).inches, Emu(place.height).inches


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Of one line, in inches; `size` in points."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    font.set_size(size, POINTS)
    font.set_text(text)
    return NARROWER * float(font.get_width_height()[0]) / 64 / POINTS


def height(paragraphs: Sequence[str], size: float, room: float) -> float:
    """Of paragraphs broken into lines of `room` inches, without what separates them."""
    return sum(_lines(one, size, room) for one in paragraphs) * LINE * size / POINTS


def _lines(text: str, size: float, room: float) -> int:
    count, line = 1, ""
    for word in text.replace("\v", " ").split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            count, line = count + 1, word
        else:
            line = longer
    return max(count, 1 + text.count("\v"))


def _write(
    place: SlidePlaceholder,
    paragraphs: Sequence[str],
    sizes: tuple[int, int],
    bullets: bool = False,
) -> None:
    """Paragraphs at the largest size that fits, apart as far as their place lets."""
    wide, tall = (side - 2 * PADDING for side in _inches(place))
    for size in range(sizes[0], sizes[1] - 1, -1):
        indent = size / POINTS if bullets else 0.0
        left = tall - height(paragraphs, size, wide - indent)
        if left >= 0.4 * (len(paragraphs) - 1) * size / POINTS:
            break
    else:
        raise ConfigurationError(f"{paragraphs[0]!r}: too long for its place")
    frame: TextFrame = place.text_frame
    frame.text = "\n".join(paragraphs)
    for paragraph in frame.paragraphs:
        paragraph.font.size = Pt(size)
        for run in paragraph.runs:
            run.font.size = Pt(size)
        if len(paragraphs) > 1:
            paragraph.space_after = Inches(min(left / len(paragraphs), 1.6 * indent))
        if bullets:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("marL", str(Inches(indent)))
            properties.set("indent", str(-Inches(indent)))
            bullet = properties.makeelement(qn("a:buChar"), {"char": "•"})
            properties.append(bullet)


def _picture(
    slide: Slide, place: SlidePlaceholder, png: bytes, description: str
) -> None:
    """In the middle of its place, as large as that is, and described."""
    picture = slide.shapes.add_picture(io.BytesIO(png), place.left, place.top)
    scale = min(place.width / picture.width, place.height / picture.height)
    picture.width, picture.height = (
        Emu(int(scale * side)) for side in (picture.width, picture.height)
    )
    picture.left = Emu(place.left + (place.width - picture.width) // 2)
    picture.top = Emu(place.top + (place.height - picture.height) // 2)
    picture._element._nvXxPr.cNvPr.set("descr", description)


def _table(slide: Slide, place: SlidePlaceholder, table: Rows) -> None:
    every = [table.head, *table.rows]
    wide, tall = _inches(place)
    for size in range(TABLE_SIZES[0], TABLE_SIZES[1] - 1, -1):
        columns = _columns(every, size, wide)
        heights = [
            max(
                height([text], size, column - 2 * CELL)
                for text, column in zip(row, columns, strict=True)
            )
            + CELL
            for row in every
        ]
        if min(columns) > 0 and sum(heights) <= tall:
            break
    else:
        raise ConfigurationError(f"{table.head[0]!r}: {len(every)} rows do not fit")
    spare = min(tall / sum(heights), 2.6)
    frame = slide.shapes.add_table(
        len(every),
        len(columns),
        place.left,
        place.top,
        Inches(sum(columns)),
        Inches(spare * sum(heights)),
    )
    right = []
    for at, column in enumerate(columns):
        frame.table.columns[at].width = Inches(column)
        right.append(at > 0 and all(NUMERIC.fullmatch(row[at]) for row in table.rows))
    for number, row in enumerate(every):
        frame.table.rows[number].height = Inches(spare * heights[number])
        for at, text in enumerate(row):
            cell = frame.table.cell(number, at)
            cell.margin_left = cell.margin_right = Inches(CELL)
            cell.margin_top = cell.margin_bottom = Inches(CELL / 4)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.text_frame.text = text
            paragraph = cell.text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if right[at] else PP_ALIGN.LEFT
            for run in paragraph.runs:
                run.font.size = Pt(size)


def _columns(every: Sequence[Sequence[str]], size: int, room: float) -> list[float]:
    """As wide as their longest text, the widest less where there is too little room."""
    columns = [
        max(width(text, size) for text in column) * 1.05 + 2 * CELL
        for column in zip(*every, strict=True)
    ]
    spare = room - sum(columns)
    if spare < 0:
        columns[columns.index(max(columns))] += spare
        return columns
    return [one + spare / len(columns) for one in columns]
