"""From hundreds of contributions to the few steps a person can follow."""

from __future__ import annotations

from dataclasses import dataclass

from answers import Contribution, Explanation
from formats import value_text, whole
from language import plural
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
    explanation: Explanation, model: Model, shown: int = SHOWN
) -> tuple[Step, ...]:
    """The `shown` largest moves, largest first, then all others as one step.

    The first step starts at the base value and the last one ends at the margin.
    """
    ranked = sorted(explanation.contributions, key=_size, reverse=True)
    steps: list[Step] = []
    at = explanation.base_value
    for item in ranked[:shown]:
        label, value = describe(item, model)
        steps.append(Step(label, value, at, item.contribution))
        at = steps[-1].end
    if (others := len(ranked) - shown) > 0:
        label = plural(
            "One other fact",
            "All other {number} facts together",
            others,
            number=whole(others),
        )
        steps.append(Step(label, "", at, explanation.margin - at))
    return tuple(steps)


def group_steps(explanation: Explanation, model: Model) -> tuple[Step, ...]:
    """One step per group of facts, largest first, from base value to margin."""
    moved: dict[str, float] = {}
    for item in explanation.contributions:
        group = model.describe(item.feature).group
        moved[group] = moved.get(group, 0.0) + item.contribution
    steps: list[Step] = []
    at = explanation.base_value
    for group, size in sorted(moved.items(), key=lambda pair: -abs(pair[1])):
        steps.append(Step(model.group_label(group), "", at, size))
        at = steps[-1].end
    return tuple(steps)


def describe(item: Contribution, model: Model) -> tuple[str, str]:
    """The label of a contribution's feature, and its value with its unit."""
    feature = model.describe(item.feature)
    return (
        feature.labels.text,
        value_text(item.value, feature.unit, item.feature),
    )


def _size(item: Contribution) -> float:
    return abs(item.contribution)
