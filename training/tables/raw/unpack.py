"""The plain files of a raw table, for the time being."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from training.errors import TableError
from training.tables.raw.find import DAMAGED, Raw, member_of, parts_of
from training.tables.raw.text import CHUNK

# Files are what they begin with, whatever they are called.
ZIP, GZIP, PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"PAR1"


@contextmanager
def unpacked(raw: Raw) -> Iterator[list[Path]]:
    """The files that hold a table, none of them packed or empty.

    Raises:
        TableError: a file is damaged, or empty.
    """
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        files = [
            _unpack(Raw(path, raw.member), Path(folder) / f"{at}.csv", raw.name)
            for at, path in enumerate(parts_of(raw.path))
        ]
        for file in files:
            if not file.stat().st_size:
                raise TableError(
                    f"{raw.name}: the file is empty; expected a header and rows"
                )
        yield files


def start_of(raw: Raw) -> bytes:
    """The first bytes of the first file, unpacked."""
    path = parts_of(raw.path)[0]
    with path.open("rb") as plain, _opened(Raw(path, raw.member)) or plain as file:
        return file.read(CHUNK)


def is_parquet(path: Path) -> bool:
    return _begins(path) == PARQUET or path.suffix.lower() == ".parquet"


def _unpack(raw: Raw, target: Path, name: str) -> Path:
    try:
        packed = _opened(raw)
        if packed is None:
            return raw.path
        with packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, CHUNK)
    except DAMAGED as error:
        raise TableError(f"{name}: cannot be unpacked: {error}") from None
    return target


def _opened(raw: Raw) -> IO[bytes] | None:
    """What is inside of a packed file, None of one that is not."""
    begins = _begins(raw.path)
    if begins == ZIP or raw.member or raw.path.suffix.lower() == ".zip":
        member = raw.member or member_of(raw.path, raw.path)
        return zipfile.ZipFile(raw.path).open(member)
    if begins[:2] == GZIP or raw.path.suffix.lower() == ".gz":
        return io.BufferedReader(gzip.open(raw.path))
    return None


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
