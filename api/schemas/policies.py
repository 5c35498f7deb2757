"""The lender's policies: what their rules say, did, and would change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.answers import (
    Answer,
    Effect,
    EvidenceKind,
    Labels,
    Moment,
    Recommendation,
    Sha256,
)
from api.schemas.requests import Query


class Condition(Answer):
    """An expression of a rule, and what it is held to; both as in the file."""

    reads: str
    test: str


class PolicyRule(Answer):
    """A rule as the file has it; `line` is where it begins.

    `facts`: those that it reads; `protected`: those of them that may be read only on a
    lawful basis, which the file states.
    """

    code: str
    effect: Effect
    text: Labels
    table: str
    line: int
    conditions: list[Condition]
    facts: list[str]
    evidence: EvidenceKind | None
    within_days: int | None
    protected: list[str]
    lawful_basis: str | None


class PolicySummary(Answer):
    """A policy that was added. Null of the built-in one: who added it, and when."""

    sha256: Sha256
    version: str
    active: bool
    added_by: str | None
    added_at: Moment | None
    activated_by: str | None
    activated_at: Moment | None


class PoliciesAnswer(Answer):
    """Newest first; the built-in one, which has no rules, is last."""

    policies: list[PolicySummary]


class PolicyAnswer(PolicySummary):
    """`document`: the file as it was added, a decision model in JDM."""

    rules: list[PolicyRule]
    document: dict[str, object]


class Moved(Answer):
    """How many decisions go from one recommendation to another."""

    before: Recommendation
    after: Recommendation
    decisions: int


class RuleCount(Answer):
    """How often a rule fired, was unknown, and alone made the recommendation."""

    code: str
    fired: int
    unknown: int
    alone: int


class Trial(Answer):
    """What a policy would have recommended in the last stored decisions.

    `failed`: of how many it could not be evaluated.
    """

    sha256: Sha256
    decisions: int
    moved: list[Moved]
    rules: list[RuleCount]
    failed: int


class TrialQuery(Query):
    """On how many."""

    last: Annotated[
        int, Field(ge=1, le=2000, description="Of the newest decisions.")
    ] = 500


class RuleResult(Answer):
    """How often a rule fired in decisions, and what became of those that were granted.

    `granted`: how many stand as granted; `repaid` and `defaulted` of them, as far as
    outcomes are known.
    """

    code: str
    fired: int
    unknown: int
    granted: int
    repaid: int
    defaulted: int


class PolicyResults(Answer):
    """Of all decisions by this policy."""

    sha256: Sha256
    decisions: int
    recommendations: dict[Recommendation, int]
    rules: list[RuleResult]


class Activation(Answer):
    """The policy that is active now, and what it changes in the last decisions."""

    policy: PolicySummary
    trial: Trial
