"""Generate all eight files, block of clients after block of clients.

Every block has random generators of its own, derived from the seed and the block's
number, so that blocks can be made in any order and by any number of threads; they are
written in order. Memory holds a few blocks, whatever the number of clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from training.errors import ConfigurationError
from training.files import replacing
from training.synthesize.application import draw_applications
from training.synthesize.balances import draw_cards, draw_instalments, draw_pos_cash
from training.synthesize.bureau import draw_bureau, draw_bureau_balance
from training.synthesize.clients import draw_clients
from training.synthesize.draw import Columns, Flags
from training.synthesize.previous import draw_previous
from training.synthesize.target import draw_target
from training.synthesize.writer import ParquetFile, to_arrow, to_csv
from training.tables.schema import Column
from training.tables.stage import SUFFIXES, raw_tables

FIRST_CLIENT, FIRST_PREVIOUS, FIRST_CREDIT = 100_001, 1_000_001, 5_000_001
TEST_CLIENTS_PER_LABELLED = 48_744 / 307_511
CLIENTS_PER_BLOCK = 4_000
# Identifiers given to a block: far more than any block's rows need.
IDS_PER_CLIENT = 8
THREADS = 2

FORMATS = ("csv", "parquet")
FILES: dict[str, tuple[Column, ...]] = {
    name: table.columns for name, table in raw_tables().items()
}


@dataclass(frozen=True)
class Block:
    """Which clients to make: their place, and which of them are test clients."""

    number: int
    start: int
    is_test: Flags


def synthesize(
    clients: int,
    out: Path,
    *,
    file_format: str = "csv",
    seed: int = 0,
    progress: Callable[[str], None],
) -> None:
    """Write all eight tables for `clients` labelled clients into the folder `out`.

    Test clients come on top, in the source's proportion. Files of the same names
    are replaced, each as a whole, when everything is written. The bytes depend on
    `clients`, `file_format` and `seed` only.

    Raises ConfigurationError when an option cannot be used or when `out` holds a
    table in another format.
    """
    _check(clients, out, file_format, seed)
    with ExitStack() as stack:
        targets = {
            name: stack.enter_context(replacing(out / f"{name}.{file_format}"))
            for name in FILES
        }
        parquet = targets
        if file_format == "csv":
            beside = Path(stack.enter_context(TemporaryDirectory(dir=out)))
            parquet = {name: beside / f"{name}.parquet" for name in FILES}
        _write(parquet, clients, seed, progress)
        for name in FILES if file_format == "csv" else ():
            progress(f"synthesize: {name} to CSV")
            to_csv(parquet[name], targets[name])


def _write(
    paths: dict[str, Path], clients: int, seed: int, progress: Callable[[str], None]
) -> None:
    total, done, rows = clients + test_clients(clients), 0, 0
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(ParquetFile(path, FILES[name]))
            for name, path in paths.items()
        }
        for block, tables in _tables(blocks(clients, seed), seed):
            for name, table in tables.items():
                files[name].write(table)
                rows += table.num_rows
            done += len(block.is_test)
            progress(f"synthesize: {done:,} of {total:,} clients, {rows:,} rows")


def test_clients(clients: int) -> int:
    return round(clients * TEST_CLIENTS_PER_LABELLED)


def blocks(clients: int, seed: int) -> Iterator[Block]:
    """All clients, labelled and test ones mixed, in blocks."""
    is_test = np.zeros(clients + test_clients(clients), dtype=bool)
    is_test[clients:] = True
    _generator(seed, 0, 0).shuffle(is_test)
    for number, start in enumerate(range(0, len(is_test), CLIENTS_PER_BLOCK)):
        yield Block(number, start, is_test[start : start + CLIENTS_PER_BLOCK])


def draw_block(seed: int, block: Block) -> dict[str, Columns]:
    """Every file's columns for the clients of one block."""
    parts = iter(_generator(seed, block.number + 1, part) for part in range(9))
    ids = FIRST_CLIENT + block.start + np.arange(len(block.is_test))
    offset = IDS_PER_CLIENT * block.start
    clients = draw_clients(next(parts), ids, block.is_test)
    application = draw_applications(next(parts), clients)
    credits = draw_bureau(next(parts), clients, FIRST_CREDIT + offset)
    earlier = draw_previous(next(parts), clients, FIRST_PREVIOUS + offset)
    cards = draw_cards(next(parts), clients, earlier)
    target = draw_target(next(parts), clients, application, earlier)
    return {
        "application_train": _select(application | {"TARGET": target}, ~block.is_test),
        "application_test": _select(application, block.is_test),
        "bureau": credits.columns,
        "bureau_balance": draw_bureau_balance(next(parts), clients, credits),
        "previous_application": earlier.columns,
        "POS_CASH_balance": draw_pos_cash(next(parts), clients, earlier),
        "installments_payments": draw_instalments(next(parts), clients, earlier, cards),
        "credit_card_balance": cards,
    }


def _select(columns: Columns, rows: Flags) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def _generator(seed: int, block: int, part: int) -> np.random.Generator:
    sequence = np.random.SeedSequence(seed, spawn_key=(block, part))
    return np.random.Generator(np.random.SFC64(sequence))


def _tables(
    parts: Iterator[Block], seed: int
) -> Iterator[tuple[Block, dict[str, pa.Table]]]:
    """Blocks made ahead by threads, handed out in order."""

    def make(block: Block) -> dict[str, pa.Table]:
        drawn = draw_block(seed, block)
        return {name: to_arrow(drawn[name], FILES[name]) for name in FILES}

    with ThreadPoolExecutor(THREADS) as pool:
        waiting: list[tuple[Block, Future[dict[str, pa.Table]]]] = []
        for block in islice(parts, THREADS):
            waiting.append((block, pool.submit(make, block)))
        while waiting:
            block, future = waiting.pop(0)
            tables = future.result()
            for following in islice(parts, 1):
                waiting.append((following, pool.submit(make, following)))
            yield block, tables


def _check(clients: int, out: Path, file_format: str, seed: int) -> None:
    if clients < 1:
        raise ConfigurationError(f"clients: expected 1 or more, found {clients}")
    if seed < 0:
        raise ConfigurationError(f"seed: expected 0 or more, found {seed}")
    if file_format not in FORMATS:
        known = ", ".join(FORMATS)
        raise ConfigurationError(
            f"format: expected one of {known}; found {file_format}"
        )
    if out.exists() and not out.is_dir():
        raise ConfigurationError(f"out: {out} is a file, expected a folder")
    for name in FILES:
        for suffix in SUFFIXES:
            other = out / f"{name}{suffix}"
            if suffix != f".{file_format}" and other.exists():
                raise ConfigurationError(
                    f"out: {other} is there already; a folder with one table in two "
                    f"formats is ambiguous. Choose another folder or remove it."
                )
