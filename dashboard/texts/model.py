"""The sentences that tell what the model is, what it costs and whether it is fair."""

from __future__ import annotations

from collections.abc import Sequence

from api_client.answers import CalibrationCurve, CostCurve, Fairness, ModelAnswer
from api_client.meaning import Descriptor
from session.language import _, mark
from texts.formats import decimal, moment, percent, plain, whole
from texts.metrics import per

FAIR_RATIO = 0.8
VERDICTS = {
    "accepted": mark("Accepted"),
    "accepted-with-conditions": mark("Accepted with conditions"),
    "refused": mark("Refused"),
}
AGES = {"under 30": mark("Under 30"), "60 and over": mark("60 and over")}


def costs_text(model: ModelAnswer) -> str:
    costs = model.costs
    ratio = costs.false_positive / (costs.false_positive + costs.false_negative)
    default, refusal = plain(costs.false_negative), plain(costs.false_positive)
    if model.costs_by_amount:
        counted = _(
            "A loan that is granted and not repaid is counted as {default} of its "
            "amount, a good client who is refused as {refusal} of the amount asked "
            "for.",
            default=default,
            refusal=refusal,
        )
    else:
        counted = _(
            "A loan that is granted and not repaid is counted as {default}, a good "
            "client who is refused as {refusal}, whatever the amount.",
            default=default,
            refusal=refusal,
        )
    chosen = _(
        "The limit, {limit}, is where the two together cost least on clients the model "
        "had not seen. Theory puts it near {refusal} / ({refusal} + {default}) = "
        "{ratio}.",
        default=default,
        refusal=refusal,
        limit=percent(model.threshold),
        ratio=percent(ratio),
    )
    return f"{counted} {chosen}"


def validation(model: ModelAnswer) -> list[str]:
    """Who checked this very version and what they found, in order, refusals too."""
    lines = [
        _(
            "{verdict} by {name}, {moment}",
            verdict=_(VERDICTS.get(one.verdict, one.verdict)),
            name=one.by,
            moment=moment(one.signed_at),
        )
        + (f": {one.note}" if one.note else "")
        for one in model.validation
    ]
    nobody = _("Not validated: nobody but who trained it has checked this version.")
    return lines or [nobody]


def cost_curve_text(curve: CostCurve | None, model: ModelAnswer) -> str:
    if not curve or not curve.threshold:
        return _("The model came without a cost curve.")
    low, high = (percent(edge) for edge in model.threshold_interval)
    return _(
        "Cost {per} for every limit that could be set; it is least, {best}, near the "
        "limit in use. The best limit may lie anywhere in the grey band, "
        "{low} to {high}: the data do not tell it more exactly.",
        per=per(model),
        best=decimal(min(curve.business_score), 3),
        low=low,
        high=high,
    )


def calibration_text(curve: CalibrationCurve) -> str:
    gaps = [abs(p - o) for p, o in zip(curve.predicted, curve.observed, strict=True)]
    clients = sum(curve.clients)
    return _(
        "Each dot is a group of clients to whom the model gave about the same risk; on "
        "the dashed line, as many of them defaulted as the model said. The furthest "
        "group is {gap} off. Checked on {clients} clients the model had not seen.",
        gap=percent(max(gaps, default=0.0)),
        clients=whole(clients),
    )


def importance_text(names: Sequence[str], shares: Sequence[float]) -> str:
    if not names:
        return _("The model came without weights.")
    return _(
        "Over all clients, “{name}” moves the model's answers most: {share} of all "
        "that moves them.",
        name=names[0],
        share=percent(shares[0]),
    )


def beeswarm_text(names: Sequence[str]) -> str:
    return _(
        "Each dot is a client. To the right the fact raised that client's risk, to the "
        "left it lowered it; a dark dot is a high value of the fact, a pale one a low "
        "value. Shown are the {number} facts that weigh most, “{name}” first.",
        number=len(names),
        name=names[0] if names else "",
    )


def group_text(group: str, attribute: Descriptor) -> str:
    """A group of clients that was audited: a category of the attribute, or an age."""
    return _(AGES[group]) if group in AGES else attribute.word(group)


def fairness_text(fairness: Fairness) -> str:
    """Whether the groups of an attribute are granted loans alike, in words."""
    ratio = percent(fairness.approval_ratio, 0)
    gap = decimal(100 * fairness.equal_opportunity_gap, 1)
    rule = percent(FAIR_RATIO, 0)
    facts = _(
        "The group granted least often is granted {ratio} as often as the one granted "
        "most. Of the clients who do repay, the shares granted differ by up to {gap} "
        "percentage points between groups.",
        ratio=ratio,
        gap=gap,
    )
    if fairness.approval_ratio < FAIR_RATIO:
        advice = _(
            "Below {rule}, a common rule of thumb asks for a closer look: read the "
            "model card, and take care with clients of that group.",
            rule=rule,
        )
    else:
        advice = _(
            "Above {rule}, a common rule of thumb sees no sign of unfairness.",
            rule=rule,
        )
    return f"{facts} {advice}"
