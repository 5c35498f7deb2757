"""SQLite: one file, that must stay the same one while it is served."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import OperationalError

from api.errors import DatabaseUnavailable
from api.store.sqlite_library import ROLLBACK, WAL, Library, choose

_LOGS = {WAL: "-wal", ROLLBACK: "-journal"}
# How often a process asks whether it may write now, or read beside a rollback journal.
_TURN_SECONDS = 0.0005


class HeldFile:
    """The database's file, held to from the first connection on.

    SQLite finds its log, one written ahead (WAL) or a rollback journal, by name alone:
    it would apply the one of an earlier file to a file that was moved into its place.
    So a note beside the file tells which log is whose.
    """

    def __init__(self, path: Path, journal: str, read_only: bool) -> None:
        self._path, self._journal, self._read_only = path, journal, read_only
        self._note = self._beside("-owner")
        self._taking = threading.Lock()
        self._file: tuple[int, int] | None = None

    def hold(self) -> None:
        """Hold what is there, unless a file is held; raises DatabaseUnavailable."""
        with self._taking:
            if self._file is None:
                found = _stat(self._path)
                if found is not None:
                    self._require_own_log(found)
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
                f"{self._path.name}-wal, -shm and -journal, which are of the earlier "
                "file, and start it again"
            )

    def note(self) -> None:
        """Tell whose the log is; a WAL is there as soon as a connection has read."""
        file, log = _stat(self._path), self._beside(_LOGS[self._journal])
        if self._file is None or file is None or self._read_only:
            return
        try:
            if self._journal == ROLLBACK and not log.exists():
                # Else SQLite would make it in the first commit, too late for the note.
                log.touch(file.st_mode & 0o777)
                _give(log, file)
            found = _stat(log)
            text = f"{self._file[1]} {found and found.st_ino}\n"
            if found and self._noted() != text:
                self._note.write_text(text)
                _give(self._note, file)
        except OSError as error:
            raise self._unnoted(error) from error

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._file = None

    def _require_own_log(self, file: os.stat_result) -> None:
        """By inode alone: the number of a device may change when a machine starts.

        Where both are others than noted, they were copied here together.
        """
        noted = self._noted().split()
        if len(noted) != 2 or noted[0] == str(file.st_ino):
            return
        for log in map(self._beside, _LOGS.values()):
            found = _stat(log)
            if found and found.st_size and noted[1] == str(found.st_ino):
                raise self._unavailable(
                    f"{log.name} is of an earlier file in its place: remove it and "
                    f"{self._path.name}-shm, or, if it does belong to this one, "
                    f"{self._note.name}"
                )

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

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


def _give(path: Path, file: os.stat_result) -> None:
    """To the owner of the database, as SQLite does with its own files."""
    if os.geteuid() == 0:
        os.chown(path, file.st_uid, file.st_gid)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def make_engine(
    url: URL, timeout: float, threads: int, create: bool
) -> tuple[Engine, HeldFile, str]:
    """Connects at the first use; `create`: makes the file when it is missing.

    Answers what it is, in words, too.
    """
    library = choose()
    path = Path(str(url.database)).absolute()
    mode = "rwc" if create else str(url.query.get("mode", "rw"))
    held = HeldFile(path, library.journal, read_only=mode == "ro")
    engine = sqlalchemy.create_engine(
        url.set(query={}),
        module=library.module,
        creator=_connector(library, held, path, mode, timeout),
        hide_parameters=True,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=timeout,
    )
    event.listen(engine, "begin", partial(_begin, library, timeout))
    return engine, held, str(library)


def _connector(
    library: Library, held: HeldFile, path: Path, mode: str, timeout: float
) -> Callable[[], Any]:
    """Never make an empty file by connecting: an empty database hides a lost one."""
    address = f"file:{quote(str(path))}?mode={mode}"

    def connect() -> Any:
        held.hold()
        connection = library.module.connect(
            address,
            uri=True,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # It may have been replaced meanwhile; nothing was read yet, nor its log.
            held.hold()
            connection.execute(f"PRAGMA journal_mode={library.journal}")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute(_wait(timeout))
            held.note()
        except BaseException:
            connection.close()
            raise
        return connection

    # Each time anew: from a WAL to the other journal, only who is alone can change.
    return partial(_patiently, connect, library.module, timeout)


def _begin(library: Library, timeout: float, connection: Connection) -> None:
    """Take the write lock first: a read lock that turns into one can deadlock."""
    options: Any = connection.get_execution_options()
    lock = "BEGIN IMMEDIATE"
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        if library.journal == WAL:
            return
        lock = "SELECT 1 FROM sqlite_master LIMIT 1"
    bare: Any = connection.connection.dbapi_connection
    bare.execute(_wait(0))
    try:
        _patiently(lambda: bare.execute(lock).fetchall(), library.module, timeout)
    except library.module.OperationalError as error:
        raise OperationalError(lock, None, error) from error
    finally:
        bare.execute(_wait(timeout))


def _wait(seconds: float) -> str:
    """What says how long SQLite itself waits for a lock."""
    return f"PRAGMA busy_timeout={int(seconds * 1000)}"


def _patiently(act: Callable[[], Any], module: Any, timeout: float) -> Any:
    """Do what takes a lock as soon as that is free.

    SQLite's own waiting pauses longer and longer, and a process that comes back at once
    takes the lock before it each time.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return act()
        except module.OperationalError as error:
            # Why it is busy is in the higher bits.
            busy = error.sqlite_errorcode & 0xFF == module.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(_TURN_SECONDS)
