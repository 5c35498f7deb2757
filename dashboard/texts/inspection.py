"""The sentences that tell how a model ranks, what moves it and where it is wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api_client.answers import (
    CandidateCurves,
    ClientDependence,
    ErrorBins,
    InputErrors,
    Interaction,
    PartialDependence,
    RankingCurves,
)
from api_client.meaning import Descriptor
from session.language import _, listed
from texts.formats import decimal, not_given, percent, value_text, whole
from texts.metrics import candidate_name

# Standard errors: of a hundred bins chance puts hardly one so far off.
FAR = 3.0


def ranking_text(curves: RankingCurves, kind: str) -> str:
    """What a kind of curve tells, and how the models do by its own measure."""
    served = [one for one in curves.candidates if one.served]
    tenth = min(range(len(curves.refused)), key=lambda n: abs(curves.refused[n] - 0.1))
    caught = served[0].caught[tenth] if served else 0.0
    share = curves.refused[tenth] or 1.0
    told = {
        "roc": _(
            "Refusing the riskiest first: how many of the clients who default are "
            "refused, for how many good ones. The further up and left, the better; by "
            "chance it is the diagonal. Area under the curve (AUC): {measures}.",
            measures=_measures([(one, one.auc) for one in curves.candidates]),
        ),
        "precision": _(
            "How many of those refused do default, for how many of the defaults are "
            "caught. Higher is better. Average precision: {measures}.",
            measures=_measures(
                [(one, one.average_precision) for one in curves.candidates]
            ),
        ),
        "gains": _(
            "How many of the defaults are among the riskiest clients: refusing the "
            "riskiest tenth, the model that serves refuses {share} of them.",
            share=percent(caught),
        ),
        "lift": _(
            "How many times as many defaults are among the riskiest clients as among "
            "as many taken by chance: in the riskiest tenth, {times} times for the "
            "model that serves.",
            times=decimal(caught / share, 1),
        ),
    }
    return told[kind]


def _measures(told: Sequence[tuple[CandidateCurves, float]]) -> str:
    return listed(f"{candidate_name(one)} {decimal(value, 3)}" for one, value in told)


def dependence_text(
    told: PartialDependence, feature: Descriptor, own: ClientDependence | None
) -> str:
    """Between which risks the mean goes, and where one client stands."""
    low, high = min(told.risk, default=0.0), max(told.risk, default=0.0)
    text = _(
        "If “{fact}” alone were moved, for all clients of a sample, their mean risk "
        "would go from {low} to {high}. Facts that belong together do not move so: it "
        "says how the model sees this one.",
        fact=feature.label,
        low=percent(low),
        high=percent(high),
    )
    if own is None:
        return text
    return f"{text} " + _(
        "For client {client}, all else as it is, from {low} to {high}; with “{value}” "
        "it is {risk}.",
        client=own.client_id,
        low=percent(min([*own.risk, own.probability])),
        high=percent(max([*own.risk, own.probability])),
        value=value_text(own.value, feature),
        risk=percent(own.probability),
    )


def points_text(feature: Descriptor, second: Descriptor | None, shown: int) -> str:
    text = _(
        "Each mark is one of {number} clients: to the right “{fact}” is higher, and "
        "upwards it raised that client's risk more.",
        number=whole(shown),
        fact=feature.label,
    )
    if second is None:
        return f"{text} " + _(
            "No other fact explains how clients with the same value differ."
        )
    return f"{text} " + _(
        "How clients with the same value differ is best told by “{second}”, by which "
        "the marks are coloured.",
        second=second.label,
    )


def interactions_text(pairs: Sequence[Interaction], names: Sequence[str]) -> str:
    if not pairs or pairs[0].strength == 0:
        return _(
            "No two of the facts that weigh most say together what neither says alone: "
            "the model adds up what each of them says."
        )
    return _(
        "“{pair}” say most together that neither says alone: {strength} of log-odds, "
        "{share} of all that both of them move. Measured on the facts that weigh most "
        "(Friedman's H).",
        pair=names[0],
        strength=decimal(pairs[0].strength, 3),
        share=percent(pairs[0].share),
    )


@dataclass(frozen=True)
class Gap:
    """A bin of a fact, and how many standard errors its defaults are off."""

    feature: str
    place: int
    errors: float


def gaps(told: Sequence[InputErrors]) -> list[Gap]:
    """Of all bins of all facts, those that are furthest off first."""
    found = [
        Gap(one.feature, place, off(one.bins, place))
        for one in told
        for place in range(len(one.bins.clients))
    ]
    return sorted(found, key=lambda gap: -abs(gap.errors))


def off(bins: ErrorBins, place: int) -> float:
    """Share that defaulted less risk stated, in standard errors of the former."""
    stated, clients = bins.stated[place], bins.clients[place]
    spread = math.sqrt(stated * (1 - stated) / clients) if clients else 0.0
    return (bins.observed[place] - stated) / spread if spread else 0.0


def errors_text(bins: ErrorBins, feature: Descriptor) -> str:
    """Where on a fact the risk stated is furthest off."""
    places = range(len(bins.clients))
    worst = max(places, key=lambda place: abs(off(bins, place)), default=None)
    if worst is None:
        return _("Nothing is known of it.")
    words = {
        "fact": feature.label,
        "value": bin_name(bins, worst, feature),
        "clients": whole(bins.clients[worst]),
        "observed": percent(bins.observed[worst]),
        "stated": percent(bins.stated[worst]),
    }
    text = _(
        "Furthest off at “{fact}”: {value}. Of these {clients} clients {observed} "
        "defaulted, where the model states {stated}.",
        **words,
    )
    if abs(off(bins, worst)) < FAR:
        return f"{text} " + _("Chance may well do that.")
    return f"{text} " + _("Chance hardly does that.")


def bin_name(bins: ErrorBins, place: int, feature: Descriptor) -> str:
    """A bin in words: a category, from where to where a number is, or not given."""
    category, low, high = bins.category[place], bins.low[place], bins.high[place]
    if category is not None:
        return value_text(category, feature)
    ends = {
        name: value_text(end, feature)
        for name, end in (("low", low), ("high", high))
        if end is not None
    }
    if not ends:
        return not_given()
    if "low" not in ends:
        return _("up to {high}", **ends)
    if "high" not in ends:
        return _("above {low}", **ends)
    return _("above {low}, up to {high}", **ends)


def bin_tick(bins: ErrorBins, place: int, feature: Descriptor) -> str:
    """The same, as short as below a chart: each number's bin begins where one ends."""
    low, high = bins.low[place], bins.high[place]
    if high is not None:
        return f"≤ {value_text(high, feature)}"
    if low is not None:
        return f"> {value_text(low, feature)}"
    return bin_name(bins, place, feature)
