"""Write the tables piece by piece, as Parquet or CSV, in the declared columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.synthesize.draw import Columns, Words
from training.tables.schema import Column, Type

ARROW = {
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.CATEGORY: pa.string(),
}
# A row group holds this many values and rows at most, whatever the pieces: the bytes do
# not depend on them, and what waits for its group stays small.
VALUES_PER_GROUP = 8_000_000
ROWS_PER_GROUP = 1_000_000


def to_arrow(columns: Columns, declared: Sequence[Column]) -> pa.Table:
    """The declared columns, in their order and types; words as dictionaries."""
    return pa.table({c.name: _array(columns[c.name], c.type) for c in declared})


def _array(values: Any, kind: Type) -> pa.Array:
    if isinstance(values, Words):
        codes = pa.array(values.codes.astype(np.int16), mask=values.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.words))
    if kind is Type.INTEGER:
        return pa.array(values.astype(np.int64, copy=False))
    return pa.array(values.astype(np.float64, copy=False), from_pandas=True)


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """Collects pieces into row groups of one size."""

    def __init__(self, path: Path, declared: Sequence[Column]) -> None:
        self._schema = pa.schema([(c.name, ARROW[c.type]) for c in declared])
        # Without the stored Arrow schema, categories read back as plain strings.
        self._writer = pq.ParquetWriter(
            path, self._schema, compression="snappy", store_schema=False
        )
        self._group = min(VALUES_PER_GROUP // len(self._schema), ROWS_PER_GROUP)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, piece: pa.Table) -> None:
        self._waiting.append(piece)
        self._rows += piece.num_rows
        while self._rows >= self._group:
            self._flush(self._group)

    def _flush(self, rows: int) -> None:
        table = pa.concat_tables(self._waiting)
        self._writer.write_table(table.slice(0, rows).cast(self._schema))
        rest = table.slice(rows)
        self._waiting = [rest] if rest.num_rows else []
        self._rows = rest.num_rows

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._rows:
            self._flush(self._rows)
        self._writer.close()


def to_csv(parquet: Path, path: Path) -> None:
    """The same rows as text: nothing for missing, floats with a point (202500.0)."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM '{parquet}') TO '{path}' (FORMAT csv, HEADER)")
