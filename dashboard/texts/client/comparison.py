"""The sentences that tell how a client stands among others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from api_client.answers import Distribution, SimilarClients
from api_client.meaning import Descriptor, Value
from session.language import _, mark
from texts.formats import (
    BIRTH,
    DAYS_PER_YEAR,
    currency_sign,
    percent,
    percent_sign,
    value_text,
    whole,
)

UNITS = {"days": mark("days"), "months": mark("months"), "years": mark("years")}
AGO = {
    "days": mark("days before the application"),
    "years": mark("years before the application"),
}
DAYS_IN_YEARS = 2 * DAYS_PER_YEAR


@dataclass(frozen=True)
class Scale:
    """A chart's axis: its title, and what its numbers are multiplied by.

    They are then in the unit that the sentences around the chart tell them in.
    `words`: what categories are called.
    """

    title: str
    factor: float = 1.0
    words: Callable[[str], str] = str

    def __call__(self, number: Value) -> Value:
        if number is None:
            return None
        return self.words(number) if isinstance(number, str) else self.factor * number


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


def scale(feature: Descriptor, numbers: Iterable[Value]) -> Scale:
    """The axis of a fact that has these values."""
    unit, factor = UNITS.get(feature.unit, ""), 1.0
    if feature.unit == "share":
        return Scale(feature.label + f" ({percent_sign().strip()})", 100)
    if feature.unit == "currency":
        unit = currency_sign()
    elif feature.unit == "days":
        days = [n for n in numbers if n is not None and not isinstance(n, str)]
        if max(map(abs, days), default=0) >= DAYS_IN_YEARS:
            unit, factor = mark("years"), 1 / DAYS_PER_YEAR
        if max(days, default=1) <= 0:
            factor = -factor
            unit = unit if feature.role == BIRTH else AGO[unit]
    if not unit:
        return Scale(feature.label)
    return Scale(_("{fact} ({unit})", fact=feature.label, unit=_(unit)), factor)


def bin_names(found: Distribution, feature: Descriptor) -> list[str]:
    """The bins in words: "0.1 to 0.2", or the category."""
    if found.categories:
        return [value_text(name, feature) for name in found.categories]
    ends = [value_text(edge, feature) for edge in found.edges or ()]
    return [
        _("{low} to {high}", low=low, high=high)
        for low, high in zip(ends, ends[1:], strict=False)
    ]


def worded_scale(feature: Descriptor, values: Iterable[Value]) -> Scale:
    """The axis of a fact whose categories are told in words."""
    return replace(
        scale(feature, values), words=lambda value: value_text(value, feature)
    )


def scatter_text(x: Descriptor, y: Descriptor, shown: int) -> str:
    return _(
        "Each mark is one of {number} earlier clients: a cross defaulted, a dot "
        "repaid; the diamond is this client. To the right “{x}” is higher, upwards "
        "“{y}” is.",
        number=whole(shown),
        x=x.label,
        y=y.label,
    )
