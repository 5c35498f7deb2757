"""From looks to alerts: one per cause, opened, updated and closed.

What a look raises opens the cause's alert, unless an open one explains it: a feature
that goes with one already alerted to, or the decision rate when the score has moved.
An alert closes after `QUIET` looks in a row that find nothing in the newest windows;
afterwards only windows since then can open it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from training.monitoring.events.state import State
from training.monitoring.statistics import rates
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import LEVEL, ScaleTests

QUIET = 4
CALM = 0.01
GOES_WITH = 0.6


@dataclass(frozen=True)
class Signal:
    """What one look says of one cause.

    `sizes`: the widths (in windows) at which it is raised; `calm`: nothing in the
    newest windows. `evidence`: numbers of the most certain width.
    """

    cause: str
    sizes: tuple[int, ...]
    calm: bool
    evidence: Mapping[str, Any]


@dataclass
class Cause:
    """Where a cause stands. `closed_at`: the look at which it was last closed."""

    status: str = "closed"
    quiet: int = 0
    closed_at: int | None = None
    severity: str = "info"
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AlertChange:
    """An alert that was opened, updated or closed at a look."""

    cause: str
    status: str
    severity: str
    what: str
    evidence: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, cause: Cause, what: str) -> AlertChange:
        return cls(name, cause.status, cause.severity, what, dict(cause.evidence))


def signals(
    reference: Reference, scales: list[ScaleTests], row: int, known: Collection[str]
) -> Iterator[Signal]:
    """What the look at one row of the tests says, strongest first.

    Of causes that are neither raised nor known it says nothing. A rule that is no more,
    and an officer who is gone, are calm.
    """
    names = scales[0].causes
    p = np.stack([tests.p[row] for tests in scales])
    raw = np.stack([tests.raw[row] for tests in scales])
    effect = np.stack([tests.effect[row] for tests in scales])
    raised = np.asarray(np.less_equal(p, LEVEL))
    # The widest scale remembers what is over; the one before it must be quiet, and
    # show far less than the widest.
    calm = (raw[:-1] > CALM).all(axis=0)
    calm &= ~raised[-1] | (np.abs(effect[-2]) < np.abs(effect[-1]) / 2)
    order = np.argsort(p.min(axis=0), kind="stable")
    for index in order:
        if not raised[:, index].any() and names[index] not in known:
            continue
        best = int(np.argmin(p[:, index]))
        sizes = tuple(
            tests.scale
            for tests, yes in zip(scales, raised[:, index], strict=True)
            if yes
        )
        evidence = {
            "effect": float(effect[best, index]),
            "p": float(p[best, index]),
            "windows": scales[best].scale,
            **_moved(scales[best], names[index], reference, row),
        }
        yield Signal(names[index], sizes, bool(calm[index]), evidence)
    for gone in sorted(set(known) - set(names)):
        if gone.partition(":")[0] in rates.KINDS:
            yield Signal(gone, (), True, {"effect": 0.0})


def _moved(
    tests: ScaleTests, cause: str, reference: Reference, row: int
) -> dict[str, float]:
    kind, _, name = cause.partition(":")
    if kind in rates.KINDS:
        at = tests.rates.names.index(cause)
        return {
            "size": int(tests.rates.tries[row, at]),
            "size_before": int(tests.rates.tries_before[row, at]),
        }
    if kind not in {"feature", "missing", "score"}:
        return {}
    index = reference.monitored.index(name) if name else len(reference.monitored)
    shifts = tests.shifts
    moved = {
        "shift": float(shifts.shift[row, index]),
        "distance": float(shifts.distance[row, index]),
        "missing": float(shifts.missing[row, index]),
        "psi": float(shifts.psi[row, index]),
    }
    return moved | ({"importance": float(reference.share[index])} if name else {})


class Alerts:
    """The causes of one state, advanced look by look inside a transaction."""

    def __init__(self, reference: Reference, state: State) -> None:
        self.reference, self.state = reference, state
        rows = state.connection.execute("SELECT cause, state FROM alerts").fetchall()
        self.causes = {cause: Cause(**json.loads(text)) for cause, text in rows}

    def advance(
        self, raised: Iterable[Signal], at: int, severity: Callable[..., str]
    ) -> list[AlertChange]:
        """What one look changes; `severity(reference, cause, evidence)` grades it."""
        changes: list[AlertChange] = []
        for signal in raised:
            cause = self.causes.get(signal.cause)
            if cause is None:
                if not signal.sizes:
                    continue
                cause = self.causes[signal.cause] = Cause()
            graded = severity(self.reference, signal.cause, signal.evidence)
            what = self._step(cause, signal, at, graded)
            if what:
                changes.append(AlertChange.of(signal.cause, cause, what))
        return changes

    def _step(self, cause: Cause, signal: Signal, at: int, severity: str) -> str | None:
        if cause.status == "closed":
            return self._open(cause, signal, at, severity)
        cause.quiet = cause.quiet + 1 if signal.calm else 0
        if cause.quiet == QUIET:
            cause.status, cause.closed_at, cause.quiet = "closed", at, 0
            return "closed"
        if signal.calm or not signal.sizes:
            return None
        changed = severity != cause.severity
        cause.evidence |= signal.evidence
        cause.severity = severity
        return "updated" if changed else None

    def _open(self, cause: Cause, signal: Signal, at: int, severity: str) -> str | None:
        since = np.inf if cause.closed_at is None else at - cause.closed_at
        if signal.calm or not any(size <= since for size in signal.sizes):
            return None
        explained = self._explained(signal.cause)
        if explained:
            # Told with the other: only what comes after it is news.
            cause.closed_at = at
            with_it = self.causes[explained].evidence.setdefault("goes_with", [])
            if signal.cause not in with_it:
                with_it.append(signal.cause)
            return None
        cause.status, cause.quiet, cause.severity = "open", 0, severity
        cause.evidence = dict(signal.evidence)
        return "opened"

    def _explained(self, cause: str) -> str | None:
        """An open alert that this cause is a part of."""
        kind, _, name = cause.partition(":")
        if open_one := self._wider(cause, kind):
            return open_one
        if kind not in {"feature", "missing"}:
            return None
        names = self.reference.monitored
        strength = self.reference.correlation[names.index(name)]
        for index in np.argsort(-strength, kind="stable"):
            if strength[index] < GOES_WITH:
                break
            for other in (f"feature:{names[index]}", f"missing:{names[index]}"):
                if other != cause and self._is_open(other):
                    return other
        return None

    def _wider(self, cause: str, kind: str) -> str | None:
        """An open alert on what carries this one along."""
        wider: tuple[str, ...] = {
            "decision_rate": ("score",),
            rates.RECOMMENDATION: ("score", "decision_rate"),
            rates.WAITING: tuple(f"{rates.WAITING}:{hours}" for hours in rates.HOURS),
        }.get(kind, ())
        others = (one for one in wider if one != cause)
        return next(filter(self._is_open, others), None)

    def _is_open(self, cause: str) -> bool:
        state = self.causes.get(cause)
        return state is not None and state.status == "open"

    def save(self) -> None:
        self.state.connection.executemany(
            "INSERT OR REPLACE INTO alerts VALUES (?, ?)",
            [(cause, json.dumps(asdict(one))) for cause, one in self.causes.items()],
        )
