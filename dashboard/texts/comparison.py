"""The sentences that tell how a client stands among others."""

from __future__ import annotations

from api_client.answers import Distribution, SimilarClients
from api_client.meaning import Descriptor
from session.language import _, mark
from texts.formats import currency_sign, percent, value_text, whole

UNITS = {"days": mark("days"), "months": mark("months"), "years": mark("years")}


def similar_text(similar: SimilarClients) -> str:
    low, high = (percent(edge) for edge in similar.interval)
    return _(
        "Of the {size} earlier clients most like this one, {rate} defaulted; of all "
        "clients, {overall} did. With so few clients chance plays a part: the true "
        "share for such clients lies between {low} and {high}, 19 times out of 20.",
        size=whole(similar.size),
        rate=percent(similar.observed_default_rate),
        overall=percent(similar.population.observed_default_rate),
        low=low,
        high=high,
    )


def distribution_text(found: Distribution, feature: Descriptor, client: str) -> str:
    label = feature.label
    if not client:
        text = _("“{feature}” is not known for this client.", feature=label)
    else:
        text = _("“{feature}” is {value} for this client.", feature=label, value=client)
    return f"{text} " + _(
        "The taller a line or bar, the more clients of that group have that value."
    )


def axis_title(feature: Descriptor) -> str:
    """A fact with the unit that a chart's bare numbers have."""
    unit = currency_sign() if feature.unit == "currency" else UNITS.get(feature.unit)
    if unit is None:
        return feature.label
    return _("{fact} ({unit})", fact=feature.label, unit=_(unit))


def bin_names(found: Distribution, feature: Descriptor) -> list[str]:
    """The bins in words: "0.1 to 0.2", or the category."""
    if found.categories:
        return [value_text(name, feature) for name in found.categories]
    ends = [value_text(edge, feature) for edge in found.edges or ()]
    return [
        _("{low} to {high}", low=low, high=high)
        for low, high in zip(ends, ends[1:], strict=False)
    ]


def scatter_text(x: Descriptor, y: Descriptor, shown: int) -> str:
    return _(
        "Each mark is one of {number} earlier clients: a cross defaulted, a dot "
        "repaid; the diamond is this client. To the right “{x}” is higher, upwards "
        "“{y}” is.",
        number=whole(shown),
        x=x.label,
        y=y.label,
    )
