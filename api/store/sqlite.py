"""SQLite: one file, that must stay the same one while it is served."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
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

    SQLite finds the write-ahead log (WAL) by name alone: it would apply the one of an
    earlier file to a file that was put into its place. So a note beside the file tells
    which WAL is whose; a number of an inode is given again, so the note tells too what
    the file was like when it was last seen.
    """

    def __init__(self, path: Path, read_only: bool) -> None:
        self._path = path
        self._wal, self._note = (
            path.with_name(path.name + suffix) for suffix in ("-wal", "-owner")
        )
        self._read_only = read_only
        self._taking = threading.Lock()
        self._file: tuple[int, int] | None = None
        # The inode of the WAL while there are connections: it is theirs to the last.
        self._held_wal: int | None = None
        self._connections = 0
        self._seen: tuple[int, int] | None = None

    def hold(self) -> None:
        """Hold what is there, unless a file is held; raises DatabaseUnavailable."""
        with self._taking:
            if self._file is None:
                found = _stat(self._path)
                if found is not None:
                    self._require_own_wal(found)
                    self._file = _identity(found)
        self.require()

    def require(self) -> None:
        """Raise DatabaseUnavailable when the file held is not in its place."""
        if self._file is None:
            return
        found = _stat(self._path)
        if found is None:
            raise self._unavailable("the file is gone")
        if _identity(found) != self._file:
            raise self._unavailable(
                "the file was replaced while it was served: stop the API, remove "
                f"{self._path.name}-wal and -shm, which are of the earlier file, and "
                "start it again"
            )
        if self._held_wal is not None:
            wal = _stat(self._wal)
            if wal is None or wal.st_ino != self._held_wal:
                raise self._unavailable(
                    f"{self._wal.name} was removed while it was served: what is "
                    "written now would be lost; start the API again"
                )
            if _content(found) != self._seen:
                self._note_down(found, wal)

    def opened(self) -> None:
        """A connection has read, so that the WAL is there: tell whose it is."""
        with self._taking:
            self._connections += 1
            file, wal = _stat(self._path), _stat(self._wal)
            if file is not None and wal is not None:
                self._held_wal = wal.st_ino
                self._note_down(file, wal)

    def closed(self) -> None:
        """A connection was closed; the last one takes the WAL with it."""
        with self._taking:
            self._connections -= 1
            if self._connections <= 0:
                self._held_wal = None

    def _note_down(self, file: os.stat_result, wal: os.stat_result) -> None:
        self._seen = _content(file)
        text = " ".join(map(str, (file.st_ino, wal.st_ino, *self._seen))) + "\n"
        if self._read_only or self._noted() == text:
            return
        try:
            self._note.write_text(text)
            if os.geteuid() == 0:  # As SQLite does with its own files.
                os.chown(self._note, wal.st_uid, wal.st_gid)
        except OSError as error:
            raise self._unnoted(error) from error

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._file = self._held_wal = None
        self._connections = 0

    def _require_own_wal(self, file: os.stat_result) -> None:
        """By inodes, not by device, whose number may change when a machine starts.

        Where both are others than noted, they were copied here together. Where the
        file is not as it was last seen, it is looked through: that takes its time, and
        happens only after a process was killed in a checkpoint, or with a file that was
        put here.
        """
        wal, noted = _stat(self._wal), self._noted().split()
        if wal is None or not wal.st_size:
            return
        as_noted = noted[:2] == [str(file.st_ino), str(wal.st_ino)]
        if as_noted and noted[2:] == [str(one) for one in _content(file)]:
            return
        of_another = noted[1:2] == [str(wal.st_ino)] and not as_noted
        if of_another or not self._fits():
            raise self._unavailable(
                f"{self._wal.name} is of an earlier file in its place: remove it and "
                f"{self._path.name}-shm, or, if it does belong to this one, "
                f"{self._note.name}"
            )

    def _fits(self) -> bool:
        """Whether file and WAL make a database together; changes neither."""
        address = f"file:{quote(str(self._path))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as connection:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError:
            return False
        return bool(found == ("ok",))

    def _noted(self) -> str:
        try:
            return self._note.read_text()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise self._unnoted(error) from error

    def _unnoted(self, error: OSError) -> DatabaseUnavailable:
        return self._unavailable(f"{self._note.name}: {error.strerror}")

    def _unavailable(self, reason: str) -> DatabaseUnavailable:
        return DatabaseUnavailable(f"database {self._path}: {reason}")


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _content(found: os.stat_result) -> tuple[int, int]:
    """Changes whenever the file does; with a WAL that is at a checkpoint."""
    return found.st_mtime_ns, found.st_size


def _identity(found: os.stat_result) -> tuple[int, int]:
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
    event.listen(engine, "close", lambda *_: held.closed())
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
            held.opened()
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
