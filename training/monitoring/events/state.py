"""What monitoring remembers between runs: one SQLite file per bundle.

Everything that a page of events, or a look, changes is one transaction, with the
sequence number up to which events are counted: killed anywhere, the next run goes on
where the last transaction ended. Features are kept as counts; of the newest decisions
alone, as vectors, for the report.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from training.errors import ConfigurationError
from training.monitoring.events.tally import rates_of
from training.monitoring.statistics.histogram import MAX_BINS, Counts
from training.monitoring.statistics.window_tests import Windows

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY, event_id BLOB NOT NULL UNIQUE,
    sequence INTEGER NOT NULL, created_at TEXT NOT NULL, client TEXT UNIQUE,
    margin REAL NOT NULL, recommendation TEXT, policy TEXT, rules TEXT);
CREATE TABLE IF NOT EXISTS repeats (event_id BLOB PRIMARY KEY, counted BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS windows (
    number INTEGER PRIMARY KEY, counts BLOB NOT NULL, scores BLOB NOT NULL,
    counted INTEGER NOT NULL, unknown INTEGER NOT NULL, refused INTEGER NOT NULL,
    first_at TEXT NOT NULL, last_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reviews (
    prediction BLOB PRIMARY KEY, window INTEGER NOT NULL, overridden INTEGER NOT NULL,
    officer TEXT, hours REAL NOT NULL);
CREATE TABLE IF NOT EXISTS outcomes (
    prediction BLOB PRIMARY KEY, number INTEGER UNIQUE,
    defaulted INTEGER NOT NULL, observed_on TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS newest (number INTEGER PRIMARY KEY, features BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (cause TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, token TEXT NOT NULL,
    body BLOB NOT NULL);
"""
COUNTED = ("decisions", "repeats", "windows", "reviews", "outcomes", "newest")
# What of the events counts. A state that another rule made is counted anew.
RULE = "one decision per application, with its rules"


class State:
    """An open state file; nobody else has it open."""

    def __init__(self, connection: sqlite3.Connection, columns: int) -> None:
        self.connection = connection
        self.columns = columns

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that the block writes, or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def fact(self, name: str, default: Any = None) -> Any:
        query = "SELECT value FROM facts WHERE name = ?"
        row = self.connection.execute(query, [name]).fetchone()
        return default if row is None else json.loads(row[0])

    def keep(self, **facts: object) -> None:
        self.connection.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in facts.items()],
        )

    def add(self, name: str, number: int) -> None:
        """Count something up."""
        if number:
            self.keep(**{name: self.fact(name, 0) + number})

    def begin(self, window: int) -> None:
        """Inside a transaction: nothing is counted yet."""
        for statement in SCHEMA.split(";"):
            self.connection.execute(statement)
        self.keep(id=str(uuid.uuid4()), window=window, cursor=0, rule=RULE)

    @property
    def cursor(self) -> int:
        """Events up to this sequence number are counted."""
        return int(self.fact("cursor", 0))

    @property
    def window(self) -> int:
        """Decisions per window."""
        return int(self.fact("window"))

    def scalar(self, query: str, *values: object) -> Any:
        (value,) = self.connection.execute(query, values).fetchone()
        return value

    @property
    def decisions(self) -> int:
        return int(self.scalar("SELECT coalesce(max(number) + 1, 0) FROM decisions"))

    @property
    def outcomes(self) -> int:
        """Outcomes that are counted: those of decisions old enough."""
        return int(self.scalar("SELECT coalesce(max(number) + 1, 0) FROM outcomes"))

    def windows(self, first: int, end: int) -> Windows:
        """The windows from `first` to before `end`."""
        rows = self.connection.execute(
            "SELECT counts, counted, unknown, refused FROM windows"
            " WHERE number >= ? AND number < ? ORDER BY number",
            [first, end],
        ).fetchall()
        tallies = np.array([row[1:] for row in rows], np.int64).reshape(-1, 3)
        counts = [unpack(row[0]).reshape(self.columns, MAX_BINS) for row in rows]
        reviewed, overridden = np.zeros((2, len(rows)), np.int64)
        for number, of, against in self.connection.execute(
            "SELECT window, count(*), sum(overridden) FROM reviews"
            " WHERE window >= ? AND window < ? GROUP BY 1",
            [first, end],
        ):
            reviewed[number - first], overridden[number - first] = of, against
        stacked: Counts = np.array(counts).reshape(-1, self.columns, MAX_BINS)
        rates = rates_of(self.connection, self.window, first, end)
        decided, unknown, refused = tallies.T
        return Windows(stacked, decided, unknown, refused, reviewed, overridden, rates)

    def scores(self, first: int, end: int) -> np.ndarray:
        """Decisions per score bin, shape (windows, bins)."""
        rows = self.connection.execute(
            "SELECT scores FROM windows WHERE number >= ? AND number < ?"
            " ORDER BY number",
            [first, end],
        ).fetchall()
        return np.array([unpack(blob) for (blob,) in rows])

    def labelled(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """Margin and outcome of the outcomes from `first` to before `end`."""
        rows = self.connection.execute(
            "SELECT margin, defaulted FROM outcomes"
            " JOIN decisions ON event_id = prediction"
            " WHERE outcomes.number >= ? AND outcomes.number < ?"
            " ORDER BY outcomes.number",
            [first, end],
        ).fetchall()
        pairs = np.array(rows, np.float64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def outcome_of(self) -> dict[str, bool]:
        """Every outcome by the id of its prediction."""
        rows = self.connection.execute("SELECT prediction, defaulted FROM outcomes")
        return {str(uuid.UUID(bytes=key)): bool(value) for key, value in rows}

    def counted_from(self, number: int) -> tuple[int, set[str]]:
        """The decisions that count from a number on: after which sequence, and ids."""
        rows = self.connection.execute(
            "SELECT sequence, event_id FROM decisions WHERE number >= ?", [number]
        ).fetchall()
        after = min((sequence for sequence, _ in rows), default=1) - 1
        return after, {str(uuid.UUID(bytes=key)) for _, key in rows}

    def newest(self) -> np.ndarray:
        """The newest decisions' monitored features and margin, float64."""
        rows = self.connection.execute(
            "SELECT features, margin FROM newest JOIN decisions USING (number)"
            " ORDER BY number"
        ).fetchall()
        features = np.frombuffer(b"".join(row[0] for row in rows), "<f4")
        values = features.reshape(len(rows), self.columns - 1).astype(np.float64)
        return np.column_stack([values, [row[1] for row in rows]])


def pack(counts: np.ndarray) -> bytes:
    return zlib.compress(counts.astype("<i8").tobytes(), 1)


def unpack(blob: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(blob), "<i8")


def renew(state: State) -> bool:
    """Forget what an earlier version counted by another rule; whether there was any.

    Alerts that are open stay so, and what waits to be sent is sent: the new counts
    close, or confirm, what the old ones raised. The new id keeps new reports from being
    taken for repetitions of old ones.
    """
    if state.fact("rule") == RULE:
        return False
    window = state.window
    with state.transaction() as connection:
        for table in COUNTED:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM facts")
        connection.execute(
            'DELETE FROM alerts WHERE state NOT LIKE \'%"status": "open"%\''
        )
        state.begin(window)
    return True


@contextmanager
def open_state(
    folder: Path, bundle_sha256: str, columns: int, window: int
) -> Iterator[State]:
    """Open the bundle's state in a folder, and make it when there is none.

    Raises:
        ConfigurationError: another monitor has it open, or it was begun with windows
            of another size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{bundle_sha256[:16]}.sqlite"
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(f"{folder}: another monitor is running") from None
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(SCHEMA)
            state = State(connection, columns)
            if state.fact("id") is None:
                with state.transaction():
                    state.begin(window)
            if state.window != window:
                raise ConfigurationError(
                    f"{path}: begun with windows of {state.window} decisions,"
                    f" not {window}; give that, or another folder"
                )
            yield state
        finally:
            connection.close()
