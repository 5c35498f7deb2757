"""From the model's decision and the rules that fired to a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from policy.evaluate import Outcome
from policy.rules import Recommendation


def recommend(
    decision: Literal["granted", "refused"], outcome: Outcome, met: Sequence[bool]
) -> Recommendation:
    """`met`: of each rule of the outcome, whether what it requires is there.

    A refusal, then a referral, go before the model; an unknown rule refers unless it is
    a note, a failed evaluation always; a grant that requires what is not there refers.
    """
    if outcome.failed is not None:
        return "referred"
    some = list(zip(outcome.fired, met, strict=True))
    if any(one.rule.effect == "refuse" and not one.missing for one, _ in some):
        return "refused"
    refers = (
        one.rule.effect == "refer" or (one.missing and one.rule.effect != "note")
        for one, _ in some
    )
    if any(refers):
        return "referred"
    waits = any(
        one.rule.effect in ("require", "second_review") and not there
        for one, there in some
    )
    return "referred" if waits and decision == "granted" else decision
