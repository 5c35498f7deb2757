"""Which SQLite, with a write-ahead log (WAL) only where that loses no commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# sqlite.org/wal.html, "The WAL-reset bug": mended from here on, and in two backports.
_SAFE = (3, 51, 3)
_BACKPORTS = {(3, 44): 6, (3, 50): 7}
WAL, ROLLBACK = "wal", "truncate"


@dataclass(frozen=True)
class Library:
    """A module of Python's database interface, and the journal to use with it.

    WAL: readers and writers do not wait for each other, and a commit is one sync.
    ROLLBACK: a commit waits for readers. It empties the journal and syncs that, where
    "delete" leaves it to the folder, and after a power cut the commit may be undone.
    """

    module: Any
    journal: str

    def __str__(self) -> str:
        used = f"SQLite {self.module.sqlite_version} of {self.module.__name__}"
        if self.journal == WAL:
            return f"{used} with a write-ahead log"
        safe = ".".join(map(str, _SAFE))
        return f"{used} with a rollback journal: before {safe} its WAL can lose commits"


def choose() -> Library:
    """The package pysqlite3, where it has a wheel, else Python's own module."""
    try:
        from pysqlite3 import dbapi2 as module
    except ImportError:
        import sqlite3 as module
    return Library(module, WAL if _is_safe(module.sqlite_version_info) else ROLLBACK)


def _is_safe(version: tuple[int, int, int]) -> bool:
    return version >= _SAFE or version[2] >= _BACKPORTS.get(version[:2], 1000)
