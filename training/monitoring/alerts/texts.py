"""What an alert says: what happened, how sure that is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.language import Labels, _, alike, figure
from training.monitoring.alerts import rate_texts
from training.monitoring.alerts.rate_texts import points
from training.monitoring.statistics.drift_tests import LEAST_SHARE, LEAST_SHIFT
from training.monitoring.statistics.rates import KINDS, LEAST_RATE
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import ALPHA, LEAST_UNKNOWN

Evidence = Mapping[str, Any]
CRITICAL, WARNING, INFO = "critical", "warning", "info"
SEVERITIES = {
    CRITICAL: _("critical"),
    WARNING: _("warning"),
    INFO: _("for information"),
}
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


def words(
    reference: Reference, cause: str, evidence: Evidence, window: int
) -> dict[str, Labels]:
    """The members of an alert that people read."""
    return {
        "title": title(reference, cause),
        "what": what(reference, cause, evidence),
        "certainty": certainty(reference, cause, evidence, window),
        "action": action(cause, evidence),
    }


def title(reference: Reference, cause: str) -> Labels:
    kind, _sign, name = cause.partition(":")
    if kind in KINDS:
        return rate_texts.title(kind, name)
    label = reference.labels(name)
    return {
        "feature": _("“{label}” has shifted", label=label),
        "missing": _("“{label}” is missing at another rate", label=label),
        "score": _("The scores have shifted"),
        "unknown_categories": _("Applications have categories the model does not know"),
        "decision_rate": _("Another share of applications is refused"),
        "override_rate": _("Officers override another share of decisions"),
        "performance": _("The model performs differently than expected"),
    }[kind]


def what(reference: Reference, cause: str, evidence: Evidence) -> Labels:
    kind, _sign, name = cause.partition(":")
    if kind == "performance":
        return _what_performance(evidence, reference)
    if kind in KINDS:
        return rate_texts.what(kind, name, evidence["effect"])
    effect = evidence["effect"]
    text = {
        "feature": lambda: _what_moved(alike(name), evidence),
        "score": lambda: _what_moved(_("The model's score"), evidence),
        "missing": lambda: _(
            "{name} is missing {points} often.",
            name=alike(name),
            points=points(effect),
        ),
        "unknown_categories": lambda: _(
            "{share} of decisions have a category that training never saw; the model"
            " takes it as missing.",
            share=figure(effect, ".1%"),
        ),
        "decision_rate": lambda: _(
            "Applications are refused {points} often.", points=points(effect)
        ),
        "override_rate": lambda: _(
            "Decisions are overridden {points} often.", points=points(effect)
        ),
    }[kind]()
    others = evidence.get("goes_with", [])
    if not others:
        return text
    names = ", ".join(other.partition(":")[2] or other for other in others[:8])
    return _("{text} With it went: {names}.", text=text, names=alike(names))


def _what_moved(name: Labels, evidence: Evidence) -> Labels:
    shift, psi = evidence["shift"], figure(evidence["psi"], ".2f")
    size = figure(abs(shift), ".2f")
    if abs(shift) < LEAST_SHIFT:
        text = _(
            "Shares of {name} differ by up to {distance} from those in the reference"
            " (PSI {psi}).",
            name=name,
            distance=figure(evidence["distance"], ".1%"),
            psi=psi,
        )
    elif shift > 0:
        text = _(
            "{name} lies {size} standard deviations higher than in the reference (PSI"
            " {psi}).",
            name=name,
            size=size,
            psi=psi,
        )
    else:
        text = _(
            "{name} lies {size} standard deviations lower than in the reference (PSI"
            " {psi}).",
            name=name,
            size=size,
            psi=psi,
        )
    if "importance" not in evidence:
        return text
    return _(
        "{text} It carries {importance} of the model's importance.",
        text=text,
        importance=figure(evidence["importance"], ".1%"),
    )


def _what_performance(evidence: Evidence, reference: Reference) -> Labels:
    before, after = evidence["before"], evidence["after"]
    return _(
        "{defaults} of the newest {size} clients with an outcome defaulted; their"
        " scores made expect {expected}. For all decisions that means an AUC of {auc} ±"
        " {error} instead of {auc_before}, and a cost of {cost} instead of"
        " {cost_before} {per}.",
        defaults=figure(evidence["defaults"], ",d"),
        size=figure(evidence["size"], ",d"),
        expected=figure(evidence["expected_defaults"], ",.0f"),
        auc=figure(after["auc"], ".3f"),
        error=figure(1.96 * evidence["auc_error"], ".3f"),
        auc_before=figure(before["auc"], ".3f"),
        cost=figure(after["cost"], ".3f"),
        cost_before=figure(before["cost"], ".3f"),
        per=reference.costs.per_labels,
    )


def certainty(
    reference: Reference, cause: str, evidence: Evidence, window: int
) -> Labels:
    if cause == "performance":
        basis = _(
            "From {size} outcomes, each held against its own score",
            size=figure(evidence["size"], ",d"),
        )
    elif "size_before" in evidence:
        basis = _(
            "From the newest {size} cases against {before} before them",
            size=figure(evidence["size"], ",d"),
            before=figure(evidence["size_before"], ",d"),
        )
    else:
        basis = _(
            "From the newest {decisions} decisions against {clients} reference clients",
            decisions=figure(evidence["windows"] * window, ",d"),
            clients=figure(len(reference.frame), ",d"),
        )
    return _(
        "{basis}: p = {p}, all questions asked together counted in. Were nothing"
        " changed, one look in {looks} at most would raise any alert.",
        basis=basis,
        p=figure(evidence["p"], ".1g"),
        looks=figure(round(1 / ALPHA), ",d"),
    )


def action(cause: str, evidence: Evidence) -> Labels:
    kind = cause.partition(":")[0]
    if kind == "performance":
        return _act_on_performance(evidence)
    if kind in KINDS:
        return rate_texts.action(kind)
    return {
        "feature": _(
            "Ask whether the clients or the way the data is taken changed: a new"
            " product, channel or form explains the first, a step at one hour the"
            " second. Broken data: have it mended, and decide these cases by hand."
            " Other clients: watch expected cost, and retrain once outcomes are there."
        ),
        "missing": _(
            "Look first for a broken source or form: missing data seldom is a change of"
            " clients. Until it is mended, have officers ask for the value."
        ),
        "score": _(
            "See which features moved and what the expected cost has become. If the"
            " data is right, the portfolio changed: recheck the threshold and retrain"
            " once some hundred defaults of the new clients are known."
        ),
        "unknown_categories": _(
            "Map the new values to known ones at the source, or retrain with them."
        ),
        "decision_rate": _(
            "Compare with the score's own report. Without a shift of it, look for a"
            " changed threshold."
        ),
        "override_rate": _(
            "Read the reasons that officers gave: they often see first what the model"
            " does not know."
        ),
    }[kind]


def _act_on_performance(evidence: Evidence) -> Labels:
    if evidence.get("effect", 0.0) >= 0.02:
        return _(
            "Retrain on recent outcomes and compare in shadow (`monitor --challenger`)."
            " Until then, have officers review decisions near the threshold."
        )
    return _(
        "Clients are still ranked as well, but the probabilities are off: recalibrate"
        " by retraining on recent outcomes, since the threshold rests on them."
    )
