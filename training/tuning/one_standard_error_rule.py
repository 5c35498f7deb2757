"""Which trial of a search to keep: of those that cost the same, the best ranking.

A few folds tell costs apart far less well than they tell rankings apart, and the least
of many costs is a lucky one. So all trials whose cost is within one standard error of
the least count as equal (the one-standard-error rule of Breiman et al., Classification
and Regression Trees, 1984), and the AUC, which is steadier, decides among them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from training.evaluation.metrics import standard_error
from training.tuning.search_spaces import ModelFamily

AUC = "auc"


def best_parameters(study: optuna.Study, family: ModelFamily) -> dict[str, Any]:
    """Those of the chosen trial; the defaults when none was finished."""
    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if not finished:
        return dict(family.defaults)
    least = fold_costs(min(finished, key=lambda trial: trial.values[0]))
    equal = [trial for trial in finished if _costs_the_same(fold_costs(trial), least)]
    chosen = max(equal, key=lambda trial: (trial.user_attrs[AUC], -trial.number))
    return family.with_values(chosen.params)


def fold_costs(trial: FrozenTrial) -> np.ndarray:
    """Shape (folds,): a trial reports the mean cost of the folds so far."""
    means = np.array(
        [trial.intermediate_values[k] for k in sorted(trial.intermediate_values)]
    )
    sums = means * np.arange(1, len(means) + 1)
    return np.diff(sums, prepend=0.0)


def _costs_the_same(costs: np.ndarray, least: np.ndarray) -> bool:
    """Whether the difference, paired by fold, is within its standard error."""
    extra = costs - least
    return bool(extra.mean() <= standard_error(extra))
