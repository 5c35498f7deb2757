"""The cells of tables: what is read of them, and what is taken along as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from texts.formats import decimal_and_group

# What a program for tables would take for a formula, unless it is a number.
_FORMULA = re.compile(r"[=+@\t\r-](?![\d.,\s]+%?$)")


@dataclass(frozen=True)
class Exact:
    """A number that is shown as `text` and stands in the file as it is."""

    text: str
    number: float


@dataclass(frozen=True)
class Link:
    """A text that leads to another page of ours; in the file it stands alone."""

    text: str
    address: str


@dataclass(frozen=True)
class Act:
    """A button that does something to its row; in the file there is none.

    `label` is its name, which has the `text` on it; `act` is what the page is told.
    """

    text: str
    label: str
    act: str


Cell = str | Exact | Link | Act


def shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def as_csv(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """As programs for tables open it in the page's language: 1,5;2 or 1.5,2.

    A text that begins like a formula gets an apostrophe before it.
    """
    point = decimal_and_group()[0]
    file = StringIO()
    writer = csv.writer(file, delimiter=";" if point == "," else ",")

    def written(cell: Cell) -> str:
        if isinstance(cell, Exact):
            return f"{cell.number:.15g}".replace(".", point)
        cell = "" if isinstance(cell, Act) else shown(cell)
        return f"'{cell}" if _FORMULA.match(cell) else cell

    writer.writerow([written(header) for header in headers])
    writer.writerows([written(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
