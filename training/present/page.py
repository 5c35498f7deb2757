"""Drawing on slides: where things go, and that they fit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as File
from pptx.shapes.autoshape import Shape
from pptx.slide import Slide
from pptx.table import _Cell
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Inches, Length, Pt

from training.errors import TrainingError
from training.present import fit

FONT = "Arial"
INK, QUIET, ACCENT = "1B2733", "5F6B79", "2E7EB8"
PALE, WHITE = "E8F0F7", "FFFFFF"
SMALLEST = 10
TITLE_ONLY = 5
CELL = 0.08
# What another renderer may need more for a cell than was measured, in inches.
SLACK = 0.06


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def beside(self, share: float, gap: float = 0.3) -> tuple[Box, Box]:
        """Split into a left part with `share` of the width, and a right one."""
        first = (self.width - gap) * share
        rest = self.width - gap - first
        return (
            Box(self.left, self.top, first, self.height),
            Box(self.left + first + gap, self.top, rest, self.height),
        )

    def above(self, height: float, gap: float = 0.2) -> tuple[Box, Box]:
        """Split into an upper part of that height, and the rest."""
        below = self.top + height + gap
        return (
            Box(self.left, self.top, self.width, height),
            Box(self.left, below, self.width, self.top + self.height - below),
        )


PAGE = Box(0.0, 0.0, 13.333, 7.5)
TITLE = Box(0.6, 0.35, 12.13, 0.95)
BODY = Box(0.6, 1.45, 12.13, 5.4)
SOURCE = Box(0.6, 6.98, 12.13, 0.38)


def new_file() -> File:
    file = Presentation()
    file.slide_width, file.slide_height = Inches(PAGE.width), Inches(PAGE.height)
    return file


def page(file: File, title: str, source: str) -> Slide:
    """A slide with its title, and where its content comes from."""
    slide = file.slides.add_slide(file.slide_layouts[TITLE_ONLY])
    _drop_empty(slide)
    shape = slide.shapes.title
    assert shape is not None
    _place(shape, TITLE)
    _write(shape.text_frame, [title], _title_size(title), bold=True)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches(_under(TITLE)))
    _fill(rule, ACCENT)
    say(slide, SOURCE, [source], largest=SMALLEST, colour=QUIET)
    return slide


def _title_size(title: str) -> int:
    """One line, if it can be read; bold letters are wider than those measured."""
    room = 0.88 * TITLE.width
    for size in fit.sizes(30, 20):
        if fit.width(title, size) <= room:
            return size
    return _size([title], Box(0, 0, room, TITLE.height), 20)


def say(
    slide: Slide,
    box: Box,
    paragraphs: Sequence[str],
    *,
    largest: int = 24,
    colour: str = INK,
    bullets: bool = False,
) -> None:
    """Text as large as the box lets it be."""
    size = _size(paragraphs, box, largest, bullets)
    shape = slide.shapes.add_textbox(*_inches(box))
    _write(shape.text_frame, paragraphs, size, colour=colour)
    if bullets:
        for paragraph in shape.text_frame.paragraphs:
            _bullet(paragraph, size)


def table(
    slide: Slide,
    box: Box,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    size: int | None = None,
) -> None:
    """A table with one line per row: numbers to the right, the first column left.

    Raises:
        TrainingError: it does not fit at the smallest size.
    """
    every = [list(head), *(list(row) for row in rows)]
    size = size or table_size(box, head, rows)
    wide, tall = _widths(every, size), _row_height(size)
    spare = min(box.width - sum(wide), 0.5 * sum(wide)) / len(wide)
    frame = slide.shapes.add_table(
        len(every),
        len(head),
        Inches(box.left),
        Inches(box.top),
        Inches(sum(wide) + spare * len(wide)),
        Inches(tall * len(every)),
    )
    for at, one in enumerate(wide):
        frame.table.columns[at].width = Inches(one + spare)
    for number, row in enumerate(every):
        frame.table.rows[number].height = Inches(tall)
        for at, text in enumerate(row):
            _fill_cell(frame.table.cell(number, at), text, size, number, at)


def table_size(box: Box, head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The largest size at which each row takes one line.

    Raises:
        TrainingError: there is none.
    """
    every = [head, *rows]
    for size in fit.sizes(16, SMALLEST):
        wide, tall = sum(_widths(every, size)), _row_height(size) * len(every)
        if wide <= box.width and tall <= box.height:
            return size
    raise TrainingError(f"slide: a table of {len(rows)} rows does not fit")


def picture(slide: Slide, box: Box, png: bytes, said: str) -> None:
    """A picture, as large as the box lets it be, with `said` for who cannot see it."""
    shape = slide.shapes.add_picture(
        io.BytesIO(png), Inches(box.left), Inches(box.top), width=Inches(box.width)
    )
    if shape.height > Inches(box.height):
        shape.width = Length(int(shape.width * Inches(box.height) / shape.height))
        shape.height = Inches(box.height)
    shape.left = Length(Inches(box.left) + (Inches(box.width) - shape.width) // 2)
    (properties,) = shape._element.xpath("./p:nvPicPr/p:cNvPr")
    properties.set("descr", said)


def node(
    slide: Slide, box: Box, text: str, *, strong: bool = False, largest: int = 14
) -> Shape:
    """A named box of a drawing."""
    shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *_inches(box))
    _fill(shape, ACCENT if strong else PALE)
    paragraphs = text.split("\n")
    size = _size(paragraphs, box, largest)
    colour = WHITE if strong else INK
    _write(shape.text_frame, paragraphs, size, colour=colour)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    for paragraph in shape.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.CENTER
    return shape


def arrow(slide: Slide, start: tuple[float, float], end: tuple[float, float]) -> None:
    line = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, *(Inches(one) for one in (*start, *end))
    )
    line.line.color.rgb = RGBColor.from_string(QUIET)
    line.line.width = Pt(1.5)
    properties = line.line._get_or_add_ln()
    properties.append(properties.makeelement(qn("a:tailEnd"), {"type": "triangle"}))


def _widths(rows: Sequence[Sequence[str]], size: int) -> list[float]:
    return [
        max(fit.width(row[at], size) for row in rows) + 2 * CELL + SLACK
        for at in range(len(rows[0]))
    ]


def _row_height(size: int) -> float:
    return 1.75 * size / fit.POINTS_PER_INCH


def save(file: File, out: Path) -> None:
    file.save(str(out))


def _size(
    paragraphs: Sequence[str], box: Box, largest: int, bullets: bool = False
) -> int:
    room = box.width, box.height
    size = fit.size_of(paragraphs, room, largest, SMALLEST, bullets)
    if size is None:
        raise TrainingError(f"slide: this text does not fit: {paragraphs[0][:60]}…")
    return size


def _write(
    frame: TextFrame,
    paragraphs: Sequence[str],
    size: int,
    *,
    colour: str = INK,
    bold: bool = False,
) -> None:
    frame.word_wrap = True
    for side in ("margin_left", "margin_right", "margin_top", "margin_bottom"):
        setattr(frame, side, Inches(fit.MARGIN))
    for at, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.line_spacing = 1.0
        paragraph.space_after = Pt(fit.BETWEEN * size if text != paragraphs[-1] else 0)
        _run(paragraph, text, size, colour, bold)


def _run(
    paragraph: _Paragraph, text: str, size: int, colour: str, bold: bool = False
) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(colour)


def _bullet(paragraph: _Paragraph, size: int) -> None:
    indent = str(Inches(fit.indent(size)))
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", indent)
    properties.set("indent", f"-{indent}")
    properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def _fill_cell(cell: _Cell, text: str, size: int, row: int, column: int) -> None:
    cell.margin_left = cell.margin_right = Inches(CELL)
    cell.margin_top = cell.margin_bottom = Inches(0)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.text_frame.word_wrap = False
    cell.fill.solid()
    colour = ACCENT if row == 0 else WHITE if row % 2 else PALE
    cell.fill.fore_color.rgb = RGBColor.from_string(colour)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if column == 0 else PP_ALIGN.RIGHT
    _run(paragraph, text, size, WHITE if row == 0 else INK)


def _fill(shape: Shape, colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def _under(box: Box) -> Box:
    return Box(box.left + fit.MARGIN, box.top + box.height, 1.2, 0.05)


def _drop_empty(slide: Slide) -> None:
    """Date, footer and number are not filled in: an empty one would show."""
    for one in list(slide.placeholders):
        if one.placeholder_format.idx:
            one.element.getparent().remove(one.element)


def _place(shape: Shape, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = _inches(box)


def _inches(box: Box) -> tuple[Length, Length, Length, Length]:
    return (
        Inches(box.left),
        Inches(box.top),
        Inches(box.width),
        Inches(box.height),
    )
