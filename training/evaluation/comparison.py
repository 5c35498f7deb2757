"""Whether a change pays: two candidates on the same clients, in the same folds."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from training.arrays import Array
from training.evaluation.cross_validation import Assessment
from training.evaluation.metrics import ranking_by_fold, standard_error


@dataclass(frozen=True)
class Comparison:
    """What a variant brings over a base: a cost below 0 and an AUC above 0 are good.

    Paired: the standard errors are of the difference, over clients for the cost and
    over folds for the AUC.
    """

    base: str
    variant: str
    business_score: float
    business_score_se: float
    auc: float
    auc_se: float

    @property
    def pays(self) -> bool:
        """It costs less by more than chance explains (two standard errors)."""
        return self.business_score < -2 * self.business_score_se

    @property
    def helps(self) -> bool:
        """It costs less, or ranks better beyond chance, and loses in neither."""
        better = self.business_score < 0 or self.auc > 2 * self.auc_se
        return better and not self.loses(2.0)

    def loses(self, errors: float) -> bool:
        """It costs more, or ranks worse, by more than so many standard errors."""
        costs_more = self.business_score > errors * self.business_score_se
        return costs_more or self.auc < -errors * self.auc_se

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "pays": self.pays}


def compare(base: Assessment, variant: Assessment, target: Array) -> Comparison:
    """Both at their own thresholds, on the same clients."""
    extra = variant.cost - base.cost
    ranks = np.subtract(
        ranking_by_fold(target, variant.margin, variant.fold),
        ranking_by_fold(target, base.margin, base.fold),
    )
    return Comparison(
        base=base.candidate.label,
        variant=variant.candidate.label,
        business_score=float(extra.mean()),
        business_score_se=standard_error(extra),
        auc=float(ranks.mean()),
        auc_se=standard_error(ranks),
    )
