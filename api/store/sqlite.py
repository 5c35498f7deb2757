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
    it would apply the one of an earlier file to a file that was put into its place. So
    a note beside the file tells which log is whose. The number of an inode is given
    again: of a file with a WAL the note tells too what it was like when last seen.
    """

    def __init__(self, path: Path, library: Library, read_only: bool) -> None:
        self._path, self._library, self._read_only = path, library, read_only
        self._note = self._beside("-owner")
        # As text: these two are looked at several times in each request.
        self._name, self._wal_name = str(path), str(self._beside(_LOGS[WAL]))
        self._taking = threading.Lock()
        self._file: tuple[int, int] | None = None
        # The inode of the WAL while there are connections: it is theirs to the last.
        self._wal: int | None = None
        self._connections = 0
        self._seen: tuple[int, int] | None = None

    def hold(self) -> None:
        """Hold what is there, unless a file is held; raises DatabaseUnavailable."""
        with self._taking:
            if self._file is None:
                status = _stat(self._path)
                if status is not None:
                    self._require_own_log(status)
                    self._file = _identity(status)
        self.require()

    def require(self) -> None:
        """Raise DatabaseUnavailable when the file held is not in its place."""
        if self._file is None:
            return
        status = _stat(self._name)
        if status is None:
            raise self._unavailable("the file is gone")
        if _identity(status) != self._file:
            raise self._unavailable(
                "the file was replaced while it was served: stop the API, remove "
                f"{self._path.name}-wal, -shm and -journal, which are of the earlier "
                "file, and start it again"
            )
        if self._wal is not None:
            wal = _stat(self._wal_name)
            if wal is None or wal.st_ino != self._wal:
                raise self._unavailable(
                    f"{self._path.name}-wal was removed while it was served: what is "
                    "written now would be lost; start the API again"
                )
            if _content(status) != self._seen:
                self._note_down()

    def opened(self) -> None:
        """Note which file the WAL belongs to, now that a connection has made one."""
        with self._taking:
            self._connections += 1
            self._note_down()

    def closed(self) -> None:
        """A connection was closed; the last one takes the WAL with it."""
        with self._taking:
            self._connections -= 1
            if self._connections <= 0:
                self._wal = None

    def release(self) -> None:
        """Hold nothing any more."""
        self._file = self._wal = None
        self._connections = 0

    def _note_down(self) -> None:
        journal = self._library.journal
        file, log = _stat(self._path), self._beside(_LOGS[journal])
        if self._file is None or file is None or self._read_only:
            return
        try:
            if journal == ROLLBACK and not log.exists():
                # Else SQLite would make it in the first commit, too late for the note.
                log.touch(file.st_mode & 0o777)
                _chown(log, file)
            status = _stat(log)
            if status is None:
                return
            identity = [self._file[1], status.st_ino]
            if journal == WAL:
                self._wal, self._seen = status.st_ino, _content(file)
                identity += self._seen
            text = " ".join(map(str, identity)) + "\n"
            if self._noted() != text:
                self._note.write_text(text)
                _chown(self._note, file)
        except OSError as error:
            raise self._unnoted(error) from error

    def _require_own_log(self, file: os.stat_result) -> None:
        """By inodes, not by device, whose number may change when a machine starts.

        Where both are others than noted, they were copied here together. Where a file
        with a WAL is not as it was last seen, both are looked through: that takes its
        time, and happens only after a process was killed in a checkpoint, or with a
        file that was put here.
        """
        noted = self._noted().split()
        same_file = noted[:1] == [str(file.st_ino)]
        as_seen = noted[2:] == [str(number) for number in _content(file)]
        for journal, log in zip(_LOGS, map(self._beside, _LOGS.values()), strict=True):
            status = _stat(log)
            if status is None or not status.st_size:
                continue
            same_log = noted[1:2] == [str(status.st_ino)]
            is_known = same_file and same_log and as_seen
            is_moved = same_log and not same_file
            if is_moved or (journal == WAL and not is_known and not self._fits()):
                raise self._unavailable(
                    f"{log.name} is of an earlier file in its place: remove it and "
                    f"{self._path.name}-shm, or, if it does belong to this one, "
                    f"{self._note.name}"
                )

    def _fits(self) -> bool:
        """Whether file and WAL make a database together; changes neither."""
        module, address = self._library.module, f"file:{quote(str(self._path))}?mode=ro"
        try:
            with closing(module.connect(address, uri=True)) as connection:
                result = connection.execute("PRAGMA quick_check(1)").fetchone()
        except module.DatabaseError:
            return False
        return bool(result == ("ok",))

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


def _stat(path: Path | str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError:
        return None


def _content(status: os.stat_result) -> tuple[int, int]:
    """Changes whenever the file does; with a WAL that is at a checkpoint."""
    return status.st_mtime_ns, status.st_size


def _chown(path: Path, file: os.stat_result) -> None:
    """To the owner of the database, as SQLite does with its own files."""
    if os.geteuid() == 0:
        os.chown(path, file.st_uid, file.st_gid)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def make_engine(
    url: URL, timeout: float, threads: int, create: bool
) -> tuple[Engine, HeldFile, str]:
    """Connects at the first use; `create`: makes the file when it is missing.

    Answers what it is, in words, too.
    """
    library = choose()
    path = Path(str(url.database)).absolute()
    mode = "rwc" if create else str(url.query.get("mode", "rw"))
    held = HeldFile(path, library, read_only=mode == "ro")
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
    event.listen(engine, "close", lambda *_: held.closed())
    return engine, held, str(library)


def empty_log(engine: Engine) -> bool:
    """Let go of what the write-ahead log holds; False while others read it.

    Of a rollback journal that is so after each commit.
    """
    bare = engine.raw_connection()
    try:
        cursor = bare.cursor()
        (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        bare.close()
    return not busy


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
            # What is erased is gone from the file, too, not only unlinked in it.
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(_wait(timeout))
            held.opened()
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
    bare: Any = connection.connection.dbapi_connection
    if not options.get("writes"):
        # Takes no lock.
        bare.execute("BEGIN")
        if library.journal == WAL:
            return
        lock = "SELECT 1 FROM sqlite_master LIMIT 1"
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
