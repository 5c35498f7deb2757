"""What reports and cards are made of: Markdown, in every language at once."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from training.language import Labels, alike, joined

WIDTH = 88


def table(names: Sequence[Labels], rows: Iterable[Sequence[Labels]]) -> Labels:
    """The names of the columns, then a line for each row."""
    rule = alike("|" + "---|" * len(names))
    return joined([_line(names), rule, *map(_line, rows)], "\n")


def _line(cells: Sequence[Labels]) -> Labels:
    return joined([alike("|"), joined(cells, " | "), alike("|")], " ")


def paragraph(*sentences: Labels) -> Labels:
    """Sentences, broken into lines where a reader of the file wants them."""
    return {
        language: textwrap.fill(text, WIDTH, break_long_words=False)
        for language, text in joined(sentences, " ").items()
    }


def document(parts: Iterable[Labels]) -> Labels:
    """Headings, paragraphs and tables, an empty line between them."""
    return joined([joined(parts, "\n\n"), alike("\n")], "")
