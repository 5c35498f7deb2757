"""A scorecard's table of points in words: what each bin holds, what points mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from api_client.answers import ModelAnswer, Scorecard, ScorecardInput
from api_client.meaning import Descriptor
from session.language import _, listed
from texts.formats import (
    BIRTH,
    decimal,
    exact,
    not_given,
    percent,
    plain,
    value_text,
    years,
)

# What is counted in whole numbers, where the application says it itself.
COUNTED = ("count", "flag")
TIMES = ("days", "months", "years")


def scale_text(card: Scorecard, model: ModelAnswer) -> str:
    """How points become a risk, and where its limit is."""
    scale, threshold = card.scale, model.threshold
    text = _(
        "The points of all facts and {base} base points make a score; a higher one is "
        "safer. At {points} points {odds} clients repay for each that defaults, and "
        "{more} more double that.",
        base=plain(card.base_points),
        points=plain(scale.points),
        odds=plain(scale.odds),
        more=plain(scale.points_to_double),
    )
    if not 0 < threshold < 1:
        return text
    score = scale.score(model.calibration.margin(threshold))
    return f"{text} " + _(
        "The limit on the risk, {limit}, is a score of {score}.",
        limit=percent(threshold),
        score=decimal(score, 1),
    )


def points_rows(card: Scorecard, model: ModelAnswer) -> list[list[str]]:
    """A row per bin of what gives any; the facts that can move most come first."""
    giving = [one for one in card.inputs if any((*one.points, one.missing))]
    ordered = sorted(giving, key=_spread, reverse=True)
    return [row for one in ordered for row in _rows(one, model)]


def _spread(one: ScorecardInput) -> float:
    points = *one.points, one.missing
    return max(points) - min(points)


def _rows(one: ScorecardInput, model: ModelAnswer) -> list[list[str]]:
    label, total = model.describe(one.feature).label, sum(one.clients) or 1
    told = zip(
        bin_words(one, model),
        (*one.points, one.missing),
        one.clients,
        one.default_rate,
        strict=True,
    )
    return [
        [label, words, plain(points), percent(clients / total), _rate(rate)]
        for words, points, clients, rate in told
    ]


def _rate(rate: float | None) -> str:
    return _("nobody") if rate is None else percent(rate)


def bin_words(one: ScorecardInput, model: ModelAnswer) -> list[str]:
    """What is in each bin; last what is missing."""
    what, edges = model.describe(one.feature), one.edges
    if edges is None:
        groups = [
            [value_text(name, what) for name in names] for names in one.groups or ()
        ]
        return [*map(listed, groups), _("any other, or not given")]
    if not edges:
        return [_("any value"), not_given()]
    counted = what.unit in COUNTED and one.feature in model.columns
    return [*(_counts(edges, what) if counted else _ranges(edges, what)), not_given()]


def _counts(edges: Sequence[float], what: Descriptor) -> list[str]:
    """Whole numbers: below 0.5 there is 0 alone."""
    starts = [math.ceil(edge) for edge in edges]
    ends = [value_text(start - 1, what) for start in starts]
    texts = [value_text(start, what) for start in starts]
    between = zip(texts[:-1], ends[1:], strict=True)
    return [
        ends[0] if starts[0] <= 1 else _("{high} or less", high=ends[0]),
        *(
            low if low == high else _("{low} to {high}", low=low, high=high)
            for low, high in between
        ),
        texts[-1] if what.unit == "flag" else _("{low} or more", low=texts[-1]),
    ]


def _ranges(edges: Sequence[float], what: Descriptor) -> list[str]:
    """From one edge to below the next; ages and moments run backwards."""
    if what.role == BIRTH:
        ends = _apart(edges, lambda edge: years(-edge))
        return [
            _("over {age}", age=ends[0]),
            *(
                _("over {young}, up to {old}", young=young, old=old)
                for old, young in pairwise(ends)
            ),
            _("up to {age}", age=ends[-1]),
        ]
    ends = _apart(edges, lambda edge: value_text(edge, what))
    if what.unit in TIMES and edges[0] < 0:
        return [
            _("before {moment}", moment=ends[0]),
            *(
                _("{start} or later, before {end}", start=start, end=end)
                for start, end in pairwise(ends)
            ),
            _("{moment} or later", moment=ends[-1]),
        ]
    return [
        _("under {high}", high=ends[0]),
        *(
            _("{low} to under {high}", low=low, high=high)
            for low, high in pairwise(ends)
        ),
        _("{low} or more", low=ends[-1]),
    ]


def _apart(edges: Sequence[float], told: Callable[[float], str]) -> list[str]:
    """In the usual words, or in digits where these would be the same."""
    texts = [told(edge) for edge in edges]
    if len({*texts}) == len(texts):
        return texts
    return [exact(float(f"{edge:.7g}")) for edge in edges]
