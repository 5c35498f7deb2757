"""What a run reports: how things stand, how they went over time, and a conclusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from training.language import Labels, _, alike, figure, joined
from training.markdown import document
from training.monitoring import rate_report
from training.monitoring.alerts.lifecycle import Cause
from training.monitoring.alerts.texts import SEVERITIES, title
from training.monitoring.events.state import State
from training.monitoring.evidently_report import finite
from training.monitoring.statistics import drift_tests
from training.monitoring.statistics.outcome_tests import OutcomeLook
from training.monitoring.statistics.performance import Performance, expected
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import ScaleTests, Windows

POINTS = 100
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def production(
    reference: Reference,
    state: State,
    scales: Sequence[ScaleTests],
    causes: dict[str, Cause],
) -> dict[str, Any]:
    """The JSON of a production report: see docs/monitoring.md for its shape."""
    windows = state.fact("looked", 0)
    series = _series(reference, state, windows)
    newest = state.scores(max(0, windows - scales[-1].scale), windows).sum(axis=0)
    report: dict[str, Any] = finite(
        {
            "model": {**reference.manifest["model"]}
            | {"bundle_sha256": reference.bundle_sha256},
            "events": {
                "decisions": state.decisions,
                "windows": windows,
                "window": state.window,
                "outcomes": state.outcomes,
                "outcomes_waiting": state.scalar(
                    "SELECT count(*) FROM outcomes WHERE number IS NULL"
                ),
                "of_other_models": state.fact("of_other_models", 0),
                "duplicates": state.fact("duplicates", 0),
                "repeats": state.scalar("SELECT count(*) FROM repeats"),
                "unmatched_outcomes": state.fact("unmatched_outcomes", 0),
            },
            "expected": _gini(performance(reference, newest)),
            "reference": _gini(performance(reference, reference_scores(reference))),
            "features": _features(reference, scales),
            "rates": rate_report.newest(scales[-1]),
            "series": series,
            "open_alerts": [
                {"cause": name, "severity": cause.severity, "evidence": cause.evidence}
                for name, cause in causes.items()
                if cause.status == "open"
            ],
        }
    )
    return report


def reference_scores(reference: Reference) -> np.ndarray:
    return reference.score_bins.count(reference.frame["margin"].to_numpy())


def performance(reference: Reference, scores: np.ndarray) -> Performance:
    """Expected from decisions per score bin, without an outcome."""
    bins = reference.score_bins
    return expected(bins, scores, bins.chance, reference.costs)


def _gini(measured: Performance) -> dict[str, float]:
    return {**asdict(measured), "gini": 2 * measured.auc - 1}


def _features(
    reference: Reference, scales: Sequence[ScaleTests]
) -> list[dict[str, object]]:
    """Every monitored feature over the newest windows, the most important first."""
    # Before the widest scale is filled, all there is: the sums are the same.
    widest = scales[-1]
    shifts, smallest = widest.shifts, np.min([tests.p[-1] for tests in scales], axis=0)
    rows = [
        {
            "feature": name,
            "label": reference.label(name),
            "importance": float(reference.share[index]),
            "shift": float(shifts.shift[-1, index]),
            "distance": float(shifts.distance[-1, index]),
            "missing_change": float(shifts.missing[-1, index]),
            "psi": float(shifts.psi[-1, index]),
            "p": float(smallest[index]),
        }
        for index, name in enumerate(reference.monitored)
    ]
    return sorted(rows, key=lambda row: -row["importance"])  # type: ignore[operator]


def _series(reference: Reference, state: State, windows: int) -> dict[str, Any]:
    """Up to `POINTS` points in time; each sums as many windows."""
    step = -(-windows // POINTS) or 1
    points = []
    for first in range(0, windows, step):
        end = min(first + step, windows)
        counted = state.windows(first, end).sums(end - first)
        points.append(_point(reference, state, counted, first, end))
    names = [*reference.monitored, "score"]
    series: dict[str, Any] = {
        name: [point[name] for point in points]
        for name in (points[0] if points else {})
        if name != "psi"
    }
    series["psi"] = {
        name: [float(point["psi"][index]) for point in points]
        for index, name in enumerate(names)
    }
    return series


def _point(
    reference: Reference, state: State, counted: Windows, first: int, end: int
) -> dict[str, Any]:
    scores = state.scores(first, end).sum(axis=0)
    decisions = max(int(counted.decisions[-1]), 1)
    reviewed = int(counted.reviewed[-1])
    missing = counted.counts[-1, :-1, 0] / decisions
    weight = reference.share / (reference.share.sum() or 1.0)
    moment = "SELECT max(last_at) FROM windows WHERE number >= ? AND number < ?"
    psi = [
        drift_tests.stability_index(
            reference.counts[index, : column.bins],
            counted.counts[-1:, index, : column.bins],
        )[0]
        for index, column in enumerate(reference.columns)
    ]
    expected = _gini(performance(reference, scores))
    return {
        "at": state.scalar(moment, first, end),
        "decisions": decisions,
        "psi": psi,
        **{f"expected_{name}": value for name, value in expected.items()},
        "refused": int(counted.refused[-1]) / decisions,
        "missing": float(missing @ weight),
        "unknown_categories": int(counted.unknown[-1]) / decisions,
        "overridden": int(counted.overridden[-1]) / reviewed if reviewed else None,
        **rate_report.over_time(state, first, end),
        "probability": _quantiles(reference, scores),
    }


def _quantiles(reference: Reference, scores: np.ndarray) -> dict[str, float]:
    """Of the expected chance of a default."""
    total = np.cumsum(scores) / max(scores.sum(), 1)
    places = np.searchsorted(total, SHARES).clip(0, len(scores) - 1)
    chance = reference.score_bins.chance[places]
    return {
        f"p{round(100 * share):02}": float(quantile)
        for share, quantile in zip(SHARES, chance, strict=True)
    }


def realised(
    reference: Reference, state: State, looks: Sequence[OutcomeLook]
) -> dict[str, Any]:
    """The JSON of a performance report."""
    report: dict[str, Any] = finite(
        {
            "model": reference.manifest["model"]
            | {"bundle_sha256": reference.bundle_sha256},
            "outcomes": state.outcomes,
            "labelled_share": state.outcomes / max(state.decisions, 1),
            "method": (
                "Outcomes are held against the chance expected at their own score;"
                " what they say is carried to all decisions. Clients without an"
                " outcome are taken to be like those of the same score with one."
            ),
            "looks": [look.to_json() for look in looks],
        }
    )
    return report


def conclude(reference: Reference, report: dict[str, Any]) -> Labels:
    """Markdown: what moved, what it means for the score, what is open."""
    events, now, before = report["events"], report["expected"], report["reference"]
    alerts = report["open_alerts"]
    counted = _(
        "**{headline}** {decisions} decisions in {windows} windows of {window}.",
        headline=_headline(alerts),
        decisions=figure(events["decisions"], ",d"),
        windows=figure(events["windows"], ",d"),
        window=figure(events["window"], ",d"),
    )
    expected = _(
        "Expected from the newest scores, without outcomes: AUC {auc} (reference"
        " {auc_before}), default rate {rate} ({rate_before}), cost {per} {cost}"
        " ({cost_before}), refused {refused} ({refused_before}). This follows changes"
        " of the clients; a change of what a score means shows only in outcomes.",
        auc=figure(now["auc"], ".3f"),
        auc_before=figure(before["auc"], ".3f"),
        rate=figure(now["default_rate"], ".1%"),
        rate_before=figure(before["default_rate"], ".1%"),
        per=reference.costs.per_labels,
        cost=figure(now["cost"], ".3f"),
        cost_before=figure(before["cost"], ".3f"),
        refused=figure(now["refused"], ".1%"),
        refused_before=figure(before["refused"], ".1%"),
    )
    lines = [
        _(
            "- {severity}: {title} (`{cause}`)",
            severity=SEVERITIES[alert["severity"]],
            title=title(reference, alert["cause"]),
            cause=alike(alert["cause"]),
        )
        for alert in alerts
    ]
    alerted = [joined(lines, "\n")] if lines else []
    return document([counted, expected, *alerted, *rate_report.told(report["rates"])])


def _headline(alerts: Sequence[object]) -> Labels:
    if not alerts:
        return _("Nothing has changed that is worth an alert.")
    if len(alerts) == 1:
        return _("1 open alert.")
    return _("{number} open alerts.", number=len(alerts))


def conclude_performance(reference: Reference, look: OutcomeLook) -> Labels:
    """Markdown: realised against expected performance."""
    verdict = (
        _("**Realised performance differs from what the scores made expect.**")
        if look.raised
        else _("**Realised performance agrees with what the scores made expect.**")
    )
    text = _(
        "{verdict} {defaults} of {size} clients with an outcome defaulted, {expected}"
        " were expected. Carried to all decisions: AUC {auc} ± {error} (expected"
        " {auc_before}), cost {per} {cost} ({cost_before}). Outcomes are those of"
        " granted clients; refused ones are taken to be like granted ones of the same"
        " score would be.",
        verdict=verdict,
        defaults=figure(look.defaults, ",d"),
        size=figure(look.size, ",d"),
        expected=figure(look.expected_defaults, ",.0f"),
        auc=figure(look.after.auc, ".3f"),
        error=figure(1.96 * look.auc_error, ".3f"),
        auc_before=figure(look.before.auc, ".3f"),
        per=reference.costs.per_labels,
        cost=figure(look.after.cost, ".3f"),
        cost_before=figure(look.before.cost, ".3f"),
    )
    return document([text])
