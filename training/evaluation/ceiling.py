"""What a model that is never served would reach: how much the served one leaves over.

The blend is a logistic regression over the members' out-of-fold margins, fitted for
each fold on the others. A member that says nothing new gets no weight by it.
Source: Wolpert, Stacked generalization, Neural Networks 5, 1992.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.arrays import Array
from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison, compare
from training.evaluation.cross_validation import Assessment, assess, judged
from training.models.candidates import Candidate
from training.models.dataset import Labelled

NAME = "ceiling"


@dataclass(frozen=True)
class Ceiling:
    """The blend of these members, and what it has over the served model."""

    members: tuple[str, ...]
    blend: Assessment
    over_served: Comparison

    def to_json(self) -> dict[str, Any]:
        metrics, over = self.blend.metrics, self.over_served.intervals()
        return {
            "members": list(self.members),
            "auc": metrics.auc,
            "auc_se": metrics.auc_se,
            "business_score": metrics.business_score,
            "business_score_se": metrics.business_score_se,
            "auc_over_served": over["auc"],
            "business_score_over_served": over["business_score"],
        }


def ceiling(
    served: Assessment,
    others: Sequence[Assessment],
    outside: Sequence[Candidate],
    data: Labelled,
    costs: Costs,
    progress: Callable[[str], None],
    jobs: int,
) -> Ceiling:
    """Blend the served model with others, on the same folds.

    `others`: assessments that there are already; `outside`: candidates to assess.
    """
    members = [served, *others]
    members += [assess(one, data, costs, progress, jobs) for one in outside]
    margins = np.column_stack([one.margin for one in members])
    blended = blend(margins, data.target, served.fold)
    # It could be asked by no one, so there are no clients that it knows by heart.
    spent = [(np.nan, np.nan, np.nan)]
    candidate = Candidate(NAME, served.candidate.fit)
    assessment = judged(candidate, data, costs, served.fold, blended, spent)
    return Ceiling(
        tuple(one.candidate.label for one in members),
        assessment,
        compare(served, assessment, data.target),
    )


def blend(margins: Array, target: Array, fold: Array) -> Array:
    """Margins of shape (clients,), of members' out-of-fold ones (clients, members)."""
    blended = np.empty(len(target))
    for number in np.unique(fold):
        known, held_out = fold != number, fold == number
        model = LogisticRegression(C=1.0).fit(margins[known], target[known])
        blended[held_out] = model.decision_function(margins[held_out])
    return blended
