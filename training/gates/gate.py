"""One promotion gate: what was found, what is allowed, and why it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Gate:
    """The finding of one gate about one model.

    `value` and `limit` are in the gate's own unit, None when there is no number;
    `reason` says in a sentence what was found and why it matters.
    """

    gate: str
    value: float | None
    limit: float | None
    passed: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the gate as an entry of the manifest's `metrics.gates`."""
        return asdict(self)


def at_most(gate: str, value: float, limit: float, reason: str) -> Gate:
    """Passed unless the value is above the limit."""
    return Gate(gate, value, limit, value <= limit, reason)


def at_least(gate: str, value: float, limit: float, reason: str) -> Gate:
    """Passed unless the value is below the limit."""
    return Gate(gate, value, limit, value >= limit, reason)


def gate_of(document: Mapping[str, Any]) -> Gate:
    """The gate of an entry of the manifest."""
    return Gate(**document)


def table(gates: Iterable[Gate]) -> str:
    """Every gate as a Markdown table, a line each."""
    lines = ["| gate | found | limit | passed | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {gate.gate} | {number(gate.value)} | {number(gate.limit)} |"
        f" {'yes' if gate.passed else '**no**'} | {gate.reason} |"
        for gate in gates
    ]
    return "\n".join(lines)


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
