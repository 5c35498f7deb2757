"""Whether a change pays: two candidates on the same clients, in the same folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import t

from training.arrays import Array
from training.evaluation.cross_validation import FOLDS, Assessment
from training.evaluation.metrics import ranking_by_fold, standard_error
from training.models.candidates import DUMMY

# Standard errors on either side: of so few folds, and of many clients.
OVER_FOLDS = float(t.ppf(0.975, FOLDS - 1))
OVER_CLIENTS = 1.96


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

    def intervals(self) -> dict[str, dict[str, object]]:
        """Both differences, each with what has the truth in it 95 times in 100."""
        return {
            "auc": _interval(self.auc, self.auc_se, OVER_FOLDS),
            "business_score": _interval(
                self.business_score, self.business_score_se, OVER_CLIENTS
            ),
        }


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


def rivals(
    chosen: Assessment, families: Sequence[Assessment], target: Array
) -> tuple[Comparison, ...]:
    """What each other family that looks at inputs would bring over the chosen one."""
    others = (one for one in families if one.candidate.name != chosen.candidate.name)
    return tuple(
        compare(chosen, one, target) for one in others if one.candidate.name != DUMMY
    )


def _interval(difference: float, error: float, errors: float) -> dict[str, object]:
    reach = errors * error
    return {
        "difference": difference,
        "standard_error": error,
        "interval": [difference - reach, difference + reach],
    }
