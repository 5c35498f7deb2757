"""Home Credit's tables without each of the application's columns in turn, and with each
table of records reduced to its keys: the features are made, or one thing is missed.

    python -m tests.benchmarks.absent_columns
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.benchmarks.features import say
from training.errors import TableError
from training.features.build import build
from training.files import literal
from training.synthesize import synthesize
from training.tables.home_credit import HOME_CREDIT
from training.tables.schema import Role

CLIENTS = 200
NUMBERS = (Role.CLIENT, Role.RECORD)


def cases() -> Iterator[tuple[str, Collection[str]]]:
    """A table, and the columns that its files go without."""
    for column in (*HOME_CREDIT.application, HOME_CREDIT.target):
        yield HOME_CREDIT.application.name, {column.name}
    for name in HOME_CREDIT.histories:
        table = HOME_CREDIT.tables[name]
        yield name, {c.name for c in table if c.role not in NUMBERS}


def arranged(data: Path, folder: Path, table: str, absent: Collection[str]) -> Path:
    """The tables, those of one name without some columns."""
    for path in data.glob("*.parquet"):
        if path.stem.rpartition("_")[0] != table and path.stem != table:
            (folder / path.name).symlink_to(path)
            continue
        with duckdb.connect() as connection:
            names = connection.execute(f"DESCRIBE FROM {literal(path)}").fetchall()
            kept = ", ".join(f'"{name}"' for name, *_ in names if name not in absent)
            connection.execute(
                f"COPY (SELECT {kept} FROM {literal(path)})"
                f" TO {literal(folder / path.name)}"
            )
    return folder


def main() -> None:
    missed, features = {}, {}
    began = time.monotonic()
    with TemporaryDirectory() as work:
        data = Path(work, "data")
        synthesize(CLIENTS, data, file_format="parquet", progress=lambda _: None)
        for number, (table, absent) in enumerate(cases()):
            name = next(iter(absent)) if len(absent) == 1 else f"{table} but its keys"
            with TemporaryDirectory() as folder:
                tables = arranged(data, Path(folder), table, absent)
                try:
                    _, made = build(tables, Path(work, "made"))
                    features[name] = len(made.features)
                except TableError as error:
                    missed[name] = str(error)
            say(f"{number + 1}: {name}")
    for name, said in missed.items():
        say(f"needed: {name}: {said}")
    fewest = min(features, key=lambda one: features[one])
    say(
        f"{len(features)} columns and tables are done without, in"
        f" {time.monotonic() - began:.0f} s; fewest features, {features[fewest]},"
        f" without {fewest}"
    )
    if {*missed} != {HOME_CREDIT.key, HOME_CREDIT.amount, HOME_CREDIT.target.name}:
        raise SystemExit(f"needed: expected the key, amount and target; found {missed}")


if __name__ == "__main__":
    main()
