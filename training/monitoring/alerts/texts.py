"""What an alert says: what happened, how sure that is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.monitoring.statistics.drift_tests import LEAST_SHARE, LEAST_SHIFT
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import ALPHA, LEAST_RATE, LEAST_UNKNOWN

Evidence = Mapping[str, Any]
CRITICAL, WARNING, INFO = "critical", "warning", "info"
IMPORTANT = 0.02


def severity(reference: Reference, cause: str, evidence: Evidence) -> str:
    """How bad: by the size of the effect, and by what the model makes of it."""
    kind = cause.partition(":")[0]
    size = abs(evidence["effect"])
    if kind == "performance":
        return _performance(evidence)
    if kind == "score":
        return CRITICAL if size >= 0.5 else WARNING
    if kind == "decision_rate":
        return CRITICAL if size >= 0.15 else WARNING
    if kind in {"feature", "missing"}:
        large = size >= (5 * LEAST_SHIFT if kind == "feature" else 5 * LEAST_SHARE)
        return WARNING if large or evidence["importance"] >= IMPORTANT else INFO
    least = LEAST_UNKNOWN if kind == "unknown_categories" else LEAST_RATE
    return WARNING if size >= 3 * least else INFO


def _performance(evidence: Evidence) -> str:
    before, after = evidence["before"]["cost"], evidence["after"]["cost"]
    if evidence["effect"] >= 0.04 or after >= 1.25 * before:
        return CRITICAL
    better = evidence["effect"] <= 0 and after <= before
    return INFO if better else WARNING


def title(reference: Reference, cause: str) -> str:
    kind, _, name = cause.partition(":")
    label = reference.label(name)
    return {
        "feature": f"“{label}” has shifted",
        "missing": f"“{label}” is missing at another rate",
        "score": "The scores have shifted",
        "unknown_categories": "Applications have categories the model does not know",
        "decision_rate": "Another share of applications is refused",
        "override_rate": "Officers override another share of decisions",
        "performance": "The model performs differently than expected",
    }[kind]


def what(reference: Reference, cause: str, evidence: Evidence) -> str:
    kind, _, name = cause.partition(":")
    if kind == "performance":
        return _what_performance(evidence, reference)
    effect = evidence["effect"]
    text = {
        "feature": lambda: _what_moved(name, evidence, reference),
        "score": lambda: _what_moved("The model's score", evidence, reference),
        "missing": lambda: f"{name} is missing {_points(effect)} often.",
        "unknown_categories": lambda: (
            f"{effect:.1%} of decisions have a category that training never saw; the"
            " model takes it as missing."
        ),
        "decision_rate": lambda: f"Applications are refused {_points(effect)} often.",
        "override_rate": lambda: f"Decisions are overridden {_points(effect)} often.",
    }[kind]()
    others = evidence.get("goes_with", [])
    if others:
        names = ", ".join(name.partition(":")[2] or name for name in others[:8])
        text += f" With it went: {names}."
    return text


def _points(effect: float) -> str:
    way = "more" if effect > 0 else "less"
    return f"{abs(effect) * 100:.1f} percentage points {way}"


def _what_moved(name: str, evidence: Evidence, reference: Reference) -> str:
    shift, psi = evidence["shift"], evidence["psi"]
    if abs(shift) >= LEAST_SHIFT:
        way = "higher" if shift > 0 else "lower"
        text = f"{name} lies {abs(shift):.2f} standard deviations {way} than in"
    else:
        text = (
            f"Shares of {name} differ by up to {evidence['distance']:.1%} from those in"
        )
    text += f" the reference (PSI {psi:.2f})."
    if "importance" in evidence:
        text += f" It carries {evidence['importance']:.1%} of the model's importance."
    return text


def _what_performance(evidence: Evidence, reference: Reference) -> str:
    before, after = evidence["before"], evidence["after"]
    auc = f"{after['auc']:.3f} ± {1.96 * evidence['auc_error']:.3f}"
    return (
        f"{evidence['defaults']:,} of the newest {evidence['size']:,} clients with an"
        f" outcome defaulted; their scores made expect"
        f" {evidence['expected_defaults']:,.0f}. For all decisions that means an AUC of"
        f" {auc} instead of {before['auc']:.3f}, and a"
        f" cost of {after['cost']:.3f} instead of {before['cost']:.3f}"
        f" {reference.costs.per}."
    )


def certainty(reference: Reference, cause: str, evidence: Evidence, window: int) -> str:
    p, alarms = evidence["p"], round(1 / ALPHA)
    if cause == "performance":
        basis = f"{evidence['size']:,} outcomes, each held against its own score"
    else:
        basis = (
            f"the newest {evidence['windows'] * window:,} decisions against"
            f" {len(reference.frame):,} reference clients"
        )
    return (
        f"From {basis}: p = {p:.1g}, all questions asked together counted in. Were"
        f" nothing changed, one look in {alarms:,} at most would raise any alert."
    )


def action(cause: str, evidence: Evidence) -> str:
    kind = cause.partition(":")[0]
    return {
        "feature": (
            "Ask whether the clients or the way the data is taken changed: a new"
            " product, channel or form explains the first, a step at one hour the"
            " second. Broken data: have it mended, and decide these cases by hand."
            " Other clients: watch expected cost, and retrain once outcomes are there."
        ),
        "missing": (
            "Look first for a broken source or form: missing data seldom is a change of"
            " clients. Until it is mended, have officers ask for the value."
        ),
        "score": (
            "See which features moved and what the expected cost has become. If the"
            " data is right, the portfolio changed: recheck the threshold and retrain"
            " once some hundred defaults of the new clients are known."
        ),
        "unknown_categories": (
            "Map the new values to known ones at the source, or retrain with them."
        ),
        "decision_rate": (
            "Compare with the score's own report. Without a shift of it, look for a"
            " changed threshold."
        ),
        "override_rate": (
            "Read the reasons that officers gave: they often see first what the model"
            " does not know."
        ),
        "performance": _act_on_performance(evidence),
    }[kind]


def _act_on_performance(evidence: Evidence) -> str:
    if evidence.get("effect", 0.0) >= 0.02:
        return (
            "Retrain on recent outcomes and compare in shadow (`monitor --challenger`)."
            " Until then, have officers review decisions near the threshold."
        )
    return (
        "Clients are still ranked as well, but the probabilities are off: recalibrate"
        " by retraining on recent outcomes, since the threshold rests on them."
    )
