"""What a validation file is made of: plain data, in every language at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.gates.gate import Gate
from training.gates.stability import UNKNOWN
from training.language import SOURCE, Labels


@dataclass(frozen=True)
class Test:
    """What was found, what is allowed, and whether it is.

    `passed`: None where it could not be measured. `source`: where the number stands.
    """

    name: str
    found: float | None
    limit: float | None
    passed: bool | None
    why: Labels
    source: str

    # Not one of pytest's.
    __test__ = False


@dataclass(frozen=True)
class Table:
    """Names of the columns, and rows of as many cells; `says` stands above them."""

    names: Sequence[Labels]
    rows: Sequence[Sequence[Labels]]
    says: Labels | None = None


@dataclass(frozen=True)
class Gap:
    """What nobody can know from the file, and what would close it."""

    what: Labels
    to_do: Labels


@dataclass(frozen=True)
class Chapter:
    """One chapter; `lines` are paragraphs."""

    name: str
    title: Labels
    lines: Sequence[Labels] = ()
    tables: Sequence[Table] = ()
    tests: Sequence[Test] = ()
    gaps: Sequence[Gap] = ()


@dataclass(frozen=True)
class Point:
    """A point of a law's list: what it asks, what is known, what is left to write."""

    number: str
    asks: Labels
    known: Sequence[Labels] = ()
    to_write: Labels | None = None


def of_gate(gate: Gate) -> Test:
    """A promotion gate is a test; one that could not be known is neither way."""
    open_ = gate.reason[SOURCE] == UNKNOWN[SOURCE]
    return Test(
        gate.gate,
        gate.value,
        gate.limit,
        None if open_ else gate.passed,
        gate.reason,
        "gates/gates.json",
    )


def of_gates(gates: Iterable[Gate], names: Sequence[str]) -> list[Test]:
    """Those of these names that there are, in the gates' order."""
    return [of_gate(gate) for gate in gates if gate.gate in names]
