"""What the deck says: a Markdown file per language, which its head explains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, StrictUndefined, TemplateError

from training.errors import ConfigurationError

FIXED, MINUS = "\u00a0", "\u2212"
NUMBER = re.compile(r"[+\-\u2212]?[\d,]*\.?\d+%?")
HEADING = re.compile(
    r"(?P<title>.+)\nLayout: (?P<layout>.+)\nSource: (?P<source>.+)"
    r"\nTalk: (?P<section>\w+), (?P<share>\d+)"
)
Rows = list[list[str]]


@dataclass(frozen=True)
class Words:
    """`table`: what the language's file says for texts of ours and of the run.

    A number in them is a `#`. `labels`: of features, columns and reasons, in every
    language.
    """

    language: str
    table: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    def number(self, value: Any, form: str) -> str:
        """As Python formats it and the language writes it."""
        return "–" if value is None else self._local(format(value, form))

    def _local(self, number: str) -> str:
        locale = Locale.parse(self.language)
        written = locale.number_symbols["latn"]
        # Not every font has the narrow one.
        group = written["group"].replace("\u202f", FIXED)
        signs = {",": group, ".": written["decimal"], "-": MINUS}
        percent = str(locale.percent_formats[None].pattern).lstrip("#,0")
        return number.translate(str.maketrans({**signs, "%": percent}))

    def spaced(self, text: str) -> str:
        """What French puts before and after some signs never ends a line."""
        if self.language != "fr":
            return text
        return re.sub("(?<! ) (?=[:;?!»])|(?<=«) ", FIXED, text)

    def say(self, value: Any) -> str:
        """What comes with the run, in words as far as they, or its parts, are known."""
        if isinstance(value, Mapping):
            return str(value[self.language]).replace("\u202f", FIXED)
        text = str(value)
        if text in self.labels:
            return self.labels[text][self.language]
        said = {"#": "#", **self.table}.get(NUMBER.sub("#", text))
        if said is not None:
            numbers = map(self._local, NUMBER.findall(text))
            return re.sub("#", lambda _: next(numbers), said)
        colon = f"{FIXED}: " if self.language == "fr" else ": "
        for sign, written in ((": ", colon), (", ", ", ")):
            first, found, rest = text.partition(sign)
            if found:
                return self.say(first) + written + self.say(rest)
        return text


@dataclass(frozen=True)
class Section:
    """A part of the talk, and how long it takes."""

    name: str
    minutes: int


@dataclass(frozen=True)
class Slide:
    """`contents`: tables, their heads first, and pictures by name.

    `share`: of its section's time, against those of its other slides; `notes`: what the
    speaker says.
    """

    title: str
    layout: str
    source: str
    section: Section
    share: int
    text: Sequence[str]
    contents: Sequence[Rows | str]
    notes: str


def read_script(
    path: Path, language: str, known: Mapping[str, Any]
) -> tuple[list[Slide], Words]:
    """The slides, filled with what is known, and the words that the file says.

    Raises:
        ConfigurationError: it asks for what is not known, or a slide has no layout.
    """
    template, _, tables = path.read_text(encoding="utf-8").partition("\n# Sections\n")
    talk, _, table = tables.partition("\n# Words\n")
    sections = {
        key: Section(name, int(minutes)) for key, name, minutes in rows_of(talk)[1:]
    }
    words = Words(language, dict(rows_of(table)), known["labels"])
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
    _, *parts = ("\n" + words.spaced(text).replace("<br>", "\v")).split("\n# ")
    return [_slide(one, sections, path.name) for one in parts], words


def _slide(part: str, sections: Mapping[str, Section], file: str) -> Slide:
    first, *blocks = re.split(r"\n{2,}", part.strip())
    heading = HEADING.fullmatch(first)
    if heading is None or heading["section"] not in sections:
        raise ConfigurationError(
            f"{file}: {first!r}: expected a title, a Layout line, a Source line and a"
            f" Talk line that names one of the sections {', '.join(sections)}"
        )
    text: list[str] = []
    notes: list[str] = []
    contents: list[Rows | str] = []
    for block in blocks:
        if block.startswith("|"):
            contents.append(rows_of(block))
        elif pictures := re.findall(r"!\[(\w+)\]", block):
            contents += pictures
        elif block.startswith("> "):
            notes.append(re.sub("\n> ", " ", block.removeprefix("> ")))
        else:
            points = re.split(r"^- ", block, flags=re.MULTILINE)
            text += [re.sub("[ \n]+", " ", one).strip() for one in points if one]
    return Slide(
        heading["title"],
        heading["layout"],
        heading["source"],
        sections[heading["section"]],
        int(heading["share"]),
        text,
        contents,
        "\n".join(notes),
    )


def rows_of(table: str) -> Rows:
    """A Markdown table's cells, without the line under its head."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[one.strip() for one in line.strip("| ").split("|")] for line in lines]
