"""What the deck says: a Markdown file per language, which its head explains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.errors import ConfigurationError

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
WORDS = "Words"
HEAD = 2
KEY = re.compile(r"(Layout|Source|For each): (.+)")
PICTURE = re.compile(r"!\[(\w+)\]")


@dataclass(frozen=True)
class Table:
    """`row` is written once for each entry of the list named `each`."""

    each: str
    head: Sequence[str]
    row: Sequence[str]


@dataclass
class Slide:
    """`contents`: tables, and pictures by their names."""

    title: str
    layout: str = ""
    source: str = ""
    text: list[str] = field(default_factory=list)
    bullets: bool = False
    contents: list[Table | str] = field(default_factory=list)


def read_script(path: Path) -> tuple[list[Slide], Mapping[str, str]]:
    """The slides, and the table of words that ends the file.

    Raises:
        ConfigurationError: a slide has no layout.
    """
    slides, words = [], {}
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        title, *lines = part.splitlines()
        if title == WORDS:
            rows = [_cells(line) for line in lines if line.startswith("|")]
            words = dict(rows[HEAD:])
            continue
        slides.append(_slide(title, lines))
        if not slides[-1].layout:
            raise ConfigurationError(f"{path.name}: {title!r}: expected a Layout line")
    return slides, words


def _slide(title: str, lines: Sequence[str]) -> Slide:
    slide, each, goes_on = Slide(title), "", False
    rows: list[list[str]] = []
    for line in lines:
        if key := KEY.fullmatch(line):
            each = key[2] if key[1] == "For each" else each
            slide.layout = key[2] if key[1] == "Layout" else slide.layout
            slide.source = key[2] if key[1] == "Source" else slide.source
        elif picture := PICTURE.fullmatch(line):
            slide.contents.append(picture[1])
        elif line.startswith("|"):
            rows.append(_cells(line))
            if len(rows) > HEAD:
                slide.contents.append(Table(each, rows[0], rows[HEAD]))
        elif goes_on and line and not line.startswith("- "):
            slide.text[-1] += f" {line.strip()}"
        elif line:
            slide.bullets |= line.startswith("- ")
            slide.text.append(line.removeprefix("- "))
        goes_on = bool(line) and line[0] not in "|!" and not KEY.fullmatch(line)
    return slide


def _cells(line: str) -> list[str]:
    return [one.strip() for one in line.strip().strip("|").split("|")]
