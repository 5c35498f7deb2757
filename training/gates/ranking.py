"""Is it good enough, and not too good: ranking, cost and calibration."""

from __future__ import annotations

import math

from training.evaluation.metrics import chance_error
from training.evaluation.trained_model import TrainedModel
from training.evaluation.uncertainty import Difference, paired_bootstrap
from training.gates.gate import Gate, at_most
from training.language import Labels, _, figure

# What a model with unlimited data may know by heart, and how that grows with few
# defaults: trees fit 200 defaults closer than 20,000 without ranking new ones worse.
GAP, GAP_PER_DEFAULT = 0.1, 4.0
HIGHEST_CALIBRATION_ERROR = 0.01
# With fewer, two rules can hardly be told apart by what their decisions cost.
ENOUGH_DEFAULTS = 500


def auc_ceiling(trained: TrainedModel) -> Gate:
    value = trained.chosen.metrics.auc
    return at_most(
        "auc_ceiling",
        value,
        trained.store.layout.highest_auc,
        _(
            "Nobody is known to rank this lender's clients better; above the limit a"
            " feature must know the outcome."
        ),
    )


def train_gap(trained: TrainedModel) -> Gate:
    value = trained.chosen.metrics.auc_gap
    defaults = float(trained.data.target.sum())
    limit = GAP + GAP_PER_DEFAULT / math.sqrt(defaults)
    return at_most(
        "train_cv_gap",
        value,
        limit,
        _(
            "AUC on clients learned from, less AUC on held-out ones: more means"
            " learning by heart. The limit is {gap} and {per_default}/√{defaults}"
            " defaults.",
            gap=figure(GAP, "g"),
            per_default=figure(GAP_PER_DEFAULT, "g"),
            defaults=figure(defaults, ",.0f"),
        ),
    )


def better_than_dummy(trained: TrainedModel) -> Gate:
    """Decisions must cost less than one decision for everyone, for sure.

    Where few have defaulted it is enough that they seem to.
    """
    difference = _cost_against(trained, "dummy")
    few = trained.data.target.sum() < ENOUGH_DEFAULTS
    asked = _("all of the interval must be below 0")
    if few:
        asked = _("with so few defaults no more can be known than that it seems less")
    return Gate(
        "better_than_dummy",
        difference.value if few else difference.high,
        0.0,
        (difference.value if few else difference.high) < 0,
        _(
            "Business score less the dummy's: {difference}; {asked}.",
            difference=_said(difference),
            asked=asked,
        ),
    )


def no_worse_than_logistic(trained: TrainedModel) -> Gate:
    """The simpler model must not decide better, as far as the clients can tell.

    It is not asked that trees win: where the truth is simple both are as good, and
    the choice between equals is free. That they lose must show beyond chance.
    """
    difference = _cost_against(trained, "logistic_regression")
    if difference.high < 0:
        verdict = _("the chosen one decides better")
    elif difference.low > 0:
        verdict = _("the simpler model decides better: take it")
    else:
        verdict = _("no difference beyond chance on this many clients")
    return Gate(
        "no_worse_than_logistic_regression",
        difference.low,
        0.0,
        difference.low <= 0.0,
        _(
            "Business score less the logistic regression's: {difference}; {verdict}."
            " Fails when all of the interval is above 0.",
            difference=_said(difference),
            verdict=verdict,
        ),
    )


def _said(difference: Difference) -> Labels:
    return _(
        "{difference}, 95 % within {low} and {high} by paired bootstrap",
        difference=figure(difference.value, "+.4f"),
        low=figure(difference.low, "+.4f"),
        high=figure(difference.high, "+.4f"),
    )


def _cost_against(trained: TrainedModel, name: str) -> Difference:
    family = next(
        assessment
        for assessment in trained.assessments
        if assessment.candidate.name == name
    )
    return paired_bootstrap(trained.chosen.cost - family.cost)


def calibration(trained: TrainedModel) -> Gate:
    value = trained.chosen.metrics.ece
    chance = chance_error(trained.chosen.probability)
    limit = max(HIGHEST_CALIBRATION_ERROR, chance)
    return at_most(
        "calibration_error",
        value,
        limit,
        _(
            "Mean gap between probability and default rate over 20 bins of equal mass;"
            " the limit is {limit}, or with few clients what true probabilities stay"
            " below 99 times in 100 ({chance}).",
            limit=figure(HIGHEST_CALIBRATION_ERROR, "g"),
            chance=figure(chance, ".4f"),
        ),
    )
