"""The points of scorecard.json, checked before they are served.

That it is JSON with the right members is not enough: each input must be a feature as
the manifest has it, every value of it must get its points, and a margin stay a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NoReturn

from api.bundle.manifest import Manifest, parse
from api.errors import BundleError
from api.schemas.model import Feature, Scorecard, ScorecardInput

FILE = "scorecard.json"
# Of a margin: far above any log-odds, and contributions still add up to it by 1e-9.
LARGEST_MARGIN = 1e4
# Of a mean of points that are all the same from these.
ROUNDED = 1e-6


def read_scorecard(document: Any, manifest: Manifest) -> Scorecard:
    """Raises BundleError, naming the input, unless it can be served."""
    card = parse(Scorecard, document, FILE)
    named = [one.feature for one in card.inputs]
    expected = [feature.name for feature in manifest.features]
    if named != expected:
        others = ", ".join(sorted({*named} ^ {*expected})[:5])
        _refuse(
            "inputs",
            "the features of manifest.json, each once and in its order",
            f"only in one: {others}" if others else "another order or one twice",
        )
    for feature, one in zip(manifest.features, card.inputs, strict=True):
        _check_input(feature, one)
    _check_margins(card)
    calibration = manifest.calibration
    if (calibration.slope, calibration.intercept) != (1.0, 0.0):
        raise BundleError(
            "manifest.json: calibration: points tell the risk themselves: expected "
            f"slope 1 and intercept 0, found {calibration.slope:g} and "
            f"{calibration.intercept:g}"
        )
    return card


def _check_input(feature: Feature, one: ScorecardInput) -> None:
    if (feature.categories is None) == (one.edges is None):
        kind = "edges" if feature.categories is None else "groups"
        _refuse(f"{one.feature}", f"{kind}", "none")
    if (one.edges is None) == (one.groups is None):
        _refuse(one.feature, "either edges or groups", "both")
    bins = _edges(one) if one.groups is None else _groups(one, feature.categories or ())
    _check_count(one, "points", len(one.points), bins)
    for name, found in (("clients", one.clients), ("default_rate", one.default_rate)):
        _check_count(one, name, len(found), bins + 1)
    if min(one.clients) < 0:
        _refuse(f"{one.feature}.clients", "numbers from 0 on", str(min(one.clients)))
    for clients, rate in zip(one.clients, one.default_rate, strict=True):
        if (clients == 0) != (rate is None):
            expected = "one of each bin that has clients, null of the others"
            _refuse(f"{one.feature}.default_rate", expected, f"{rate} of {clients}")
    points = *one.points, one.missing
    if not min(points) - ROUNDED <= one.mean <= max(points) + ROUNDED:
        expected = f"a number from {min(points):g} to {max(points):g}"
        _refuse(f"{one.feature}.mean", expected, f"{one.mean:g}")


def _edges(one: ScorecardInput) -> int:
    """How many bins they make."""
    edges = one.edges or []
    for low, high in pairwise(edges):
        if not low < high:
            _refuse(f"{one.feature}.edges", "growing numbers", f"{low:g}, {high:g}")
    return len(edges) + 1


def _groups(one: ScorecardInput, categories: Sequence[str]) -> int:
    seen = set[str]()
    for group in one.groups or ():
        if not group:
            _refuse(f"{one.feature}.groups", "categories in each", "none in one")
        for category in group:
            if category not in categories:
                expected = "categories that manifest.json has of it"
                _refuse(f"{one.feature}.groups", expected, repr(category))
            if category in seen:
                _refuse(
                    f"{one.feature}.groups", "each category once", f"{category!r} twice"
                )
            seen.add(category)
    return len(one.groups or ())


def _check_count(one: ScorecardInput, name: str, found: int, expected: int) -> None:
    if found != expected:
        _refuse(f"{one.feature}.{name}", f"{expected} of them", str(found))


def _check_margins(card: Scorecard) -> None:
    scale = card.scale
    furthest = abs(card.base_points) + abs(scale.points)
    furthest += sum(max(map(abs, (*one.points, one.missing))) for one in card.inputs)
    factor = scale.points_to_double / math.log(2)
    largest = furthest / factor + abs(math.log(scale.odds))
    if not largest <= LARGEST_MARGIN:
        _refuse("scale", f"margins up to {LARGEST_MARGIN:g}", f"{largest:g}")


def _refuse(place: str, expected: str, found: str) -> NoReturn:
    raise BundleError(f"{FILE}: {place}: expected {expected}, found {found}")
