"""The lender's policies: what their rules say, did, and would change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
from api.schemas.values import INTEGER

# The name of the policy by which is recommended now.
ACTIVE = "active"
Untried = Literal["erased", "other_model", "unknown_client"]


class _Open(BaseModel):
    """With whatever else an editor writes."""

    model_config = ConfigDict(extra="allow")


class PolicyNode(_Open):
    """A step of a decision model: inputs, expressions, a table, what is told."""

    id: str
    type: str


class PolicyEdge(_Open):
    """From which node data go to which; both by their id."""

    sourceId: str
    targetId: str


class PolicyFile(_Open):
    """A decision model in JDM, as GoRules' editor writes it; kept as it is sent."""

    nodes: list[PolicyNode]
    edges: list[PolicyEdge]


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
    """How many decisions go from one recommendation to another, or stay at it."""

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

    `decisions`: how many were tried. `failed`: of how many of them it could not be
    evaluated. `untried`: how many cannot be tried, by why: what describes the person
    was erased, another model decided, or the client is not known any more.
    """

    sha256: Sha256
    decisions: int
    moved: list[Moved]
    rules: list[RuleCount]
    failed: int
    untried: dict[Untried, int] = {}


class TrialQuery(Query):
    """On how many."""

    last: Annotated[
        int, Field(ge=1, le=2000, description="Of the newest decisions."), INTEGER
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


_SAYS = {
    "code": "'LARGE_AMOUNT'",
    "effect": "'second_review'",
    "text.en": "'Two people sign a loan of this size.'",
    "text.fr": "'Un prêt de ce montant demande deux signatures.'",
}
# A policy of one rule.
EXAMPLE: dict[str, Any] = {
    "nodes": [
        {"id": "in", "type": "inputNode", "name": "Facts", "content": {}},
        {
            "id": "about",
            "type": "expressionNode",
            "name": "Version",
            "content": {
                "expressions": [{"id": "v", "key": "version", "value": "'2027-1'"}]
            },
        },
        {
            "id": "amounts",
            "type": "decisionTableNode",
            "name": "Amounts",
            "content": {
                "hitPolicy": "collect",
                "outputPath": "rules",
                "inputs": [{"id": "a", "name": "Amount", "field": "terms.amount"}],
                "outputs": [{"id": n, "name": n, "field": n} for n in _SAYS],
                "rules": [{"_id": "large", "a": "> 500000", **_SAYS}],
            },
        },
        {"id": "out", "type": "outputNode", "name": "Fired", "content": {}},
    ],
    "edges": [
        {"id": f"{one}-{other}", "sourceId": one, "targetId": other}
        for one, other in (
            ("in", "about"),
            ("in", "amounts"),
            ("about", "out"),
            ("amounts", "out"),
        )
    ],
}
