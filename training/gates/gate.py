"""One promotion gate: what was found, what is allowed, and why it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from training import markdown
from training.language import SOURCE, Labels, _, alike, figure


@dataclass(frozen=True)
class Gate:
    """The finding of one gate about one model.

    `value` and `limit` are in the gate's own unit, None when there is no number;
    `reason` says in a sentence, in every language, what was found and why it matters.
    """

    gate: str
    value: float | None
    limit: float | None
    passed: bool
    reason: Labels

    def to_json(self) -> dict[str, Any]:
        """Return the gate as an entry of the manifest's `metrics.gates`."""
        return asdict(self)


def at_most(gate: str, value: float, limit: float, reason: Labels) -> Gate:
    """Passed unless the value is above the limit."""
    return Gate(gate, value, limit, value <= limit, reason)


def at_least(gate: str, value: float, limit: float, reason: Labels) -> Gate:
    """Passed unless the value is below the limit."""
    return Gate(gate, value, limit, value >= limit, reason)


def gate_of(document: Mapping[str, Any]) -> Gate:
    """The gate of an entry of the manifest."""
    return Gate(**document)


def table(gates: Iterable[Gate]) -> Labels:
    """Every gate as a Markdown table, a line each."""
    names = (_("gate"), _("found"), _("limit"), _("passed"), _("why"))
    rows = (
        (
            alike(gate.gate),
            number(gate.value),
            number(gate.limit),
            _("yes") if gate.passed else _("**no**"),
            gate.reason,
        )
        for gate in gates
    )
    return markdown.table(names, rows)


def found(gate: Gate) -> str:
    """What was found and what is allowed, where nobody has a language."""
    return f"{number(gate.value)[SOURCE]}, limit {number(gate.limit)[SOURCE]}"


def number(value: float | None) -> Labels:
    return alike("-") if value is None else figure(value, ".4g")
