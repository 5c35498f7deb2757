"""From hundreds of contributions to the few steps a person can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api_client.answers import Contribution, Explanation, ModelAnswer
from session.language import plural
from texts.formats import value_text, whole

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
    explanation: Explanation, model: ModelAnswer, shown: int = SHOWN
) -> tuple[Step, ...]:
    """The `shown` largest moves, largest first, then all others as one step.

    The first step starts at the base value and the last one ends at the margin.
    """
    ranked = explanation.ranked
    moves = [(*describe(item, model), item.contribution) for item in ranked[:shown]]
    others = len(ranked) - shown
    label = plural(
        "One other fact",
        "All other {number} facts together",
        others,
        number=whole(others),
    )
    return _chained(moves, label if others > 0 else "", explanation)


def group_steps(
    explanation: Explanation, model: ModelAnswer, shown: int = SHOWN
) -> tuple[Step, ...]:
    """One step per group of facts, as `waterfall_steps` has one per fact."""
    moved: dict[str, float] = {}
    for item in explanation.contributions:
        group = model.describe(item.feature).group
        moved[group] = moved.get(group, 0.0) + item.contribution
    ranked = sorted(moved.items(), key=lambda pair: -abs(pair[1]))
    moves = [(model.group_label(group), "", size) for group, size in ranked]
    others = len(moves) - shown
    label = plural(
        "One other kind of facts",
        "All other {number} kinds of facts together",
        others,
        number=others,
    )
    return _chained(moves[:shown], label if others > 0 else "", explanation)


def _chained(
    moves: Sequence[tuple[str, str, float]], others: str, explanation: Explanation
) -> tuple[Step, ...]:
    """Steps from the base value; what is left to the margin is the step `others`."""
    steps: list[Step] = []
    at = explanation.base_value
    for label, value, size in moves:
        steps.append(Step(label, value, at, size))
        at = steps[-1].end
    if others:
        steps.append(Step(others, "", at, explanation.margin - at))
    return tuple(steps)


def describe(item: Contribution, model: ModelAnswer) -> tuple[str, str]:
    """The label of a contribution's feature, and its value with its unit."""
    feature = model.describe(item.feature)
    return feature.label, value_text(item.value, feature)
