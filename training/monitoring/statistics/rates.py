"""What became of decisions by the lender's rules, against the windows before.

No training knows how often a rule fires, whom officers overrule or how long people
take: the newest windows are compared with those before them. What a policy recommends
is compared with what the same policy did, as another one is meant to recommend
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.arrays import Array
from training.monitoring.statistics import drift_tests

# Of what, by the name of the alert; behind a colon stands which.
RECOMMENDATION, RULE, UNKNOWN = "recommendation", "rule", "unknown_rule"
RULE_OVERRIDE, OFFICER_OVERRIDE, WAITING = (
    "rule_override",
    "officer_override",
    "waiting",
)
KINDS = (RECOMMENDATION, RULE, UNKNOWN, RULE_OVERRIDE, OFFICER_OVERRIDE, WAITING)
# From an application's first decision until a person's stands: over so many hours.
HOURS = (168, 72, 24, 1)
LEAST_RATE, LEAST_CASES = 0.03, 100
EVERY = -1


@dataclass(frozen=True)
class Rates:
    """How often each of `causes` was the case, in windows in order.

    `hits` of `tries`, shape (windows, causes). `policy`: the number of the policy that
    a cause is of, `EVERY` where it is of none; two policies may have the same cause.
    `served`: shape (windows,), the policy that most decisions of a window are by.
    """

    causes: tuple[str, ...]
    policy: np.ndarray
    hits: np.ndarray
    tries: np.ndarray
    served: np.ndarray

    @classmethod
    def none(cls) -> Rates:
        empty = np.zeros((0, 0), np.int64)
        return cls((), np.zeros(0, np.int64), empty, empty, np.zeros(0, np.int64))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.causes))


@dataclass(frozen=True)
class RateTests:
    """Every array has shape (windows, names): of the policy that served then.

    `hits` of `tries` in the newest windows, and in those before; `effect`: the
    difference of the rates; `p`: of none, 1 where it is too small to matter.
    """

    names: tuple[str, ...]
    hits: np.ndarray
    tries: np.ndarray
    hits_before: np.ndarray
    tries_before: np.ndarray
    effect: Array
    p: Array


def compare(rates: Rates, size: int, windows: int) -> RateTests:
    """Each window and the ones before it, `size` in all, against all before these."""
    names = rates.names
    sums = np.zeros((4, windows, len(names)), np.int64)
    if names:
        hits, tries = (rolling(part, size) for part in (rates.hits, rates.tries))
        parts = (
            hits,
            tries,
            np.cumsum(rates.hits, axis=0) - hits,
            np.cumsum(rates.tries, axis=0) - tries,
        )
        counts = rates.policy == EVERY
        counts = counts | (rates.policy == rates.served[:, None])
        for column, cause in enumerate(rates.causes):
            mine = np.stack([part[:, column] for part in parts])
            sums[:, :, names.index(cause)] += mine * counts[:, column]
    now, of, then, of_then = sums
    effect, p = against_before(now, of, then, of_then)
    return RateTests(names, now, of, then, of_then, effect, p)


def against_before(
    hits: np.ndarray, tries: np.ndarray, hits_before: np.ndarray, before: np.ndarray
) -> tuple[Array, Array]:
    """Differences of rates and their p-values; broadcasts."""
    difference, p = drift_tests.share_test(hits, tries, hits_before, before)
    few = np.minimum(before, tries) < LEAST_CASES
    small = np.abs(difference) < LEAST_RATE
    return difference, np.where(few | small, 1.0, p)


def rolling(values: np.ndarray, size: int) -> np.ndarray:
    """Sums over each row and the ones before it, `size` in all."""
    total = np.cumsum(values, axis=0)
    shifted = np.zeros_like(total)
    shifted[size:] = total[:-size]
    return np.asarray(total - shifted)
