"""What a bundle says of its model for analysts: of inputs that the model has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.bundle.manifest import Manifest, parse
from api.errors import BundleError
from api.schemas.analysis.inspection import InputErrors, InspectedInput, Inspection
from api.schemas.model import Feature

FILE = "inspection.json"
Features = Mapping[str, Feature]


def check_inspection(manifest: Manifest, document: Any) -> None:
    """Raises BundleError."""
    told = parse(Inspection, document, FILE)
    features = {feature.name: feature for feature in manifest.features}
    for one in told.inputs:
        _check_input(features, one)
    for pair in told.interactions:
        for name in (pair.first, pair.second):
            _known(features, name, "interactions")
    for errors in told.errors:
        _check_errors(features, errors)


def _check_input(features: Features, one: InspectedInput) -> None:
    place = f"inputs: {one.feature}"
    feature = _known(features, one.feature, "inputs")
    _fit(feature, one.dependence.values, place)
    _fit(feature, one.points.values, place)
    if one.second is not None:
        _fit(_known(features, one.second, place), one.points.other, place)


def _check_errors(features: Features, one: InputErrors) -> None:
    feature = _known(features, one.feature, "errors")
    if feature.categories is not None:
        _fit(feature, one.bins.category, f"errors: {one.feature}")


def _known(features: Features, name: str, place: str) -> Feature:
    if name not in features:
        raise BundleError(f"{FILE}: {place}: {name} is no feature of manifest.json")
    return features[name]


def _fit(feature: Feature, values: Iterable[float | str | None], place: str) -> None:
    """Numbers of a number, categories that it has of a category; none is missing."""
    known = feature.categories
    for value in values:
        fits = isinstance(value, float) if known is None else value in known
        if value is not None and not fits:
            expected = "a number" if known is None else "one of its categories"
            raise BundleError(
                f"{FILE}: {place}: expected {expected} of {feature.name}, "
                f"found {value!r:.60}"
            )
