"""How well it ranks, how true its probabilities are, what its decisions cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import norm

from training.bundle.card import calibrated, calibration, costs, segments
from training.evaluation.business_cost import Costs
from training.gates.stability import LEAST_CHANCE, apart_by_chance
from training.language import Labels, _, alike, figure
from training.validation.document import Chapter, Gap, Table, Test, of_gates
from training.validation.evidence import Evidence

# Two-sided 99 %.
FARTHEST_Z = float(norm.isf(0.005))
MEASURED, CORE = "validation/measured.json", "bundle/core.json"


def discrimination(evidence: Evidence) -> Chapter:
    """Does it put those who default above those who repay?"""
    cv = evidence.metrics["cv"]
    rows = [
        (alike("AUC"), _with_error(cv, "auc")),
        (alike("Gini"), figure(2 * cv["auc"] - 1, ".4f")),
        (alike("KS"), figure(cv["ks"], ".4f")),
        (_("average precision"), _with_error(cv, "average_precision")),
        (_("defaults refused"), figure(cv["recall"], ".1%")),
        (_("clients refused"), figure(cv["refused_share"], ".1%")),
    ]
    return Chapter(
        "discrimination",
        _("Discrimination"),
        [_("Out of fold, ± one standard error.")],
        [
            Table((_("measure"), _("value")), rows),
            Table(*segments(evidence.manifest)),
        ],
        of_gates(evidence.gates, ("train_cv_gap", "segment_ranking")),
    )


def calibration_chapter(evidence: Evidence) -> Chapter:
    """Do as many default as is said?"""
    tests = [
        *of_gates(evidence.gates, ("calibration_error", "segment_calibration")),
        spiegelhalter(evidence),
    ]
    return Chapter(
        "calibration",
        _("Calibration"),
        [calibrated(evidence.manifest)],
        [Table(*calibration(evidence.manifest))],
        tests,
    )


def spiegelhalter(evidence: Evidence) -> Test:
    """Are the squared errors as large as true probabilities would make them?

    Source: Spiegelhalter, Probabilistic Prediction in Patient Management, 1986.
    """
    probability = evidence.decisions["probability"].to_numpy(np.float64)
    target = evidence.decisions["TARGET"].to_numpy(np.float64)
    weight = 1 - 2 * probability
    off = float(((target - probability) * weight).sum())
    spread = math.sqrt(float((weight**2 * probability * (1 - probability)).sum()))
    value = abs(off / spread) if spread else 0.0
    return Test(
        "spiegelhalter_z",
        value,
        FARTHEST_Z,
        value <= FARTHEST_Z,
        _(
            "How far the squared errors of {clients} probabilities are from those of"
            " true ones, in standard errors; true ones pass the limit once in 100.",
            clients=figure(len(target), ",d"),
        ),
        "validation/out_of_fold.parquet",
    )


def cost(evidence: Evidence) -> Chapter:
    """Is the threshold where decisions cost least?"""
    manifest = evidence.manifest
    low, high = manifest["threshold_interval"]
    break_even = Costs.of_manifest(manifest).break_even
    inside = low <= break_even <= high
    test = Test(
        "threshold_at_break_even",
        break_even,
        low if break_even < low else high,
        inside,
        _(
            "The threshold that true probabilities would have lies within those of nine"
            " in ten resamples, {low} to {high}: costs and probabilities fit together.",
            low=figure(low, ".4f"),
            high=figure(high, ".4f"),
        ),
        CORE,
    )
    return Chapter("cost", _("Cost"), costs(manifest), _cost_curve(manifest), [test])


def _cost_curve(manifest: Mapping[str, Any]) -> list[Table]:
    """What other thresholds would have granted and cost: every tenth client refused."""
    curve = manifest["metrics"]["cost_curve"]
    step = max(1, len(curve["threshold"]) // 10)
    chosen = curve["threshold"].index(manifest["threshold"])
    places = sorted({*range(0, len(curve["threshold"]), step), chosen})
    rows = [
        (
            _("{threshold} (in use)", threshold=figure(curve["threshold"][at], ".4f"))
            if at == chosen
            else figure(curve["threshold"][at], ".4f"),
            figure(curve["approval_rate"][at], ".1%"),
            _share(curve["default_rate"][at]),
            figure(curve["business_score"][at], ".4f"),
        )
        for at in places
    ]
    names = (
        _("threshold"),
        _("granted"),
        _("of those, defaulted"),
        _("business score"),
    )
    return [Table(names, rows)]


def stability(evidence: Evidence) -> Chapter:
    """Does it hold whoever the clients are, and on those of today?"""
    tests = of_gates(evidence.gates, ("id_blocks",))
    tables, gaps, lines = [], [], []
    if evidence.measured is None:
        gaps.append(
            Gap(
                _("How each fold did is not kept: the run is of an earlier release."),
                _("Train again."),
            )
        )
    else:
        folds = evidence.measured["by_fold"]
        tables.append(_folds(folds))
        tests.append(_fold_spread(folds))
    if evidence.drift is None:
        gaps.append(
            Gap(
                _(
                    "Whether today's applicants are like the training clients is not"
                    " known: no train-against-test report was given."
                ),
                _("Run training drift, then validate --drift FOLDER."),
            )
        )
    else:
        lines.append(_headline(evidence.drift["conclusion"]))
        tests += _drifted(evidence.drift["columns"])
    return Chapter("stability", _("Stability"), lines, tables, tests, gaps)


def _folds(folds: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        (
            figure(number, "d"),
            figure(one["clients"], ",d"),
            figure(one["defaults"] / one["clients"], ".3f"),
            figure(one["predicted_rate"], ".3f"),
            figure(one["auc"], ".4f") if one["auc"] is not None else alike("-"),
            figure(one["business_score"], ".4f"),
        )
        for number, one in enumerate(folds, 1)
    ]
    names = (
        _("fold"),
        _("clients"),
        _("default rate"),
        _("predicted"),
        alike("AUC"),
        _("business score"),
    )
    return Table(names, rows)


def _fold_spread(folds: Sequence[Mapping[str, Any]]) -> Test:
    parts = [
        {**one, "default_rate": one["defaults"] / one["clients"]}
        for one in folds
        if one["auc"] is not None
    ]
    value = apart_by_chance(parts) if len(parts) > 1 else None
    return Test(
        "fold_spread",
        value,
        LEAST_CHANCE,
        None if value is None else value >= LEAST_CHANCE,
        _("Chance that the AUC of the folds lie as far apart as they do."),
        MEASURED,
    )


def _headline(conclusion: Labels) -> Labels:
    """The report's first paragraphs, without what only Markdown needs."""
    return {
        language: text.split("\n\n")[0].replace("**", "").replace("\n", " ")
        for language, text in conclusion.items()
    }


def _drifted(columns: Sequence[Mapping[str, Any]]) -> list[Test]:
    score = next((one for one in columns if one["column"] == "probability"), None)
    if score is None:
        return []
    return [
        Test(
            "score_drift",
            score["distance"],
            score["limit"],
            not score["drifted"],
            _(
                "How far the score moved on average from the training clients to those"
                " without an outcome, in standard deviations (Wasserstein distance);"
                " the limit grows where clients are few."
            ),
            "drift/report.json",
        )
    ]


def _with_error(measured: Mapping[str, Any], name: str) -> Labels:
    return _(
        "{value} ± {error}",
        value=figure(measured[name], ".4f"),
        error=figure(measured[f"{name}_se"], ".4f"),
    )


def _share(value: float | None) -> Labels:
    return alike("-") if value is None else figure(value, ".1%")
