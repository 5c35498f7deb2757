"""The sentences that tell a decision: what it is, how sure, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from api_client.answers import (
    Explanation,
    ModelAnswer,
    Prediction,
    Standing,
)
from api_client.meaning import PredictionMeaning
from session.language import _, listed, mark, plural
from session.namesakes import told_apart
from texts.client.waterfall_steps import Step
from texts.formats import ago, moment, percent, percents_apart, whole

OLD = timedelta(minutes=30)
WELL_KNOWN, HALF_KNOWN = 0.1, 0.4
KINDS_NAMED = 3
ODDITIES_NAMED = 3
BANDS = {"borderline", "clear"}
WATERFALL_HELP = mark(
    "Read from top to bottom: each bar carries the risk on from where the last one "
    "left it. Orange, hatched bars (▲) raise the risk, blue bars (▼) lower it. The "
    "figure beside a bar is its weight, in the model's own unit; the weights add up "
    "exactly from the start to this client."
)


def decision_word(decision: str) -> str:
    """A code that is not known here is told as it is."""
    known = {
        "granted": _("Granted"),
        "referred": _("To be examined"),
        "refused": _("Refused"),
        "withdrawn": _("Withdrawn"),
        "lapsed": _("Lapsed"),
    }
    return known.get(decision, decision)


def category_word(category: str) -> str:
    """What kind of reason a person had; an unknown code is told as it is."""
    known = {
        "income": _("Income"),
        "charges": _("Charges and debts"),
        "identity": _("Identity and papers"),
        "data_error": _("Error in the data"),
        "commercial": _("Commercial"),
        "policy": _("The lender's rules"),
        "other": _("Other"),
    }
    return known.get(category, category)


def person_reason(category: str | None, reason: str) -> str:
    """Why a person decided so, in their words, by its kind where one was given."""
    if category is None:
        return reason
    return _("{kind}: {reason}", kind=category_word(category), reason=reason)


def verdict(prediction: PredictionMeaning) -> tuple[str, str]:
    """The model's decision as one word, and what it means."""
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    if prediction.granted:
        meaning = _(
            "The risk of default, {risk}, is below the limit of {limit}: "
            "the loan can be offered.",
            risk=risk,
            limit=limit,
        )
    else:
        meaning = _(
            "The risk of default, {risk}, is not below the limit of {limit}: "
            "the model advises against this loan.",
            risk=risk,
            limit=limit,
        )
    return decision_word(prediction.decision), meaning


def numbers(prediction: Prediction) -> str:
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    return _("risk of default {risk}, limit {limit}", risk=risk, limit=limit)


def weighing(prediction: Prediction, model: ModelAnswer) -> str:
    """The kinds of facts that weigh most, for and against, in one line."""

    def kinds(raises: bool) -> str:
        named = [
            model.group_label(reason.group)
            for reason in prediction.reasons
            if reason.raises_risk == raises
        ]
        return ", ".join(named[:KINDS_NAMED]) or _("nothing")

    return _(
        "Against the loan: {against}. In its favour: {favour}.",
        against=kinds(True),
        favour=kinds(False),
    )


def made_at(prediction: Prediction, now: datetime) -> str:
    text = _(
        "Scored {ago}, on {moment}, by model version {version}.",
        ago=ago(now - prediction.created_at),
        moment=moment(prediction.created_at),
        version=prediction.model.version,
    )
    if is_old(prediction, now):
        text += " " + _("Score again for a fresh one.")
    return text


def is_old(prediction: Prediction, now: datetime) -> bool:
    return now - prediction.created_at > OLD


def frequency(probability: float) -> str:
    """The risk told as a number of people."""
    of_100 = round(100 * probability)
    if of_100 < 1:
        return _("Of 100 clients with this risk, fewer than one would not repay.")
    return _(
        "Of 100 clients with this risk, about {number} would not repay as agreed.",
        number=of_100,
    )


def confidence_notes(
    prediction: Prediction, model: ModelAnswer, earlier: bool
) -> tuple[str, ...]:
    """How far to trust the decision: nearness to the limit, gaps, oddities.

    `earlier`: it is of another model than this one, whose band around the limit is not
    known.
    """
    confidence = prediction.confidence
    told = not earlier and confidence.band in BANDS
    notes = [_band(prediction, model)] if told else []
    notes.append(_gaps(confidence.missing_share))
    if confidence.out_of_range:
        names = [model.describe(name).label for name in confidence.out_of_range]
        more = len(names) - ODDITIES_NAMED
        if more > 0:
            rest = plural("{number} more", "{number} more", more, number=whole(more))
            names[ODDITIES_NAMED:] = [rest]
        notes.append(
            _(
                "Unlike anything the model learnt from, so worth checking: {names}.",
                names=listed(names),
            )
        )
    return tuple(notes)


def _band(prediction: Prediction, model: ModelAnswer) -> str:
    low, high = (percent(edge) for edge in model.threshold_interval)
    if prediction.confidence.band == "borderline":
        return _(
            "Borderline: between {low} and {high} the decision could go either way, "
            "and this client is there. Look closer before deciding.",
            low=low,
            high=high,
        )
    return _(
        "Clear: the decision could go either way only between {low} and {high}, "
        "and this client is outside.",
        low=low,
        high=high,
    )


def _gaps(missing_share: float) -> str:
    share = percent(missing_share, 0)
    if missing_share < WELL_KNOWN:
        return _(
            "Well known: only {share} of what usually counts is missing.", share=share
        )
    if missing_share < HALF_KNOWN:
        return _(
            "Partly known: {share} of what usually counts is missing.", share=share
        )
    return _(
        "Little known: {share} of what usually counts is missing. "
        "Ask the client for more before deciding.",
        share=share,
    )


def gauge_text(prediction: PredictionMeaning) -> str:
    """What the gauge shows, in one sentence."""
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    if prediction.granted:
        return _(
            "Gauge: the risk of {risk} lies below the limit of {limit}, on the side of "
            "loans that can be offered.",
            risk=risk,
            limit=limit,
        )
    return _(
        "Gauge: the risk of {risk} lies beyond the limit of {limit}, on the side of "
        "loans that are advised against.",
        risk=risk,
        limit=limit,
    )


def waterfall_text(
    steps: Sequence[Step], explanation: Explanation, model: ModelAnswer
) -> str:
    """What the waterfall shows, in one sentence."""
    start, end = percents_apart(
        model.calibration.probability(explanation.base_value),
        model.calibration.probability(explanation.margin),
    )
    largest = max(steps, key=lambda step: abs(step.size), default=None)
    return _(
        "From a starting point of {start} the facts lead to a risk of {end}; "
        "the largest step is “{step}”.",
        start=start,
        end=end,
        step=largest.label if largest else _("nothing"),
    )


def standing_text(standing: Standing) -> str:
    """What holds for a client, and who decided it."""
    if standing.by == "policy":
        return _(
            "{decision} by the lender's rules on {moment}; the model: {model}.",
            decision=decision_word(standing.result),
            moment=moment(standing.decided_at),
            model=decision_word(standing.model_decision).lower(),
        )
    if not standing.reviewed:
        return _(
            "{decision} by the model on {moment}.",
            decision=decision_word(standing.result),
            moment=moment(standing.decided_at),
        )
    return _(
        "{decision} by {reviewer} on {moment}; the model: {model}.",
        decision=decision_word(standing.result),
        reviewer=told_apart(standing.reviewer, standing.signer),
        moment=moment(standing.decided_at),
        model=decision_word(standing.model_decision).lower(),
    )


def changed_since(standing: Standing) -> tuple[str, ...]:
    """What a new score says beside a person's decision, and what is out of date."""
    latest, notes = standing.latest, []
    scored = latest.model.version, latest.decision
    decided = standing.model.version, standing.model_decision
    anew = latest.prediction_id != standing.prediction_id
    by_rules = anew and latest.recommended != latest.decision
    if standing.reviewed and (scored != decided or by_rules):
        notes.append(
            _(
                "Scored again on {moment} by model version {version}: {decision}, risk "
                "{risk}. What {reviewer} decided stands.",
                moment=moment(latest.created_at),
                version=latest.model.version,
                decision=decision_word(latest.recommended).lower(),
                risk=percents_apart(latest.probability, latest.threshold)[0],
                reviewer=told_apart(standing.reviewer, standing.signer),
            )
        )
    if latest.model_changed:
        notes.append(
            _(
                "Another model serves now than when this client was scored. "
                "Score again to see what it says."
            )
        )
    if latest.data_changed:
        notes.append(
            _(
                "This client's data have changed since they were scored. "
                "Score again to see what the model says now."
            )
        )
    return tuple(notes)


def clients_begin(total: int, prefix: str) -> str:
    """How many clients' numbers begin with some digits."""
    if total == 1:
        return _("One client's number begins with {prefix}:", prefix=prefix)
    return _(
        "{total} clients' numbers begin with {prefix}:",
        total=whole(total),
        prefix=prefix,
    )


def clients_called(total: int, beginning: str) -> str:
    """How many clients' references have a word that begins so."""
    return plural(
        "{total} client's reference has a word that begins with {beginning}:",
        "{total} clients' references have a word that begins with {beginning}:",
        total,
        total=whole(total),
        beginning=beginning,
    )


def clients_end(total: int, suffix: str) -> str:
    """How many clients' numbers end with some digits."""
    if total == 1:
        return _("One client's number ends with {suffix}:", suffix=suffix)
    return _(
        "{total} clients' numbers end with {suffix}:",
        total=whole(total),
        suffix=suffix,
    )
