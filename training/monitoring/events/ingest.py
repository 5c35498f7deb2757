"""Count new events into the state: each application once, however often it is sent."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from training.monitoring.events.api_client import Api
from training.monitoring.events.read import EventPage, read_page, vectors
from training.monitoring.events.state import State, pack, unpack
from training.monitoring.statistics import histogram
from training.monitoring.statistics.histogram import MAX_BINS
from training.monitoring.statistics.reference import Reference

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


def count_page(reference: Reference, state: State, page: EventPage) -> None:
    """One transaction: what the page adds, and how far events are counted by now.

    Only decisions of the reference's bundle count, and of one application the first:
    what is asked again is no further evidence. The order is that in which events were
    stored: no clock is trusted.
    """
    with state.transaction() as connection:
        start = state.decisions
        ours, others = _ours(reference, page)
        unseen = _unseen(connection, ours)
        decisions, repeats = _first(connection, unseen)
        _count_decisions(reference, state, decisions, start)
        _keep_repeats(connection, repeats)
        # The window that was filling when each event came.
        places = np.searchsorted(decisions["sequence"], page.rows["sequence"])
        window = pd.Series((start + places) // state.window, page.rows.index)
        _count_reviews(connection, page.of("review"), window)
        unmatched = _count_outcomes(state, page.of("outcome"))
        state.add("of_other_models", others)
        state.add("unmatched_outcomes", unmatched)
        state.add("duplicates", len(ours) - len(unseen))
        state.keep(cursor=page.last)


def _ours(reference: Reference, page: EventPage) -> tuple[pd.DataFrame, int]:
    decisions = page.of("decision")
    ours = decisions["bundle_sha256"] == reference.bundle_sha256
    ours &= decisions["features"].notna()
    return decisions[ours], int((~ours).sum())


def _unseen(connection: sqlite3.Connection, decisions: pd.DataFrame) -> pd.DataFrame:
    """Without events that were sent before, in this page or an earlier one."""
    counted = _counted(connection, decisions["event_id"])
    new = np.array([number is None for number in counted], bool)
    return decisions[new].drop_duplicates("event_id", ignore_index=True)


def _first(
    connection: sqlite3.Connection, decisions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first decision of each application, and the repeats.

    An event that names no client is an application of its own.
    """
    query = "SELECT 1 FROM decisions WHERE client = ?"
    client = decisions["client"]
    known = [
        connection.execute(query, [client_id]).fetchone() is not None
        for client_id in client
    ]
    again = client.notna() & (client.duplicated() | np.array(known, bool))
    return decisions[~again].reset_index(drop=True), decisions[again]


def _keep_repeats(connection: sqlite3.Connection, repeats: pd.DataFrame) -> None:
    connection.executemany(
        "INSERT INTO repeats SELECT ?, event_id FROM decisions WHERE client = ?",
        zip(map(_bytes, repeats["event_id"]), repeats["client"], strict=True),
    )


def _counted(connection: sqlite3.Connection, ids: Iterable[str]) -> list[bytes | None]:
    """The decision that counts for each id: itself, or the one that it repeats."""
    query = (
        "SELECT event_id FROM decisions WHERE event_id = ?1 UNION ALL"
        " SELECT counted FROM repeats WHERE event_id = ?1"
    )
    rows = [
        connection.execute(query, [_bytes(event_id)]).fetchone() for event_id in ids
    ]
    return [row and row[0] for row in rows]


def _bytes(event_id: str) -> bytes:
    return uuid.UUID(event_id).bytes


def _count_decisions(
    reference: Reference, state: State, decisions: pd.DataFrame, start: int
) -> None:
    if not len(decisions):
        return
    numbers = start + np.arange(len(decisions))
    values = vectors(reference, decisions["features"])
    _count_windows(reference, state, decisions, numbers // state.window, values)
    state.connection.executemany(
        "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        zip(
            numbers.tolist(),
            map(_bytes, decisions["event_id"]),
            decisions["sequence"].tolist(),
            decisions["created_at"],
            decisions["client"],
            decisions["margin"].tolist(),
            decisions["recommendation"],
            decisions["policy"],
            map(_rules, decisions["fired"], decisions["unknown"]),
            strict=True,
        ),
    )
    newest = zip(numbers[-NEWEST:].tolist(), values[-NEWEST:], strict=True)
    state.connection.executemany(
        "INSERT INTO newest VALUES (?, ?)",
        ((number, vector.astype("<f4").tobytes()) for number, vector in newest),
    )
    state.connection.execute(
        "DELETE FROM newest WHERE number <= ?", [int(numbers[-1]) - NEWEST]
    )


def _rules(fired: Iterable[str] | None, unknown: Iterable[str] | None) -> str:
    """As JSON, by code."""
    states = dict.fromkeys(() if fired is None else fired, "fired")
    states |= dict.fromkeys(() if unknown is None else unknown, "unknown")
    return json.dumps(states)


def _count_windows(
    reference: Reference,
    state: State,
    decisions: pd.DataFrame,
    window: np.ndarray,
    values: np.ndarray,
) -> None:
    """Add decisions to the windows that they fall in; none of these is skipped."""
    margin = decisions["margin"].to_numpy(np.float64)
    whole = np.column_stack([values.astype(np.float64), margin])
    counts = histogram.count_groups(reference.columns, whole, window - window[0])
    unknown = (decisions["unknown_categories"] > 0).to_numpy()
    refused = (decisions["decision"] == "refused").to_numpy()
    times = decisions["created_at"].to_numpy()
    for number, window_counts in enumerate(counts, int(window[0])):
        mine = window == number
        tallies = [int(mine.sum()), int(unknown[mine].sum()), int(refused[mine].sum())]
        scores = reference.score_bins.count(margin[mine])
        moments = times[mine].min(), times[mine].max()
        _add_window(state, number, window_counts, scores, tallies, moments)


def _add_window(
    state: State,
    number: int,
    counts: np.ndarray,
    scores: np.ndarray,
    tallies: list[int],
    moments: tuple[str, str],
) -> None:
    before = state.connection.execute(
        "SELECT counts, scores, counted, unknown, refused, first_at, last_at"
        " FROM windows WHERE number = ?",
        [number],
    ).fetchone()
    if before is not None:
        counts = counts + unpack(before[0]).reshape(-1, MAX_BINS)
        scores = scores + unpack(before[1])
        tallies = [new + old for new, old in zip(tallies, before[2:5], strict=True)]
        moments = min(moments[0], before[5]), max(moments[1], before[6])
    state.connection.execute(
        "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [number, pack(counts), pack(scores), *tallies, *moments],
    )


def _count_reviews(
    connection: sqlite3.Connection, reviews: pd.DataFrame, window: pd.Series
) -> None:
    """The last review of an application stands, in the window where the first came.

    One that closes it, as it was withdrawn or lapsed, says nothing of the decision, and
    the first of two signatures nothing yet. The hours are those from the application's
    first decision until one stood.
    """
    signed = reviews["final"].fillna(True).astype(bool)
    reviews = reviews[(reviews["action"] != "closed") & signed]
    rows = zip(
        window[reviews.index].tolist(),
        (reviews["action"] == "overridden").tolist(),
        reviews["officer"],
        reviews["created_at"],
        _counted(connection, reviews["prediction_id"]),
        strict=True,
    )
    connection.executemany(
        "INSERT INTO reviews SELECT event_id, ?, ?, ?,"
        " max(0, 24 * (julianday(?) - julianday(created_at)))"
        " FROM decisions WHERE event_id = ?"
        " ON CONFLICT DO UPDATE SET overridden = excluded.overridden,"
        " officer = excluded.officer",
        rows,
    )


def _count_outcomes(state: State, outcomes: pd.DataFrame) -> int:
    """The last outcome of an application stands. Returns how many are of no decision.

    They are kept without a number; see `mature`.
    """
    rows = zip(
        _counted(state.connection, outcomes["prediction_id"]),
        outcomes["defaulted"],
        outcomes["observed_on"],
        strict=True,
    )
    known = [(of, bool(bad), on) for of, bad, on in rows if of is not None]
    state.connection.executemany(
        "INSERT INTO outcomes VALUES (?, NULL, ?, ?) ON CONFLICT (prediction) DO"
        " UPDATE SET defaulted = excluded.defaulted,"
        " observed_on = excluded.observed_on",
        known,
    )
    return len(outcomes) - len(known)


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
