"""Write beside, then rename: an output is whole or it is not there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# How DuckDB writes a table. By itself it looks in every column for a dictionary of up
# to a fifth of the rows, and compresses more: a quarter more CPU for files as large.
PARQUET = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1000"
)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A sibling path to write to; renamed to `path` when the block succeeds.

    Works for a file and for a folder; what the block left is removed when it fails,
    and what a killed process left is removed, or put back, at the next time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path)
    beside = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        yield beside
    except OSError as error:
        # What is written to an open file does not say which.
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise
    else:
        if beside.is_dir() or path.is_dir():
            _replace(beside, path)
        else:
            beside.replace(path)
    finally:
        remove(beside)


def _replace(new: Path, path: Path) -> None:
    """Move the old one aside first: a rename onto or from a folder would fail."""
    old = path.with_name(f".old-{os.getpid()}-{path.name}")
    if path.exists():
        path.replace(old)
    new.replace(path)
    remove(old)


def _tidy(path: Path) -> None:
    for kind in (".old", ".part"):
        for left in path.parent.glob(f"{kind}-*-{path.name}"):
            if _runs(left.name.split("-")[1]):
                continue
            if kind == ".old" and not path.exists():
                left.replace(path)
            else:
                remove(left)


def _runs(process: str) -> bool:
    """Whether a process of that number is there, other than this one."""
    if not process.isdecimal() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def rows_of(path: Path) -> str:
    """SQL to select the rows of a Parquet file, or of a folder of such files, from."""
    if not path.is_dir():
        return f"read_parquet({literal(path)})"
    folder = re.sub(r"([*?[])", r"[\1]", str(path))
    return f"read_parquet({literal(f'{folder}/*.parquet')})"


def literal(text: str | Path) -> str:
    """A text or a path in SQL."""
    return "'{}'".format(str(text).replace("'", "''"))


def identifier(name: str) -> str:
    """A name in SQL, whatever word it is."""
    return '"{}"'.format(name.replace('"', '""'))


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
