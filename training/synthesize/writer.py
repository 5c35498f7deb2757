"""Write the tables piece by piece, as CSV or Parquet, in the declared columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from training.synthesize.sampling import Categories, Columns
from training.tables.schema import Column as Declared
from training.tables.schema import Type

ARROW = {
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.CATEGORY: pa.dictionary(pa.int16(), pa.string()),
}
# A row group holds this many values and rows at most, whatever the pieces: the bytes do
# not depend on them, and what waits for its group stays small.
VALUES_PER_GROUP = 8_000_000
ROWS_PER_GROUP = 1_000_000
ROWS_PER_CSV_WRITE = 100_000


def to_arrow(columns: Columns, declared: Sequence[Declared]) -> pa.Table:
    """The declared columns, in their order and types."""
    arrays = [_array(columns[column.name], column.type) for column in declared]
    schema = pa.schema([(column.name, ARROW[column.type]) for column in declared])
    return pa.table(arrays, schema=schema)


def _array(values: Any, kind: Type) -> pa.Array:
    if isinstance(values, Categories):
        codes = pa.array(
            values.codes.astype(np.int16, copy=False), mask=values.codes < 0
        )
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.words))
    if kind is Type.INTEGER:
        return pa.array(values.astype(np.int64, copy=False))
    return pa.array(values.astype(np.float64, copy=False), from_pandas=True)


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """Collects pieces into row groups of one size."""

    def __init__(self, path: Path, declared: Sequence[Declared]) -> None:
        schema = pa.schema(
            [(column.name, _plain(ARROW[column.type])) for column in declared]
        )
        # Without the stored Arrow schema, categories read back as plain strings.
        self._writer = pq.ParquetWriter(
            path, schema, compression="snappy", store_schema=False
        )
        self._schema = schema
        self._group = min(VALUES_PER_GROUP // len(schema), ROWS_PER_GROUP)
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._rows:
            self._flush(self._rows)
        self._writer.close()


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind


class CsvFile(AbstractContextManager["CsvFile"]):
    """Comma-separated, as the source writes it: quotes only where a comma is inside,
    nothing for missing, floats with a point (202500.0)."""

    def __init__(self, path: Path, declared: Sequence[Declared]) -> None:
        self._file = path.open("wb")
        self._file.write((",".join(c.name for c in declared) + "\n").encode())

    def write(self, piece: pa.Table) -> None:
        for start in range(0, piece.num_rows, ROWS_PER_CSV_WRITE):
            self._file.write(csv_rows(piece.slice(start, ROWS_PER_CSV_WRITE)))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def csv_rows(table: pa.Table) -> memoryview:
    """The rows' bytes: fields joined by commas, each row ended by a newline."""
    fields = [_text(column.combine_chunks()) for column in table.columns]
    empty = {"null_handling": "replace", "null_replacement": ""}
    fields[-1] = pc.binary_join_element_wise(fields[-1], "\n", "", **empty)
    rows = pc.binary_join_element_wise(*fields, ",", **empty)
    offsets = np.frombuffer(rows.buffers()[1], dtype=np.int32)
    start, end = offsets[rows.offset], offsets[rows.offset + len(rows)]
    return memoryview(rows.buffers()[2])[start:end]


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        terms = [f'"{t}"' if "," in t else t for t in column.dictionary.to_pylist()]
        quoted = pa.DictionaryArray.from_arrays(column.indices, pa.array(terms))
        return quoted.cast(pa.string())
    if pa.types.is_floating(column.type):
        return _decimal(column)
    return column.cast(pa.string())


def _decimal(column: pa.Array) -> pa.Array:
    """Floats as the shortest text that reads back the same, always with a point."""
    whole = pc.equal(pc.floor(column), column)
    if pc.all(whole, min_count=0).as_py():
        text = column.cast(pa.int64()).cast(pa.string())
        return pc.binary_join_element_wise(text, ".0", "")
    text = column.cast(pa.string())
    suffix = pc.if_else(whole, ".0", "")
    return pc.binary_join_element_wise(text, suffix, "")


WRITERS: dict[str, type[CsvFile] | type[ParquetFile]] = {
    "csv": CsvFile,
    "parquet": ParquetFile,
}
