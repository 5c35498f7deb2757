"""Count new events into the state, each once, however often it is sent."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.monitoring import cells
from training.monitoring.api_client import Api
from training.monitoring.cells import CELLS
from training.monitoring.events import Page, read_page, vectors
from training.monitoring.reference import Reference
from training.monitoring.state import State, pack, unpack

PAGE = 50_000
NEWEST = 5_000


def fetch(
    api: Api, reference: Reference, state: State, *, progress: Callable[[str], None]
) -> int:
    """Take all events since the last run; returns how many there were."""
    total = 0
    while True:
        page = read_page(api.events(state.cursor, PAGE, "monitored"), state.cursor)
        if not len(page):
            return total
        count_page(reference, state, page)
        total += len(page)
        progress(f"events: {total:,}")


def count_page(reference: Reference, state: State, page: Page) -> None:
    """One transaction: what the page adds, and how far events are counted by now.

    Only decisions of the reference's bundle count. The order is that in which events
    were stored: no clock is trusted.
    """
    with state.transaction() as connection:
        start = state.decisions
        ours, others = _ours(reference, page)
        decisions = _unseen(connection, ours)
        _count_decisions(reference, state, decisions, start)
        # The window that was filling when each event came.
        places = np.searchsorted(decisions["sequence"], page.rows["sequence"])
        window = pd.Series((start + places) // state.window, page.rows.index)
        _count_reviews(connection, page.of("review"), window)
        unmatched = _count_outcomes(state, page.of("outcome"))
        state.add("of_other_models", others)
        state.add("unmatched_outcomes", unmatched)
        state.add("duplicates", len(ours) - len(decisions))
        state.keep(cursor=page.last)


def _ours(reference: Reference, page: Page) -> tuple[pd.DataFrame, int]:
    decisions = page.of("decision")
    ours = decisions["bundle_sha256"] == reference.bundle_sha256
    ours &= decisions["features"].notna()
    return decisions[ours], int((~ours).sum())


def _unseen(connection: sqlite3.Connection, decisions: pd.DataFrame) -> pd.DataFrame:
    known = _known(connection, "decisions", "event_id", decisions["event_id"])
    return decisions[~known].drop_duplicates("event_id", ignore_index=True)


def _known(
    connection: sqlite3.Connection, table: str, column: str, ids: Iterable[str]
) -> np.ndarray:
    """Which of the ids the table has."""
    query = f"SELECT 1 FROM {table} WHERE {column} = ?"
    execute = connection.execute
    found = [execute(query, [_bytes(one)]).fetchone() is not None for one in ids]
    return np.array(found, bool)


def _bytes(event_id: str) -> bytes:
    return uuid.UUID(event_id).bytes


@dataclass(frozen=True)
class _Placed:
    """Decisions with the window each falls in and whether it counts there."""

    rows: pd.DataFrame
    window: np.ndarray
    counted: np.ndarray


def _count_decisions(
    reference: Reference, state: State, decisions: pd.DataFrame, start: int
) -> None:
    if not len(decisions):
        return
    numbers = start + np.arange(len(decisions))
    placed = _place(state, decisions, numbers)
    values = vectors(reference, decisions["features"])
    _count_windows(reference, state, placed, values)
    state.connection.executemany(
        "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)",
        zip(
            numbers.tolist(),
            map(_bytes, decisions["event_id"]),
            decisions["sequence"].tolist(),
            decisions["created_at"],
            decisions["client"],
            decisions["margin"].tolist(),
            strict=True,
        ),
    )
    newest = zip(numbers[-NEWEST:].tolist(), values[-NEWEST:], strict=True)
    state.connection.executemany(
        "INSERT INTO newest VALUES (?, ?)",
        ((number, one.astype("<f4").tobytes()) for number, one in newest),
    )
    state.connection.execute(
        "DELETE FROM newest WHERE number <= ?", [int(numbers[-1]) - NEWEST]
    )


def _place(state: State, decisions: pd.DataFrame, numbers: np.ndarray) -> _Placed:
    """A client counts once per window: what is asked again is no further evidence."""
    window = numbers // state.window
    begun = state.connection.execute(
        "SELECT client FROM decisions WHERE number >= ?",
        [int(window[0]) * state.window],
    ).fetchall()
    before = pd.DataFrame({"client": [one for (one,) in begun], "window": window[0]})
    now = pd.DataFrame({"client": decisions["client"], "window": window})
    seen = pd.concat([before, now], ignore_index=True)
    repeated = seen.duplicated(["client", "window"]) & seen["client"].notna()
    counted = ~repeated.to_numpy()[len(before) :]
    return _Placed(decisions, window, counted)


def _count_windows(
    reference: Reference, state: State, placed: _Placed, values: np.ndarray
) -> None:
    first, counted = int(placed.window[0]), placed.counted
    rows, group = placed.rows[counted], placed.window[counted] - first
    margin = rows["margin"].to_numpy(np.float64)
    whole = np.column_stack([values[counted].astype(np.float64), margin])
    counts = cells.count_groups(reference.columns, whole, group)
    unknown = (rows["unknown_categories"] > 0).to_numpy()
    refused = (rows["decision"] == "refused").to_numpy()
    times = placed.rows["created_at"].to_numpy()
    for number in np.unique(placed.window):
        here = placed.window == number
        mine = group == number - first
        # A window of which nothing counts: every client was asked before in it.
        place = number - first
        seen = counts[place] if place < len(counts) else np.zeros_like(counts[:1])[0]
        tallies = [
            int(mine.sum()),
            int((here & ~counted).sum()),
            int(unknown[mine].sum()),
            int(refused[mine].sum()),
        ]
        scores = reference.score_bins.count(margin[mine])
        moments = times[here].min(), times[here].max()
        _add_window(state, int(number), seen, scores, tallies, moments)


def _add_window(
    state: State,
    number: int,
    counts: np.ndarray,
    scores: np.ndarray,
    tallies: list[int],
    moments: tuple[str, str],
) -> None:
    before = state.connection.execute(
        "SELECT counts, scores, counted, repeated, unknown, refused, first_at, last_at"
        " FROM windows WHERE number = ?",
        [number],
    ).fetchone()
    if before is not None:
        counts = counts + unpack(before[0]).reshape(-1, CELLS)
        scores = scores + unpack(before[1])
        tallies = [new + old for new, old in zip(tallies, before[2:6], strict=True)]
        moments = min(moments[0], before[6]), max(moments[1], before[7])
    state.connection.execute(
        "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [number, pack(counts), pack(scores), *tallies, *moments],
    )


def _count_reviews(
    connection: sqlite3.Connection, reviews: pd.DataFrame, window: pd.Series
) -> None:
    """The last review of a prediction stands, in the window where the first came."""
    rows = zip(
        window[reviews.index].tolist(),
        (reviews["action"] == "overridden").tolist(),
        map(_bytes, reviews["prediction_id"]),
        strict=True,
    )
    connection.executemany(
        "INSERT INTO reviews SELECT event_id, ?, ? FROM decisions WHERE event_id = ?"
        " ON CONFLICT DO UPDATE SET overridden = excluded.overridden",
        [(number, overridden, of) for number, overridden, of in rows],
    )


def _count_outcomes(state: State, outcomes: pd.DataFrame) -> int:
    """The last outcome of a decision stands. Returns how many belong to no decision.

    They are kept without a number; see `mature`.
    """
    connection = state.connection
    known = _known(connection, "decisions", "event_id", outcomes["prediction_id"])
    rows = zip(
        map(_bytes, outcomes["prediction_id"][known]),
        outcomes["defaulted"][known].astype(bool).tolist(),
        outcomes["observed_on"][known],
        strict=True,
    )
    connection.executemany(
        "INSERT INTO outcomes VALUES (?, NULL, ?, ?) ON CONFLICT (prediction) DO"
        " UPDATE SET defaulted = excluded.defaulted,"
        " observed_on = excluded.observed_on",
        rows,
    )
    return int((~known).sum())


def mature(state: State, before: str) -> None:
    """Number the outcomes of decisions made before a moment, in order of arrival.

    A default shows earlier than a repayment: until all of a cohort's outcomes are in,
    those that are there make it look worse than it is.
    """
    with state.transaction() as connection:
        ripe = connection.execute(
            "SELECT outcomes.rowid FROM outcomes JOIN decisions"
            " ON event_id = prediction WHERE outcomes.number IS NULL"
            " AND created_at <= ? ORDER BY outcomes.rowid",
            [before],
        ).fetchall()
        numbered = enumerate(ripe, state.outcomes)
        connection.executemany(
            "UPDATE outcomes SET number = ? WHERE rowid = ?",
            [(number, row) for number, (row,) in numbered],
        )
