"""What the files of a bundle say fits together: each names what the manifest has."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from api.bundle.manifest import Borderline, Manifest, ReasonCatalogue, parse
from api.errors import BundleError
from api.schemas.answers import Distribution
from api.schemas.layout import APPLICATION
from api.schemas.model import (
    Described,
    Feature,
    Form,
    Importance,
    ModelAnswer,
    Permutation,
)
from api.schemas.monitoring import TrainTest

MANIFEST, REASONS = "manifest.json", "reasons.json"
IMPORTANCE, DISTRIBUTIONS = "importance.json", "distributions.json"
DRIFT = "drift/report.json"
COUNTS = ("all", "repaid", "defaulted")
# Features are of 32 bits.
LARGEST = 3.4e38


def check_manifest(manifest: Manifest, document: Mapping[str, Any]) -> None:
    """Raises BundleError, as all of these do."""
    if APPLICATION not in manifest.tables:
        raise BundleError(f"{MANIFEST}: tables.{APPLICATION} is missing")
    _ = manifest.key_type  # raises unless there is one key of a type that can be
    names = [feature.name for feature in manifest.features]
    _once(f"{MANIFEST}: features", names)
    _once(f"{MANIFEST}: history", manifest.history)
    watched = parse(list[str], document.get("monitored", []), MANIFEST)
    _among(f"{MANIFEST}: monitored", watched, names)
    _check_bounds("threshold_interval", manifest.threshold_interval)
    for feature in manifest.features:
        _check_described(f"features.{feature.name}", feature)
        if feature.dtype == "category" and feature.categories is None:
            raise BundleError(f"{MANIFEST}: feature {feature.name} has no categories")
    for name, table in manifest.tables.items():
        _once(f"{MANIFEST}: tables.{name}", [one.name for one in table.columns])
        for column in table.columns:
            place = f"tables.{name}.{column.name}"
            _check_described(place, column)
            if column.section not in (None, *range(len(table.sections))):
                raise BundleError(
                    f"{MANIFEST}: {place}.section: expected one of "
                    f"{len(table.sections)}, found {column.section}"
                )
            if column.estimate is not None:
                _among(f"{MANIFEST}: {place}.estimate", [column.estimate], names)
            if column.term is not None:
                _check_bounds(f"{place}.term.reach", column.term.reach)


def check_reasons(manifest: Manifest, catalogue: ReasonCatalogue) -> None:
    groups = [reason.group for reason in catalogue.reasons]
    for feature in manifest.features:
        if groups.count(feature.group) != 1:
            raise BundleError(
                f"{REASONS}: group {feature.group} of feature {feature.name} "
                f"must be there once, found {groups.count(feature.group)} times"
            )
    _once(f"{REASONS}: reasons", groups)
    if catalogue.borderline is not None:
        _check_borderline(manifest, catalogue.borderline)


def check_importance(manifest: Manifest, document: Any) -> None:
    """Of every feature, and of a sample of clients as large as it says."""
    told = parse(Importance, document, IMPORTANCE)
    features = {feature.name: feature for feature in manifest.features}
    groups = {feature.group for feature in manifest.features}
    named = [one.feature for one in told.features]
    _once(f"{IMPORTANCE}: features", named)
    _among(f"{IMPORTANCE}: features", named, features)
    _among(f"{IMPORTANCE}: features", features, {*named})
    _among(f"{IMPORTANCE}: groups", [one.group for one in told.groups], groups)
    for place, lost, known in (
        ("permutation", told.permutation, features),
        ("permutation_of_groups", told.permutation_of_groups, groups),
    ):
        _among(f"{IMPORTANCE}: {place}", _lost(lost), known)
    swarm = told.beeswarm
    _among(f"{IMPORTANCE}: beeswarm.features", swarm.features, features)
    sizes = {len(swarm.values), len(swarm.contributions)}
    widths = {*map(len, swarm.values), *map(len, swarm.contributions)}
    if len(sizes) > 1 or widths - {len(swarm.features)}:
        raise BundleError(
            f"{IMPORTANCE}: beeswarm: expected rows of {len(swarm.features)} values "
            f"and as many of contributions, found {sorted(sizes)} rows of "
            f"{sorted(widths)}"
        )
    columns = zip(*swarm.values, strict=True)
    for name, column in zip(swarm.features, columns, strict=False):
        _check_codes(f"{IMPORTANCE}: beeswarm: {name}", features[name], column)


def check_distributions(manifest: Manifest, document: Any) -> None:
    """Bins of known features, and what is in each of them."""
    features = {feature.name: feature for feature in manifest.features}
    spread = parse(dict[str, dict[str, Any]], document, DISTRIBUTIONS)
    _among(DISTRIBUTIONS, spread, features)
    for name, one in spread.items():
        place = f"{DISTRIBUTIONS}: {name}"
        told = parse(Distribution, {**one, "feature": name}, place)
        if not {*one} <= {"kind", "edges", "categories", "missing", *COUNTS}:
            raise BundleError(f"{place}: expected bins alone, found {sorted(one)}")
        categories, edges = told.categories, told.edges or []
        if features[name].categories is not None:
            fits = categories == list(features[name].categories or ())
            bins = len(categories or ())
        else:
            fits = sorted(edges) == edges and max(map(abs, edges), default=0) < LARGEST
            bins = len(edges) - 1
        fits &= (told.kind == "numeric") == (categories is None) == bool(edges)
        if not fits or bins < 1:
            raise BundleError(
                f"{place}: expected the categories of {MANIFEST}, or growing edges"
            )
        for counts in (told.all, told.repaid, told.defaulted):
            if len(counts) != bins or min(counts) < 0:
                raise BundleError(f"{place}: expected counts of {bins} bins")
        _among(f"{place}: missing", told.missing or {}, COUNTS)


def check_drift(document: Any) -> None:
    parse(TrainTest, document, DRIFT)


def told_of_model(
    manifest: Manifest,
    document: Mapping[str, Any],
    reasons: Any,
    sha256: str,
    form: Form,
) -> dict[str, Any]:
    """What is answered about the model, but for what the lender's prices say."""
    fields = {
        # The first bundles do not say it: their costs are per decision.
        "costs_by_amount": False,
        **document,
        **vars(manifest.model),
        "reasons": reasons["reasons"],
        "bundle_sha256": sha256,
        "form": form,
    }
    fields.pop("negotiable", None)
    told = {name: fields[name] for name in ModelAnswer.model_fields if name in fields}
    parse(ModelAnswer, told, MANIFEST)
    return told


def _lost(permutation: Permutation | None) -> Iterable[str]:
    return () if permutation is None else permutation.auc_lost


def _check_described(place: str, one: Described) -> None:
    if one.bounds is not None:
        _check_bounds(f"{place}.bounds", one.bounds)
    _once(f"{MANIFEST}: {place}.categories", one.categories or ())


def _check_bounds(place: str, bounds: Sequence[float]) -> None:
    low, high = bounds
    if not -math.inf < low <= high:
        raise BundleError(
            f"{MANIFEST}: {place}: expected the lower before the higher, found "
            f"{low:g} and {high:g}"
        )


def _check_codes(place: str, feature: Feature, codes: Iterable[float | None]) -> None:
    """A category is told by its place among those of the feature."""
    if feature.categories is None:
        return
    known = range(len(feature.categories))
    wrong = [code for code in codes if code is not None and code not in known]
    if wrong:
        raise BundleError(f"{place}: {wrong[0]} is the code of none of its categories")


def _once(place: str, names: Sequence[str]) -> None:
    name, count = next(iter(Counter(names).most_common(1)), ("", 0))
    if count > 1:
        raise BundleError(f"{place}: {name} must be there once, found {count} times")


def _among(place: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise BundleError(f"{place}: {name} is not in both it and {MANIFEST}")


def _check_borderline(manifest: Manifest, borderline: Borderline) -> None:
    named = [one.feature for one in borderline.features]
    expected = [feature.name for feature in manifest.features]
    if named != expected:
        others = ", ".join(sorted(set(expected) ^ set(named))[:5])
        raise BundleError(
            f"{REASONS}: borderline.features must be those of {MANIFEST}, in its "
            f"order; found {f'only in one: {others}' if others else 'another order'}"
        )
    groups = [one.group for one in borderline.groups]
    for group in sorted({feature.group for feature in manifest.features}):
        if groups.count(group) != 1:
            raise BundleError(
                f"{REASONS}: borderline.groups: {group} must be there once, found "
                f"{groups.count(group)} times"
            )
    for feature, one in zip(manifest.features, borderline.features, strict=True):
        known = feature.categories
        wrong = (
            isinstance(one.typical, str)
            if known is None
            else one.typical not in (None, *known)
        )
        if wrong:
            raise BundleError(
                f"{REASONS}: borderline.features: the typical value of "
                f"{feature.name} is {one.typical}, expected "
                f"{'a number' if known is None else 'one of its categories'}"
            )
