"""Which rules of a policy fire, by zen-engine, within a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy.rules import Policy, Rule

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Fired:
    """A rule that fired, or that is unknown as these facts are `missing`.

    `facts`: those that it reads, as they were given.
    """

    rule: Rule
    missing: tuple[str, ...]
    facts: Facts


@dataclass(frozen=True)
class Outcome:
    """In the order of the rules; `failed`: why it could not be evaluated."""

    fired: tuple[Fired, ...]
    failed: str | None = None


class Evaluator:
    """Evaluates one policy. Made after a fork, as zen-engine has threads of its own."""

    def __init__(self, policy: Policy, seconds: float) -> None:
        """`seconds`: after which the evaluation of one is cut off."""
        self.policy = policy
        self._seconds = seconds

    def outcomes(self, facts: Sequence[Facts]) -> list[Outcome]:
        """Of each; facts by their dotted names, one that is None or absent is missing.

        Never raises for what a policy or a fact is: such an outcome has `failed`.
        """
        raise NotImplementedError
