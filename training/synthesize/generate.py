"""Generate all eight files, block of clients after block of clients.

Every block has random generators of its own, derived from the seed and the block's
number. Memory holds one block, whatever the number of clients.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.errors import ConfigurationError
from training.files import literal, replacing
from training.synthesize.application import PRICES, draw_application, draw_target
from training.synthesize.bureau import draw_bureau, draw_bureau_balance
from training.synthesize.credit_card_balance import draw_card_payments, draw_cards
from training.synthesize.draw import (
    Array,
    Columns,
    WordColumn,
    blend,
    draw,
    shapes,
    take,
)
from training.synthesize.loans import draw_loan_payments, draw_pos_cash
from training.synthesize.previous_application import draw_previous
from training.tables.home_credit import HOME_CREDIT
from training.tables.raw.find import SUFFIXES
from training.tables.schema import Column, Type

FIRST_CLIENT, FIRST_PREVIOUS, FIRST_CREDIT = 100_001, 1_000_001, 5_000_001
TEST_CLIENTS_PER_LABELLED = 48_744 / 307_511
CLIENTS_PER_BLOCK = 8_000  # a row group of every file
# Identifiers given to a block: far more than any block's rows need.
IDS_PER_CLIENT = 8
FORMATS = ("csv", "parquet")
REFERENCES = "references.csv"
SURNAMES = (
    *("Bernard", "Lefèvre", "N'Diaye", "Nowak", "Da Silva", "Öztürk", "Nguyen"),
    *("Moreau", "García", "Rossi", "Gonçalves", "Haddad", "Müller", "Petit"),
    *("Ben Salah", "Faure", "Kowalczyk", "Traoré", "Girard", "Popescu", "Élie"),
)
FILES = {name: table.columns for name, table in HOME_CREDIT.files().items()}


def synthesize(
    clients: int,
    out: Path,
    *,
    file_format: str = "csv",
    seed: int = 0,
    progress: Callable[[str], None],
) -> None:
    """Write all eight tables for `clients` labelled clients into the folder `out`.

    With the lender's prices, by which their loans are made, and its references: what
    it calls each client.

    Test clients come on top, in the source's proportion. Files of the same names
    are replaced, each as a whole, when everything is written. The bytes depend on
    `clients`, `file_format` and `seed` only.

    Raises ConfigurationError when an option cannot be used or when `out` holds a
    table in another format.
    """
    _check(clients, out, file_format, seed)
    with ExitStack() as stack:
        prices = stack.enter_context(replacing(out / PRICES.name))
        prices.write_bytes(PRICES.read_bytes())
        references = stack.enter_context(replacing(out / REFERENCES))
        references.write_text(_references(clients), encoding="utf-8")
        paths = {
            name: stack.enter_context(replacing(out / f"{name}.{file_format}"))
            for name in FILES
        }
        if file_format == "parquet":
            _write(paths, clients, seed, progress)
            return
        beside = Path(stack.enter_context(TemporaryDirectory(dir=out)))
        parquet = {name: beside / f"{name}.parquet" for name in FILES}
        _write(parquet, clients, seed, progress)
        for name, path in paths.items():
            progress(f"synthesize: {name} as text")
            with duckdb.connect() as connection:
                connection.execute(
                    f"COPY (FROM {literal(parquet[name])}) TO {literal(path)}"
                    " (FORMAT csv, HEADER)"
                )


def _count(clients: int) -> int:
    """With the test clients."""
    return clients + round(clients * TEST_CLIENTS_PER_LABELLED)


def _references(clients: int) -> str:
    """A case number and a name for each client; names come again."""
    lines = ["SK_ID_CURR,reference"]
    for number in range(_count(clients)):
        name = SURNAMES[(number + number // len(SURNAMES)) % len(SURNAMES)]
        lines.append(f"{FIRST_CLIENT + number},2026-{number + 1:05} {name}")
    return "\n".join(lines) + "\n"


def _write(
    paths: dict[str, Path], clients: int, seed: int, progress: Callable[[str], None]
) -> None:
    is_test = np.arange(_count(clients)) >= clients
    np.random.default_rng(seed).shuffle(is_test)
    with ExitStack() as stack:
        files: dict[str, pq.ParquetWriter] = {}
        for start in range(0, len(is_test), CLIENTS_PER_BLOCK):
            block = is_test[start : start + CLIENTS_PER_BLOCK]
            for name, drawn in draw_block(seed, start, block).items():
                rows = len(drawn[FILES[name][0].name])
                table = pa.table(
                    {
                        c.name: _array(drawn.get(c.name, _allowed(c, rows)), c)
                        for c in FILES[name]
                    }
                )
                if name not in files:
                    # Without a stored Arrow schema, words read back as plain strings.
                    files[name] = pq.ParquetWriter(
                        paths[name], table.schema, store_schema=False
                    )
                    stack.enter_context(files[name])
                files[name].write_table(table)
            progress(f"synthesize: {start + len(block):,} of {len(is_test):,} clients")


def draw_block(seed: int, start: int, is_test: Array) -> dict[str, Columns]:
    """Every file's columns for the clients of one block, the first at `start`."""
    rng = np.random.Generator(np.random.SFC64([seed, start]))
    ids = FIRST_CLIENT + start + np.arange(len(is_test))
    clients: Columns = {"SK_ID_CURR": ids, "later": is_test}
    for name, tilt in shapes("habits").items():
        clients[name] = blend(rng, clients, tilt)
    clients |= draw(rng, "clients", clients)
    application = draw_application(rng, clients)
    offset = IDS_PER_CLIENT * start
    credits = draw_bureau(rng, clients, FIRST_CREDIT + offset)
    previous = draw_previous(rng, clients, FIRST_PREVIOUS + offset)
    cards = draw_cards(rng, previous)
    paid = draw_loan_payments(rng, previous), draw_card_payments(rng, cards)
    application["TARGET"] = draw_target(rng, application, previous)
    return {
        "application_train": take(application, ~is_test),
        "application_test": take(application, is_test),
        "bureau": credits,
        "bureau_balance": draw_bureau_balance(rng, credits),
        "previous_application": previous,
        "POS_CASH_balance": draw_pos_cash(rng, previous),
        "installments_payments": {
            name: np.concatenate([part[name] for part in paid]) for name in paid[0]
        },
        "credit_card_balance": cards,
    }


def _allowed(column: Column, rows: int) -> Array | WordColumn:
    """What the declaration allows, in turn: for a column that has no shape."""
    if column.type is Type.CATEGORY:
        words = tuple(column.words) or ("A", "B")
        return WordColumn(words, np.arange(rows) % len(words))
    low, high = column.bounds or (0, 1)
    return np.resize(np.linspace(low, high, 101), rows)


def _array(values: Any, column: Column) -> pa.Array:
    if isinstance(values, WordColumn):
        codes = pa.array(values.codes.astype(np.int16), mask=values.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.words))
    number = pa.int64() if column.type is Type.INTEGER else pa.float64()
    return pa.array(values, from_pandas=True).cast(number)


def _check(clients: int, out: Path, file_format: str, seed: int) -> None:
    if clients < 1:
        raise ConfigurationError(f"clients: expected 1 or more, found {clients}")
    if seed < 0:
        raise ConfigurationError(f"seed: expected 0 or more, found {seed}")
    if file_format not in FORMATS:
        known = f"expected one of {', '.join(FORMATS)}"
        raise ConfigurationError(f"format: {known}; found {file_format}")
    if out.exists() and not out.is_dir():
        raise ConfigurationError(f"out: {out} is a file, expected a folder")
    others = [suffix for suffix in SUFFIXES if suffix != f".{file_format}"]
    for other in (out / f"{name}{suffix}" for name in FILES for suffix in others):
        if other.exists():
            raise ConfigurationError(
                f"out: {other} is there already; a folder with one table in two "
                f"formats is ambiguous. Choose another folder or remove it."
            )
