"""What the deck says: a Markdown file per language, which its head explains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError

from training.errors import ConfigurationError
from training.present.words import Words

HEADING = re.compile(r"(?P<title>.+)\nLayout: (?P<layout>.+)\nSource: (?P<source>.+)")
Rows = list[list[str]]


@dataclass(frozen=True)
class Slide:
    """`contents`: tables, their heads first, and pictures by name."""

    title: str
    layout: str
    source: str
    text: Sequence[str]
    contents: Sequence[Rows | str]


def read_script(
    path: Path, language: str, known: Mapping[str, Any]
) -> tuple[list[Slide], Words]:
    """The slides, filled with what is known, and the words that end the file.

    Raises:
        ConfigurationError: it asks for what is not known, or a slide has no layout.
    """
    template, _, table = path.read_text(encoding="utf-8").partition("\n# Words\n")
    words = Words(language, dict(_rows(table)), known["labels"])
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A subject of a commit may have what ends a table's cell.
        finalize=lambda value: str(value).replace("|", "¦"),
    )
    environment.filters |= {"w": words.say, "f": words.number}
    try:
        text = environment.from_string(template).render(known)
    except (TemplateError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path.name}: cannot be filled: {error}") from None
    parts = re.split(
        r"^# ", words.spaced(text).replace("<br>", "\v"), flags=re.MULTILINE
    )[1:]
    return [_slide(part, path.name) for part in parts], words


def _slide(part: str, file: str) -> Slide:
    first, *blocks = re.split(r"\n{2,}", part.strip())
    heading = HEADING.fullmatch(first)
    if heading is None:
        raise ConfigurationError(
            f"{file}: {first!r}: expected a title, a Layout line and a Source line"
        )
    text: list[str] = []
    contents: list[Rows | str] = []
    for block in blocks:
        if block.startswith("|"):
            contents.append(_rows(block))
        elif pictures := re.findall(r"!\[(\w+)\]", block):
            contents += pictures
        else:
            points = re.split(r"^- ", block, flags=re.MULTILINE)
            text += [re.sub("[ \n]+", " ", point).strip() for point in points if point]
    return Slide(**heading.groupdict(), text=text, contents=contents)


def _rows(table: str) -> Rows:
    """A Markdown table's cells, without the line under its head."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
