"""Where the chain ends, kept outside the database too: a store cut short shows.

The database says itself where its chains end; one that lost its last commits (SQLite's
write-ahead log deleted, an older copy put back) says so of an earlier moment, and all
seems well. So after each commit that appended events, and before the answer is sent,
the newest event is noted in a small file, which every process of this machine shares.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy import bindparam, select

from api.errors import DatabaseUnavailable, EventsError
from api.store.database import Database
from api.store.events.chain import NOWHERE, End
from api.store.prepared import Prepared
from api.store.tables import events

# Where a database server's notes are, when no setting says it.
FOLDER = Path("var")
# Two records in turn, each in a block of its own that a disk writes whole or not at
# all: whenever the power goes, one of them is good. A rename takes four times as long.
_BLOCK = 4096
_LENGTH = 95
# How often a process asks whether it may write now.
_TURN_SECONDS = 0.0005
NEWEST_EVENT = (
    select(events.c.sequence, events.c.sha256, events.c.writer, events.c.position)
    .order_by(events.c.sequence.desc())
    .limit(1)
)
_NEWEST = Prepared(NEWEST_EVENT)
# The noted event; without it, the last one that there is.
_AT = Prepared(NEWEST_EVENT.where(events.c.sequence <= bindparam("noted")))


def place(setting: str, database_url: str) -> Path:
    """The file of a database: where the setting says, or beside SQLite's file."""
    url = sqlalchemy.make_url(database_url)
    if setting:
        return Path(setting)
    if url.drivername == "sqlite":
        return Path(f"{url.database}-end")
    return FOLDER / f"{url.database}-end"


class ChainEnd:
    """The file that notes the newest event; it and its folder are made when needed."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout

    def noted(self) -> End | None:
        """The end that was noted last; raises DatabaseUnavailable."""
        try:
            return self._newest(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unavailable(error) from error

    def probe(self) -> End | None:
        """The same, and raises DatabaseUnavailable too when no end could be noted."""
        try:
            with self._opened() as file:
                return self._newest(os.pread(file, 2 * _BLOCK, 0))
        except OSError as error:
            raise self._unavailable(error) from error

    def note(self, end: End) -> None:
        """Make `end` durable, unless an end as far or farther is.

        Raises DatabaseUnavailable: then the events are in the database, but whether
        they stay there could not be told.
        """
        try:
            with self._locked() as file:
                content = os.pread(file, 2 * _BLOCK, 0)
                noted = self._newest(content)
                if noted is None or noted.sequence < end.sequence:
                    _write(file, content, end)
                if noted is None:
                    _sync_folder(self.path.parent)
        except OSError as error:
            raise self._unavailable(error) from error

    def begin(self, database: Database) -> None:
        """Note where the store ends now, when nothing is noted of it yet."""
        if self.noted() is not None:
            return
        with database.read() as connection:
            row = _NEWEST.row(connection)
        if row is not None:
            self.note(End(row.sequence, row.sha256))

    def require_whole(self, database: Database) -> None:
        """Raise EventsError when the store does not go as far as it once did."""
        # First what is noted: all of that was committed before.
        noted = self.noted()
        if noted is None:
            return
        with database.read() as connection:
            row = _AT.row(connection, noted=noted.sequence)
        self.compare(noted, End(row.sequence, row.sha256) if row else NOWHERE)

    def compare(self, noted: End | None, stored: End) -> None:
        """Raise EventsError when what is found there is not what was noted before."""
        if noted is None or noted == stored or noted.sequence < stored.sequence:
            return
        raise EventsError(
            f"the event store is not as it was written: it ends with {_name(stored)}, "
            f"where {self.path} has noted {_name(noted)}. Events are missing that were "
            "acknowledged: put back what was taken away, or restore a backup. Where "
            "this is on purpose (a backup was restored, the database is new), remove "
            f"{self.path}."
        )

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The open file, while no other thread or process changes it."""
        with self._opened() as file:
            deadline = time.monotonic() + self._timeout
            while not _got_lock(file):
                if time.monotonic() > deadline:
                    raise TimeoutError(None, "another process holds its lock")
                time.sleep(_TURN_SECONDS)
            yield file

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Each time anew: one that was removed must not be written to."""
        try:
            file = self._open()
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self._open()
        try:
            yield file
        finally:
            os.close(file)

    def _open(self) -> int:
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _newest(self, content: bytes) -> End | None:
        ends = [end for end in _ends(content) if end is not None]
        if not ends and content.strip(b"\0"):
            raise DatabaseUnavailable(
                f"{self.path}: expected two records of where the event store ended, "
                "found neither: verify the events, then remove the file"
            )
        return max(ends, key=_sequence, default=None)

    def _unavailable(self, error: OSError) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"{self.path}: the end of the event store cannot be noted: {error.strerror}"
        )


def _name(end: End) -> str:
    return f"event {end.sequence} ({end.sha256})"


def _sequence(end: End | None) -> int:
    return end.sequence if end else -1


def _ends(content: bytes) -> list[End | None]:
    """What each of the two blocks holds."""
    return [_read(content[at : at + _LENGTH]) for at in (0, _BLOCK)]


def _read(record: bytes) -> End | None:
    """None when there is nothing, or when it was not written whole."""
    parts = record.split()
    if len(parts) != 3 or not parts[0].isdigit():
        return None
    end = End(int(parts[0]), parts[1].decode("ascii", "replace"))
    return end if _record(end) == record else None


def _record(end: End) -> bytes:
    text = b"%020d %s" % (end.sequence, end.sha256.encode())
    return b"%s %08x\n" % (text, zlib.crc32(text))


def _write(file: int, content: bytes, end: End) -> None:
    """Over the older of the two records."""
    first, second = map(_sequence, _ends(content))
    at = 0 if first < second else _BLOCK
    try:
        os.pwrite(file, _record(end), at)
        os.fdatasync(file)
    except OSError:
        # Others would take it for noted: it is not, as long as it is not synced.
        with suppress(OSError):
            os.pwrite(file, bytes(_LENGTH), at)
        raise


def _sync_folder(folder: Path) -> None:
    """A new file is only there for good with its folder's entry."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _got_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
