"""How a text file is written: its encoding, delimiter and decimal mark, as they are."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from training.errors import TableError
from training.tables.schema import Dialect

CHUNK = 1 << 20
DELIMITERS = ",;\t|"
# Spaces that people put into numbers, and around words.
SPACES = " \t\u00a0\u202f"
# With three digits behind, a comma may be one of thousands.
COMMA = re.compile(rf"[+-]?[\d{SPACES}]*\d,(\d\d?|\d{{4,}})")
POINT = re.compile(r"[+-]?\d*\.\d+")


def normal(header: str) -> str:
    """A header as it is compared: é is one letter, spaces around it are none."""
    return unicodedata.normalize("NFC", header).strip(f"{SPACES}\ufeff\r\n")


def matching(headers: Collection[str], wanted: str) -> str | None:
    """The header that is meant, None if none is; one in other letters if it alone is.

    >>> matching(["sk_id_curr", "TARGET"], "SK_ID_CURR")
    'sk_id_curr'
    """
    wanted = normal(wanted)
    if wanted in headers:
        return wanted
    alike = [one for one in headers if one.casefold() == wanted.casefold()]
    return alike[0] if len(alike) == 1 else None


def encoding_of(file: IO[bytes], declared: str) -> str:
    """That which is declared, unless the bytes say otherwise.

    What is no UTF-8 is taken for cp1252, which latin-1 is a part of; if it mostly is,
    it is damaged, which reading it says.
    """
    start = file.read(CHUNK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: of letters, every other byte is null.
    places = {at % 2 for at, byte in enumerate(start[:1000]) if not byte}
    if len(places) == 1 and start[:1000].count(0) > len(start[:1000]) / 4:
        return "utf-16-le" if places == {1} else "utf-16-be"
    if declared != "utf-8":
        return declared
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    good = bad = 0
    while start:
        if not start.isascii():
            text = decoder.decode(start)
            wrong = text.count("\N{REPLACEMENT CHARACTER}")
            bad += wrong
            good += len(text) - len(text.encode("ascii", "ignore")) - wrong
        start = file.read(CHUNK)
    return "cp1252" if bad > good else "utf-8"


def in_utf8(path: Path, target: Path, encoding: str, name: str) -> Path:
    """The same text, written anew."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    with (
        path.open("rb") as source,
        target.open("w", encoding="utf-8", newline="") as to,
    ):
        while chunk := source.read(CHUNK):
            try:
                text = decoder.decode(chunk, final=len(chunk) < CHUNK)
            except UnicodeDecodeError as error:
                lines += error.object[: error.start].decode(encoding).count("\n")
                raise TableError(
                    f"{name}: line {lines}: expected a text in utf-8 or {encoding},"
                    f" found the byte {error.object[error.start]:#04x}"
                ) from None
            lines += text.count("\n")
            to.write(text)
    return target


def start_in(path: Path) -> str:
    """The first lines of a text in UTF-8."""
    with path.open("rb") as file:
        return file.read(CHUNK).decode("utf-8", errors="replace")


def dialect_of(
    start: str, declared: Dialect, known: Collection[str], numbers: Collection[str]
) -> Dialect:
    """As declared, with what shows in the first lines: headers that are `known`, and
    decimal commas in the columns of `numbers`."""
    wanted = {normal(one).casefold() for one in known}

    def fits(delimiter: str) -> int:
        header = next(rows_of(start, delimiter), [])
        return len(wanted & {normal(one).casefold() for one in header})

    delimiter = max((declared.delimiter, *DELIMITERS), key=fits)
    found = replace(declared, delimiter=delimiter)
    if declared.decimal == "." and delimiter != ",":
        found = replace(found, decimal=_decimal(start, delimiter, numbers))
    return found


def rows_of(start: str, delimiter: str) -> Iterator[Sequence[str]]:
    """The first rows, until one that csv cannot read."""
    try:
        yield from csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _decimal(start: str, delimiter: str, numbers: Collection[str]) -> str:
    rows = rows_of(start, delimiter)
    header = [*map(normal, next(rows, []))]
    wanted = {matching(header, one) for one in numbers}
    places = [at for at, one in enumerate(header) if one in wanted]
    cells = [row[at].strip() for row in rows for at in places if at < len(row)]
    if any(map(POINT.fullmatch, cells)):
        return "."
    return "," if any(map(COMMA.fullmatch, cells)) else "."
