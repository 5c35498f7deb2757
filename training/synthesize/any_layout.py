"""Invented tables for any lender's layout, drawn from what its file declares."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from training.errors import ConfigurationError
from training.files import replacing
from training.synthesize.draw import Array, spread
from training.tables.layout import APPLICATION, Layout
from training.tables.lender import LENDER, keep_layout, layout_of
from training.tables.schema import Column, Role, Table, Type, Unit, Use

BLOCK, RECORDS, MANY = 20_000, 3.0, 10_000  # clients, records of each, more than those
LATER, MISSING = 0.16, 0.1  # parts of the clients, of the values
DEFAULTS, WEIGHTS = -1.9, (0.9, -0.7, 0.5)  # log-odds of all, of what tells of them
WORDS, JOINT = ("A", "B", "C", "D"), " : "  # categories; between parts of a text
FIRST_DAY, LAST_DAY = date(2023, 1, 1).toordinal(), date(2025, 12, 31).toordinal()
BIRTHS, PAST, WIDEST = (-27000, -6600), (-1500, 0), 100_000
Progress = Callable[[str], None]


def synthesize_layout(
    lender: Path, clients: int, out: Path, *, seed: int = 0, progress: Progress
) -> None:
    """Write the tables that a lender.yaml declares, and itself, into the folder `out`.

    A sixth of the clients more are not decided yet, where there is a file of them. The
    bytes depend on the file, `clients` and `seed` only.

    Raises ConfigurationError when an option or the file cannot be used.
    """
    elsewhere = lender.name == LENDER and out.resolve() != lender.parent.resolve()
    if clients < 1 or seed < 0 or not elsewhere:
        raise ConfigurationError(
            f"expected a {LENDER} in another folder than {out}, clients from 1 and a"
            f" seed from 0; found {lender}, {clients} and {seed}"
        )
    layout = layout_of(lender.parent)
    every = clients + (round(clients * LATER) if layout.unlabelled else 0)
    ends = ((layout.labelled, 0, clients), (layout.unlabelled, clients, every))
    blocks = [(stem, n, e) for stem, s, e in ends for n in range(s, e, BLOCK)]
    files = {}
    with ExitStack() as stack:
        for stem, table in layout.files().items():
            beside = stack.enter_context(replacing(out / f"{table.stem}.csv"))
            encoding = table.dialect.encoding
            file = beside.open("w", encoding=encoding, errors="replace", newline="")
            files[stem] = stack.enter_context(file), table.dialect.delimiter
        for stem, first, end in blocks:
            rng = np.random.default_rng([seed, first])
            numbers = np.arange(first, min(first + BLOCK, end))
            for name, frame in _block(layout, stem, numbers, rng).items():
                file, sign = files[name]
                frame.to_csv(file, sep=sign, index=False, header=not file.tell())
            progress(f"synthesize: {numbers[-1] + 1:,} of {every:,} clients")
        keep_layout(lender.parent, out)


def _block(
    layout: Layout, stem: str, clients: Array, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Every file's rows for some clients, as the files have them."""
    asked = rng.integers(FIRST_DAY, LAST_DAY + 1, len(clients))
    # By the table: whose its rows are, and the numbers that they have.
    owners, numbers = {"": np.arange(len(clients))}, {"": clients}
    frames: dict[str, pd.DataFrame] = {}
    for name, table in layout.tables.items():
        drawn, own, owners[name] = {layout.key: clients}, layout.date, owners[""]
        if name != APPLICATION:
            owner, _ = spread(rng.poisson(RECORDS, len(owners[table.parent])))
            owners[name], own = owners[table.parent][owner], ""
            numbers[name] = MANY * clients[0] + np.arange(len(owner))
            drawn = dict.fromkeys(table.key, numbers[name])
            drawn[layout.link(name)] = numbers[table.parent][owner]
        for column in [one for one in table if one.name not in drawn]:
            values = _values(column, len(owners[name]), rng)
            if column.dated:
                values = asked[owners[name]] + values * (column.name != own)
            if column.nullable and column.name not in (own, table.day):
                values[rng.random(len(values)) < MISSING] = np.nan
            drawn[column.name] = values
        frames[name] = _as_filed(table, drawn)
        if stem == layout.labelled and name == APPLICATION:
            bad, *_ = words = [str(one) for one in layout.defaults]
            good = "repaid" if "0" in words else "0"
            risky = rng.random(len(clients)) < _risk(table, drawn)
            outcome = layout.target.header or layout.target.name
            frames[name][outcome] = np.where(risky, bad, good)
    if layout.numbered:
        del frames[APPLICATION][layout.key]
    return {stem: frames.pop(APPLICATION), **frames}


def _values(column: Column, rows: int, rng: np.random.Generator) -> Array:
    """Numbers, days, or the places of words, from what is declared."""
    if column.type is Type.CATEGORY:
        return np.floor(rng.beta(1, 1.5, rows) * len(column.words or WORDS))
    low, high = column.bounds or (0, 1)
    if column.unit is Unit.DAYS and low < 0:
        low, high = np.clip((low, high), *BIRTHS if column.role is Role.BIRTH else PAST)
    low = low if low >= -WIDEST else min(0, high)
    high = min(high, low + WIDEST)
    whole = column.type is Type.INTEGER or column.unit is Unit.DAYS
    values = low + (high - low) * rng.beta(2, 3, rows)
    return np.round(values, 0 if whole else 4 if high <= 1 else 2)


def _risk(table: Table, drawn: dict[str, Array]) -> Array:
    """The probability that each client defaults, by three inputs that are not the age.

    Those that lower the risk come first, and do.
    """
    others = (Role.CLIENT, Role.BIRTH)
    inputs = [c for c in table if c.use is Use.INPUT and c.role not in others]
    inputs = sorted(inputs, key=lambda c: not c.lowers_risk)[: len(WEIGHTS)]
    values = pd.DataFrame({column.name: drawn[column.name] for column in inputs})
    apart = ((values - values.mean()) / values.std()).fillna(0).to_numpy()
    weights = [
        -abs(weight) if column.lowers_risk else weight
        for column, weight in zip(inputs, WEIGHTS, strict=False)
    ]
    return np.asarray(expit(DEFAULTS + apart @ weights))


def _as_filed(table: Table, drawn: dict[str, Array]) -> pd.DataFrame:
    """The columns as the file has them, by header; parts of one text put together."""
    parts: dict[str, list[list[str]]] = {}
    for column in table:
        texts = _texts(table, column, drawn[column.name])
        parts.setdefault(column.header or column.name, []).append(texts)
    rows = {header: zip(*texts, strict=True) for header, texts in parts.items()}
    return pd.DataFrame({one: [*map(JOINT.join, row)] for one, row in rows.items()})


def _texts(table: Table, column: Column, values: Array) -> list[str]:
    """As the file has them; what is missing with its word, or empty."""
    words, category = tuple(column.words) or WORDS, column.type is Type.CATEGORY
    empty = str(column.missing[0]) if column.missing else ""

    def text(value: float) -> str:
        if category:
            key = column.role in (Role.CLIENT, Role.RECORD)
            return f"N{value:07.0f}" if key else words[int(value)]
        if column.dated:
            return date.fromordinal(int(value)).strftime(table.dialect.dates)
        number = f"{value:.0f}" if column.type is Type.INTEGER else repr(value)
        return number.replace(".", table.dialect.decimal)

    return [empty if np.isnan(value) else text(value) for value in values.tolist()]
