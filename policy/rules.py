"""A policy as it was read: what its rules are, what they say and what they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from policy.program import Program

Effect = Literal["refuse", "refer", "second_review", "require", "note"]
Recommendation = Literal["granted", "referred", "refused"]
Evidence = Literal["identity", "income", "charges", "register", "other"]


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file; `line` is None where it is of the whole file."""

    line: int | None
    where: str
    detail: str


class PolicyError(Exception):
    """A file is no policy: its faults, in the order of their lines."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f.detail for f in faults))
        self.faults = faults


@dataclass(frozen=True)
class Rule:
    """A row of a table of rules.

    `text` by language, English at least. `reads`: facts without which nobody knows
    whether it fires; `tests`: facts that may be missing, as it tests for that.
    `conditions`: a column's expression, empty where it has none, and what it is held
    to; both as the file has them. `evidence` and `within_days`: of what is required.
    `protected`: what it reads of what is protected, whatever it is reached through.
    """

    code: str
    effect: Effect
    text: Mapping[str, str]
    reads: frozenset[str]
    tests: frozenset[str]
    conditions: tuple[tuple[str, str], ...]
    evidence: Evidence | None
    within_days: int | None
    lawful_basis: str | None
    protected: frozenset[str]
    table: str
    line: int


@dataclass(frozen=True)
class Policy:
    """`facts`: all that is read; no others are given to it. `program`: evaluated."""

    version: str
    sha256: str
    rules: tuple[Rule, ...]
    facts: frozenset[str]
    document: Mapping[str, Any]
    content: bytes
    program: Program
