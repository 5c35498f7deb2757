"""Tables that are printed, written as CSV, and put into a report in every language."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training import markdown
from training.files import replacing
from training.language import SOURCE, Labels, alike, figure


@dataclass(frozen=True)
class Estimate:
    """A number, and where it lies with 95 %."""

    value: float
    low: float
    high: float


Cell = str | int | float | Estimate | Labels | None


@dataclass(frozen=True)
class Column:
    """`key` in a CSV, `title` for people, `form` of numbers; `told` on a console."""

    key: str
    title: Labels
    form: str = ",d"
    told: bool = True


@dataclass(frozen=True)
class Table:
    """`name` is its file's, without the ending; `most` rows are shown to people."""

    name: str
    title: Labels
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    most: int = 50


def as_markdown(table: Table) -> Labels:
    rows = [
        [_shown(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows[: table.most]
    ]
    return markdown.table([column.title for column in table.columns], rows)


def as_text(table: Table) -> str:
    """In English, with its title, for a console."""
    columns = [at for at, column in enumerate(table.columns) if column.told]
    lines = [[table.columns[at].title[SOURCE] for at in columns]]
    for row in table.rows[: table.most]:
        lines.append([_shown(row[at], table.columns[at])[SOURCE] for at in columns])
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    told = [table.title[SOURCE]]
    for line in lines:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        told.append("  ".join(cells).rstrip())
    return "\n".join(told)


def write_csv(path: Path, table: Table) -> None:
    """All rows; of an estimate three columns."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        intervals = [
            any(isinstance(row[at], Estimate) for row in table.rows)
            for at in range(len(table.columns))
        ]
        writer.writerow(
            name
            for column, interval in zip(table.columns, intervals, strict=True)
            for name in _names(column.key, interval)
        )
        for row in table.rows:
            cells = zip(row, intervals, strict=True)
            writer.writerow(value for one, wide in cells for value in _raw(one, wide))


def _names(key: str, interval: bool) -> tuple[str, ...]:
    return (key, f"{key}_low", f"{key}_high") if interval else (key,)


def _raw(cell: Cell, interval: bool) -> Iterator[str | int | float]:
    if isinstance(cell, Estimate):
        yield from (cell.value, cell.low, cell.high)
        return
    yield cell[SOURCE] if isinstance(cell, Mapping) else "" if cell is None else cell
    if interval:
        yield from ("", "")


def _shown(cell: Cell, column: Column) -> Labels:
    if cell is None:
        return alike("-")
    if isinstance(cell, str):
        return alike(cell)
    if isinstance(cell, Mapping):
        return cell
    if isinstance(cell, Estimate):
        value, low, high = (
            figure(number, column.form) for number in (cell.value, cell.low, cell.high)
        )
        return {
            language: f"{value[language]} [{low[language]}, {high[language]}]"
            for language in value
        }
    return figure(cell, column.form)
