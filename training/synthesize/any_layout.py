"""Invented tables for any lender's layout, drawn from what its file declares."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np
import pandas as pd
from scipy.special import expit

from training.errors import ConfigurationError
from training.files import replacing
from training.synthesize.draw import Array, spread
from training.tables.layout import APPLICATION, Layout
from training.tables.lender import LENDER, keep_layout, layout_of
from training.tables.schema import Column, Role, Table, Type, Unit, Use

CLIENTS_PER_BLOCK = 20_000
LATER_PER_CLIENT, RECORDS = 0.16, 3.0
MISSING = 0.1
DEFAULTS = -1.9  # log-odds of a client of whom nothing is known
WEIGHTS = (0.9, -0.7, 0.5)
WORDS = ("A", "B", "C", "D")
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
# How parts of one text may stand in it, for the patterns that find them.
JOINTS = (" : ", " ", ", ", "/", "; ", "-", "_", "")
REPAID = ("0", "no", "repaid")
OLDEST, YOUNGEST, DAYS_BACK, WIDEST = -27000, -6600, -1500, 100_000
# Numbers given to a client's records: more than there are.
RECORD_NUMBERS = 10_000
Rows = dict[str, Any]


def synthesize_layout(
    lender: Path,
    clients: int,
    out: Path,
    *,
    seed: int = 0,
    progress: Callable[[str], None],
) -> None:
    """Write the tables that a lender.yaml declares, and itself, into the folder `out`.

    As text in the declared dialect; a sixth of the clients more into the file of those
    not decided yet, where there is one. The bytes depend on the file, `clients` and
    `seed` only.

    Raises ConfigurationError when an option or the file cannot be used.
    """
    if clients < 1 or seed < 0:
        raise ConfigurationError(
            f"expected clients from 1 and a seed from 0, found {clients} and {seed}"
        )
    if out.resolve() == lender.parent.resolve():
        raise ConfigurationError(f"out: {out} has the lender's own tables")
    with TemporaryDirectory(prefix="training-") as folder, ExitStack() as stack:
        keep_layout(lender.parent, Path(folder))
        shutil.copyfile(lender, Path(folder) / LENDER)
        layout = layout_of(Path(folder))
        files: dict[str, IO[str]] = {}
        for stem, table in layout.files().items():
            path = stack.enter_context(replacing(out / f"{table.file or stem}.csv"))
            encoding = table.dialect.encoding
            file = path.open("w", encoding=encoding, newline="", errors="replace")
            files[stem] = stack.enter_context(file)
        later = round(clients * LATER_PER_CLIENT) if layout.unlabelled else 0
        blocks = [(layout.labelled, n) for n in _blocks(clients)]
        blocks += [(layout.unlabelled, n) for n in _blocks(later)]
        first = 0
        for number, (stem, size) in enumerate(blocks):
            rng = np.random.default_rng([seed, number])
            for name, frame in _block(layout, stem, first, size, rng).items():
                _write(frame, files[name], layout.files()[name])
            first += size
            progress(f"synthesize: {first:,} of {clients + later:,} clients")
        keep_layout(Path(folder), out)


def _blocks(clients: int) -> Iterable[int]:
    for start in range(0, clients, CLIENTS_PER_BLOCK):
        yield min(CLIENTS_PER_BLOCK, clients - start)


def _write(frame: pd.DataFrame, file: IO[str], table: Table) -> None:
    sign, header = table.dialect.delimiter, file.tell() == 0
    frame.to_csv(file, sep=sign, index=False, header=header, lineterminator="\n")


def _block(
    layout: Layout, stem: str, first: int, size: int, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Every file's rows for some clients, as the files have them."""
    asked = rng.integers(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1, size)
    owners = {APPLICATION: np.arange(size)}
    # By the table whose rows have them.
    numbers = {APPLICATION: first + np.arange(size)}
    frames: dict[str, pd.DataFrame] = {}
    for name, table in layout.tables.items():
        keys: Rows = {}
        if name == APPLICATION:
            keys[layout.key] = numbers[APPLICATION]
        else:
            parent = table.parent or APPLICATION
            owner, _ = spread(rng.poisson(RECORDS, len(owners[parent])))
            owners[name] = owners[parent][owner]
            numbers[name] = RECORD_NUMBERS * first + np.arange(len(owner))
            keys = dict.fromkeys(table.key, numbers[name])
            keys[layout.link(name)] = numbers[parent][owner]
        drawn = _drawn(layout, table, keys, len(owners[name]), rng)
        frames[name] = _as_filed(layout, table, drawn, asked[owners[name]], rng)
        if name == APPLICATION:
            risky = _risky(table, drawn, rng)
    if layout.numbered:
        frames[APPLICATION] = frames[APPLICATION].drop(columns=layout.key)
    if stem == layout.labelled:
        bad = str(layout.defaults[0])
        good = next(one for one in REPAID if one not in map(str, layout.defaults))
        outcome = layout.target.header or layout.target.name
        frames[APPLICATION][outcome] = np.where(risky, bad, good)
    frames[stem] = frames.pop(APPLICATION)
    return frames


def _drawn(
    layout: Layout, table: Table, keys: Rows, rows: int, rng: np.random.Generator
) -> Rows:
    """Each column's values: numbers with NaN, places of words with -1, for missing."""
    drawn: Rows = {}
    for column in table:
        if column.name in keys:
            drawn[column.name] = keys[column.name]
            continue
        if column.type is Type.CATEGORY:
            count = len(column.words or WORDS)
            values = np.floor(rng.beta(1, 1.5, rows) * count)
        else:
            low, high = _range(column)
            values = low + (high - low) * rng.beta(2, 3, rows)
            whole = column.type is Type.INTEGER or column.unit is Unit.DAYS
            values = np.round(values, 0 if whole else 4 if high <= 1 else 2)
        needed = not column.nullable or column.name in (layout.date, table.day)
        gone = rng.random(rows) < (0 if needed else MISSING)
        drawn[column.name] = np.where(gone, np.nan, values)
    return drawn


def _range(column: Column) -> tuple[float, float]:
    """What is drawn of the bounds: days in the past, where there are any."""
    low, high = column.bounds or (0, 1)
    if column.role is Role.BIRTH:
        low, high = max(low, OLDEST), min(high, YOUNGEST)
    elif column.unit is Unit.DAYS and low < 0:
        low, high = max(low, DAYS_BACK), min(high, 0)
    if low < -WIDEST:
        low = min(0, high)
    return low, min(high, low + WIDEST)


def _risky(table: Table, drawn: Rows, rng: np.random.Generator) -> Array:
    """Which clients default: by three of the inputs, and by chance."""
    inputs = [c for c in table if c.use is Use.INPUT and c.role is not Role.CLIENT]
    log_odds: Array = np.full(len(drawn[table.names[0]]), DEFAULTS)
    for column, weight in zip(inputs, WEIGHTS, strict=False):
        known = drawn[column.name][~np.isnan(drawn[column.name])]
        if len(known) and known.std():
            apart = (drawn[column.name] - known.mean()) / known.std()
            log_odds += weight * np.nan_to_num(apart)
    return np.asarray(rng.random(len(log_odds)) < expit(log_odds))


def _as_filed(
    layout: Layout, table: Table, drawn: Rows, asked: Array, rng: np.random.Generator
) -> pd.DataFrame:
    """The columns as the file has them, by header; parts of one text put together."""
    together: dict[str, list[Column]] = {}
    for column in table:
        together.setdefault(column.header or column.name, []).append(column)
    frame = {}
    for header, columns in together.items():
        texts = [_texts(layout, table, c, drawn[c.name], asked, rng) for c in columns]
        plain = [i for i, column in enumerate(columns) if not column.pattern]
        frame[header] = texts[plain[0]] if plain else _joined(columns, texts)
    return pd.DataFrame(frame)


def _texts(
    layout: Layout,
    table: Table,
    column: Column,
    values: Array,
    asked: Array,
    rng: np.random.Generator,
) -> Array:
    known = ~np.isnan(values)
    texts = np.full(len(values), None, dtype=object)
    if column.missing:
        unsaid = ~known & (rng.random(len(values)) < 0.5)
        texts[unsaid] = str(column.missing[0])
    found = values[known]
    if column.role in (Role.CLIENT, Role.RECORD):
        texts[known] = [_number(column, int(value)) for value in found]
    elif column.type is Type.CATEGORY:
        words = tuple(column.words) or WORDS
        texts[known] = [words[int(place)] for place in found]
    elif column.dated:
        own = table is layout.application and column.name == layout.date
        days = asked[known] + (0 if own else found.astype(int))
        form = table.dialect.dates
        texts[known] = [date.fromordinal(int(d)).strftime(form) for d in days]
    elif column.type is Type.INTEGER:
        texts[known] = [f"{value:.0f}" for value in found]
    else:
        sign = table.dialect.decimal
        texts[known] = [repr(value).replace(".", sign) for value in found.tolist()]
    return texts


def _number(column: Column, number: int) -> str:
    """A key as the file has it: text, or counted from the least that it can be."""
    low = int(max(column.bounds[0], 1)) if column.bounds else 1
    return f"N{number:07}" if column.type is Type.CATEGORY else str(low + number)


def _joined(columns: list[Column], texts: list[Array]) -> Array:
    """The texts in which the columns' patterns find their values."""
    rows = list(zip(*texts, strict=True))
    known = [row for row in dict.fromkeys(rows) if None not in row][:50]

    def holds(joint: str) -> bool:
        return all(
            (found := re.search(column.pattern, joint.join(row))) and found[1] == value
            for row in known
            for column, value in zip(columns, row, strict=True)
        )

    joint = next((one for one in JOINTS if holds(one)), JOINTS[0])
    joined = [None if None in row else joint.join(row) for row in rows]
    return np.array(joined, dtype=object)
