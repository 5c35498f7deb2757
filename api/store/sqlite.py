"""SQLite: one file, that must stay the same one while it is served."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import URL, Connection, Engine, event

from api.errors import ConfigurationError, DatabaseUnavailable

# Before it, SQLite's WAL can lose a commit (sqlite.org/wal.html, "WAL-reset bug").
SAFE_SQLITE = (3, 51, 3)
# How often a process asks whether it may write now.
_TURN_SECONDS = 0.0005


class HeldFile:
    """The database's file, held to from the first connection on.

    SQLite finds the write-ahead log (WAL) by name: it would apply the one of an
    earlier file to the file that was moved into its place, and who still had the
    earlier one open would delete the WAL of the new one when it ends. So a note beside
    the file tells which file and which WAL belong together, and who serves it has a
    lock on the note.
    """

    def __init__(self, path: Path, read_only: bool) -> None:
        self._path = path
        self._read_only = read_only
        self._taking = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._note: int | None = None

    def hold(self) -> None:
        """Hold what is there, unless a file is held; raises DatabaseUnavailable."""
        with self._taking:
            if self._file is None:
                try:
                    self._take()
                except OSError as error:
                    raise self._unavailable(f"-owner: {error.strerror}") from error
        self.require()

    def require(self) -> None:
        """Raise DatabaseUnavailable when the file held is not in its place."""
        if self._file is None:
            return
        found = _identity(self._path)
        if found is None:
            raise self._unavailable(": the file is gone")
        if found != self._file:
            raise self._unavailable(
                ": the file was replaced while it was served: stop the API, remove "
                f"{self._path.name}-wal and -shm, which are of the earlier file, and "
                "start it again"
            )

    def note(self) -> None:
        """Note the WAL, which is there as soon as a connection has read."""
        if self._note is not None and self._file is not None:
            wal = _identity(self._beside("-wal"))
            self._write(self._note, self._file[1], wal[1] if wal else 0)

    def let_go(self) -> None:
        """Hold nothing any more."""
        with self._taking:
            if self._note is not None:
                os.close(self._note)
            self._file = self._note = None

    def _take(self) -> None:
        file = _identity(self._path)
        if file is not None and not self._read_only:
            self._note = self._locked_note(file[1])
        self._file = file

    def _locked_note(self, file: int) -> int:
        owner = self._path.stat()
        flags = os.O_RDWR | os.O_CREAT
        descriptor = os.open(self._beside("-owner"), flags, owner.st_mode & 0o666)
        try:
            if os.geteuid() == 0:  # As SQLite does with its own files.
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            noted = os.read(descriptor, 64).split()
            if len(noted) == 2 and int(noted[0]) != file:
                self._take_over(descriptor, file, int(noted[1]))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _take_over(self, note: int, file: int, noted_wal: int) -> None:
        """Go on with another file than before, if nothing is left of that one."""
        wal = self._beside("-wal")
        found = _identity(wal)
        if found is not None and found[1] == noted_wal and wal.stat().st_size:
            name = self._path.name
            raise self._unavailable(
                f": {wal.name} is of an earlier file in its place: remove {wal.name} "
                f"and {name}-shm; if they belong to this one, remove {name}-owner"
            )
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise self._unavailable(
                ": a process still has an earlier file in its place open: stop it first"
            ) from error
        self._write(note, file, 0)
        fcntl.flock(note, fcntl.LOCK_SH)

    def _write(self, note: int, file: int, wal: int) -> None:
        """Always as long, so that nothing is left of what was there."""
        os.pwrite(note, f"{file:<20} {wal:<20}\n".encode(), 0)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _unavailable(self, reason: str) -> DatabaseUnavailable:
        return DatabaseUnavailable(f"database {self._path}{reason}")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of what is there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_engine(
    url: URL, timeout: float, threads: int, create: bool
) -> tuple[Engine, HeldFile]:
    """Connects at the first use; `create`: makes the file when it is missing."""
    path = Path(str(url.database)).absolute()
    mode = "rwc" if create else str(url.query.get("mode", "rw"))
    held = HeldFile(path, read_only=mode == "ro")
    engine = sqlalchemy.create_engine(
        url.set(query={}),
        module=sqlite3,
        creator=_connector(held, path, mode, timeout),
        hide_parameters=True,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=timeout,
    )
    event.listen(engine, "begin", partial(_begin, timeout))
    return engine, held


def _connector(
    held: HeldFile, path: Path, mode: str, timeout: float
) -> Callable[[], sqlite3.Connection]:
    """Never make an empty file by connecting: an empty database hides a lost one."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        raise ConfigurationError(
            f"SQLite {sqlite3.sqlite_version} can lose a commit: install pysqlite3 "
            f"with {'.'.join(map(str, SAFE_SQLITE))} or later, or use PostgreSQL"
        )
    address = f"file:{quote(str(path))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        held.hold()
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # It may have been replaced meanwhile; nothing was read yet, nor its WAL.
            held.hold()
            # Reading and writing do not wait for each other; a commit is one sync.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            held.note()
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _begin(timeout: float, connection: Connection) -> None:
    """Take the write lock first: a read lock that turns into one can deadlock."""
    options: Any = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting pauses longer and longer, and a process that comes back at
    # once takes the lock before it each time.
    bare: Any = connection.connection.dbapi_connection
    bare.execute("PRAGMA busy_timeout=0")
    try:
        if not _got_turn(bare, time.monotonic() + timeout):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # It says what is wrong.
    finally:
        bare.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")


def _got_turn(bare: Any, deadline: float) -> bool:
    """Begin to write, if that is possible before the time is over."""
    while time.monotonic() < deadline:
        try:
            bare.execute("BEGIN IMMEDIATE")
            return True
        except sqlite3.OperationalError as error:
            # Why it is busy is in the higher bits.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
        time.sleep(_TURN_SECONDS)
    return False
