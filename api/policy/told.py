"""What an applicant is told of the rules that fired and of what was consulted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.schemas.answers import Labels
from api.store.people.evidence import met

REFERRED, REGISTER = "referred", "register"
LISTED = {"positive": True, "negative": False}
# The effects that make a recommendation of which the model alone is not the reason.
_DECIDING = {"refused": "refuse", REFERRED: "refer"}


@dataclass(frozen=True)
class Assessed:
    """What model and rules recommended together, by a stored answer.

    `rules`: those that fired, as they were answered; an answer of before there were
    any has none.
    """

    decision: str
    recommendation: str
    rules: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> Assessed:
        decision = answered["decision"]
        policy = answered.get("policy") or {}
        recommended = answered.get("recommendation") or decision
        return cls(decision, recommended, policy.get("rules", ()))

    @property
    def by_rule(self) -> bool:
        """Whether rules decided, alone or beside the model."""
        return self.recommendation != self.decision or bool(self._with("refuse"))

    def sentences(self, language: str) -> list[str]:
        """Of the rules that made the recommendation what it is."""
        effect = _DECIDING.get(self.recommendation, "")
        return [_sentence(rule, language) for rule in self._with(effect)]

    def needed(
        self, evidence: Sequence[Mapping[str, Any]], day: str, language: str
    ) -> Iterator[str]:
        """What a grant requires that is not on record on this day."""
        for rule in self._with("require"):
            kind, within = rule["evidence"], rule["within_days"]
            if not met(evidence, kind, within, day):
                yield _sentence(rule, language)

    @property
    def misses(self) -> bool:
        """Whether it was referred as facts were missing."""
        return any(rule.get("missing") for rule in self.rules)

    def _with(self, effect: str) -> list[Mapping[str, Any]]:
        """Of an unknown rule the sentence may be untrue."""
        return [
            rule
            for rule in self.rules
            if rule["effect"] == effect and not rule.get("missing")
        ]


def registers(
    evidence: Sequence[Mapping[str, Any]], until: str | None
) -> Iterator[tuple[str, date, bool | None]]:
    """Each register consulted, the day, and whether it lists the applicant.

    The newest answer of each source; `until`: the moment of the decision that is told,
    None where nobody took it yet. `evidence`: newest first.
    """
    known = set()
    for one in evidence:
        before = until is None or one["created_at"] <= until
        if one["kind"] == REGISTER and before and one["source"] not in known:
            known.add(one["source"])
            day = date.fromisoformat(one["consulted_at"])
            yield one["source"], day, LISTED.get(one["result"])


def _sentence(rule: Mapping[str, Any], language: str) -> str:
    return Labels(**rule["text"]).in_language(language)
