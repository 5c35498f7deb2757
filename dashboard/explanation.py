"""From hundreds of contributions to the few steps a person can follow."""

from __future__ import annotations

from dataclasses import dataclass

from answers import Contribution, Explanation
from formats import value_text
from model_answers import Model

SHOWN = 10


@dataclass(frozen=True)
class Step:
    """One move of the margin (log-odds) from `start` by `size`."""

    label: str
    value: str
    start: float
    size: float

    @property
    def end(self) -> float:
        return self.start + self.size


def waterfall_steps(
    explanation: Explanation, model: Model, language: str, shown: int = SHOWN
) -> tuple[Step, ...]:
    """The `shown` largest moves, largest first, then all others as one step.

    The first step starts at the base value and the last one ends at the margin.
    """
    ranked = sorted(explanation.contributions, key=_size, reverse=True)
    steps: list[Step] = []
    at = explanation.base_value
    for item in ranked[:shown]:
        label, value = describe(item, model, language)
        steps.append(Step(label, value, at, item.contribution))
        at = steps[-1].end
    if (others := len(ranked) - shown) > 0:
        label = f"All other {others:,} facts together"
        steps.append(Step(label, "", at, explanation.margin - at))
    return tuple(steps)


def describe(item: Contribution, model: Model, language: str) -> tuple[str, str]:
    """The label of a contribution's feature, and its value with its unit."""
    feature = model.describe(item.feature)
    return (
        feature.labels.text(language),
        value_text(item.value, feature.unit, item.feature),
    )


def _size(item: Contribution) -> float:
    return abs(item.contribution)
