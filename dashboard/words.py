"""Every sentence that depends on an answer, in one place, ready to be translated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from answers import Explanation, Prediction
from explanation import Step
from formats import ago, moment, percent, percents_apart
from model_answers import CostCurve, Model

OLD = timedelta(minutes=30)
WELL_KNOWN, HALF_KNOWN = 0.1, 0.4


def verdict(prediction: Prediction) -> tuple[str, str]:
    """The decision as one word, and what it means."""
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    if prediction.granted:
        return "Granted", (
            f"The risk of default, {risk}, is below the limit of {limit}: "
            "the loan can be offered."
        )
    return "Refused", (
        f"The risk of default, {risk}, is not below the limit of {limit}: "
        "the model advises against this loan."
    )


def made_at(prediction: Prediction, now: datetime) -> str:
    age = ago(now - prediction.created_at)
    text = f"Scored {age}, on {moment(prediction.created_at)}"
    old = " Score again for a fresh one." if is_old(prediction, now) else ""
    return f"{text}, by model version {prediction.model_version}.{old}"


def is_old(prediction: Prediction, now: datetime) -> bool:
    return now - prediction.created_at > OLD


def confidence_notes(
    prediction: Prediction, model: Model, language: str
) -> tuple[str, ...]:
    """How far to trust the decision: nearness to the limit, gaps, oddities."""
    confidence = prediction.confidence
    notes = [_band(prediction, model), _gaps(confidence.missing_share)]
    if confidence.out_of_range:
        names = (
            model.describe(n).labels.text(language) for n in confidence.out_of_range
        )
        notes.append(
            "Unlike anything the model learnt from, so worth checking: "
            f"{'; '.join(names)}."
        )
    return tuple(notes)


def _band(prediction: Prediction, model: Model) -> str:
    low, high = (percent(edge) for edge in model.threshold_interval)
    if prediction.confidence.band == "borderline":
        return (
            f"Borderline: between {low} and {high} the decision could go either way, "
            "and this client is there. Look closer before deciding."
        )
    return (
        f"Clear: the decision could go either way only between {low} and {high}, "
        "and this client is outside."
    )


def _gaps(missing_share: float) -> str:
    share = percent(missing_share, 0)
    if missing_share < WELL_KNOWN:
        return f"Well known: only {share} of what usually counts is missing."
    if missing_share < HALF_KNOWN:
        return f"Partly known: {share} of what usually counts is missing."
    return (
        f"Little known: {share} of what usually counts is missing. "
        "Ask the client for more before deciding."
    )


def gauge_text(prediction: Prediction) -> str:
    """What the gauge shows, in one sentence."""
    side = "below" if prediction.granted else "on the far side of"
    return (
        f"Blue: loans that can be offered; orange: loans that cannot; grey: too close "
        f"to call. This client's bar ends {side} the limit."
    )


def waterfall_text(
    steps: Sequence[Step], explanation: Explanation, model: Model
) -> str:
    """What the waterfall shows, in one sentence."""
    start, end = percents_apart(
        model.calibration.probability(explanation.base_value),
        model.calibration.probability(explanation.margin),
    )
    largest = steps[0].label if steps else "nothing"
    return (
        f"From a starting point of {start} the facts lead to a risk of {end}; "
        f"the largest step is “{largest}”."
    )


WATERFALL_HELP = (
    "Read from top to bottom: each bar carries the risk on from where the last one "
    "left it. Orange, hatched bars (▲) raise the risk, blue bars (▼) lower it. The "
    "figure beside a bar is its size in the model's own points (log-odds); the "
    "points add up exactly from the start to this client."
)


def costs_text(model: Model) -> str:
    costs = model.costs
    ratio = costs.false_positive / (costs.false_positive + costs.false_negative)
    return (
        "A loan that is granted and not repaid is counted as "
        f"{costs.false_negative:g}, a good client who is refused as "
        f"{costs.false_positive:g}. The limit, {percent(model.threshold)}, is where "
        "the two together cost least on clients the model had not seen. Theory puts "
        f"it near {costs.false_positive:g} / ({costs.false_positive:g} + "
        f"{costs.false_negative:g}) = {percent(ratio)}."
    )


def cost_curve_text(curve: CostCurve, model: Model) -> str:
    low, high = (percent(edge) for edge in model.threshold_interval)
    if not curve.thresholds:
        return "The model came without a cost curve."
    best = min(curve.business_scores)
    return (
        f"Cost per application for every limit that could be set; it is least, "
        f"{best:.3f}, near the limit in use. The best limit may lie anywhere in the "
        f"grey band, {low} to {high}: the data do not tell it more exactly."
    )
