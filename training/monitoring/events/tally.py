"""What the state knows of recommendations and reviews, window by window."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from training.monitoring.statistics.rates import (
    EVERY,
    HOURS,
    OFFICER_OVERRIDE,
    RECOMMENDATION,
    RULE,
    RULE_OVERRIDE,
    UNKNOWN,
    WAITING,
    Rates,
)

# Decisions by a policy, with the window that each falls in.
_DECIDED = (
    "SELECT number / :size AS window, policy, recommendation, rules FROM decisions"
    " WHERE policy IS NOT NULL"
    " AND number >= :first * :size AND number < :end * :size"
)
_RECOMMENDED = (
    f"SELECT window, policy, recommendation, count(*) FROM ({_DECIDED})"
    " GROUP BY 1, 2, 3"
)
_BY_RULE = (
    f"SELECT window, policy, key, value, count(*) FROM ({_DECIDED}), json_each(rules)"
    " GROUP BY 1, 2, 3, 4"
)
_REVIEWED = "FROM reviews WHERE window >= :first AND window < :end"
_RULE_REVIEWS = (
    "SELECT window, policy, key, count(*), sum(overridden) FROM reviews"
    " JOIN decisions ON event_id = prediction, json_each(rules)"
    " WHERE window >= :first AND window < :end AND policy IS NOT NULL"
    " GROUP BY 1, 2, 3"
)
_OFFICERS = (
    f"SELECT window, officer, count(*), sum(overridden) {_REVIEWED}"
    " AND officer IS NOT NULL GROUP BY 1, 2"
)
_WAITED = ", ".join(f"sum(hours > {hours})" for hours in HOURS)
_HOURS = f"SELECT window, count(*), {_WAITED} {_REVIEWED} GROUP BY 1"
# One rate in one window: cause, policy, window, hits, tries.
Part = tuple[str, str | None, int, int, int]


def rates_of(connection: sqlite3.Connection, size: int, first: int, end: int) -> Rates:
    """The rates in windows of so many decisions, from `first` to before `end`."""
    asked = {"size": size, "first": first, "end": end}
    decided, served = _policies(connection, asked)
    parts = [
        *_recommendations(connection, asked, decided),
        *_reviews(connection, asked),
    ]
    policies = list(dict.fromkeys(policy for policy, _window in decided))
    columns = list(dict.fromkeys((cause, policy) for cause, policy, *_ in parts))
    hits, tries = np.zeros((2, end - first, len(columns)), np.int64)
    places = {column: at for at, column in enumerate(columns)}
    for (cause, policy), at in places.items():
        for (of_policy, window), count in decided.items():
            # A rule that did not fire at all in a window could have.
            if of_policy == policy and not cause.startswith(RULE_OVERRIDE):
                tries[window - first, at] = count
    for cause, policy, window, hit, of in parts:
        row, at = window - first, places[cause, policy]
        hits[row, at], tries[row, at] = hit, of
    number = [EVERY if one is None else policies.index(one) for _, one in columns]
    by_window = [
        policies.index(served[w]) if w in served else EVERY - 1
        for w in range(first, end)
    ]
    return Rates(
        tuple(cause for cause, _ in columns),
        np.array(number, np.int64),
        hits,
        tries,
        np.array(by_window, np.int64),
    )


def _policies(
    connection: sqlite3.Connection, asked: dict[str, int]
) -> tuple[dict[tuple[str, int], int], dict[int, str]]:
    """Decisions by policy and window, and whose most are in each window."""
    decided: dict[tuple[str, int], int] = defaultdict(int)
    for window, policy, _name, count in connection.execute(_RECOMMENDED, asked):
        decided[policy, window] += count
    most = sorted(decided.items(), key=lambda entry: entry[1])
    return decided, {window: policy for (policy, window), _count in most}


def _recommendations(
    connection: sqlite3.Connection,
    asked: dict[str, int],
    decided: dict[tuple[str, int], int],
) -> Iterator[Part]:
    for window, policy, name, count in connection.execute(_RECOMMENDED, asked):
        # How many are granted follows from the others.
        if name != "granted":
            of = decided[policy, window]
            yield f"{RECOMMENDATION}:{name}", policy, window, count, of
    for window, policy, code, state, count in connection.execute(_BY_RULE, asked):
        kind = UNKNOWN if state == "unknown" else RULE
        yield f"{kind}:{code}", policy, window, count, decided[policy, window]


def _reviews(connection: sqlite3.Connection, asked: dict[str, int]) -> Iterator[Part]:
    for window, policy, code, of, hits in connection.execute(_RULE_REVIEWS, asked):
        yield f"{RULE_OVERRIDE}:{code}", policy, window, hits, of
    for window, officer, of, hits in connection.execute(_OFFICERS, asked):
        yield f"{OFFICER_OVERRIDE}:{officer}", None, window, hits, of
    for window, of, *waited in connection.execute(_HOURS, asked):
        for hours, hits in zip(HOURS, waited, strict=True):
            yield f"{WAITING}:{hours}", None, window, hits, of
