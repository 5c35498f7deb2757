"""The facts of one decision that a policy reads, and none beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.schemas.answers import Offer
from api.schemas.layout import APPLICATION
from api.schemas.model import Feature
from api.store.people.evidence import OnRecord
from policy.facts import ALWAYS, FactName

Given = dict[str, Any]
# What takes long to work out.
RATES = ("terms.yearly_rate", "terms.apr")
# The groups of what is known of some decisions only, and takes something to know.
TERMS, ON_RECORD = "terms", ("evidence", "declared", "earlier")


@dataclass(frozen=True)
class Case:
    """What a decision was made of, and what is on record at that moment, `at`.

    `verdict`: probability, threshold, decision and confidence, as they are answered.
    `terms`: of the loan that it is about, of a what-if those that it asks for.
    """

    at: str
    application: Mapping[str, Any]
    features: NDArray[np.float32]
    verdict: Mapping[str, Any]
    terms: Offer | None = None
    declared: Mapping[str, Any] | None = None
    record: OnRecord = field(default_factory=OnRecord)

    @property
    def day(self) -> str:
        """YYYY-MM-DD, in UTC."""
        return self.at[:10]

    @cached_property
    def evidence(self) -> Mapping[str, Mapping[str, Any]]:
        """The newest of each kind."""
        return {one["kind"]: one for one in reversed(self.record.evidence)}


def known_facts(manifest: Manifest) -> dict[str, FactName]:
    """What a policy may read of the applications of a bundle, by name."""
    columns = (
        FactName(f"application.{one.name}", one.unit, APPLICATION, one.protected)
        for one in manifest.tables[APPLICATION].columns
    )
    features = (
        FactName(f"features.{one.name}", one.unit, one.table, one.protected)
        for one in manifest.features
    )
    return {**ALWAYS, **{one.name: one for one in (*columns, *features)}}


class Reader:
    """Reads of each case what is named, by one bundle."""

    def __init__(self, names: Iterable[str], manifest: Manifest) -> None:
        self._places = {f.name: (at, f) for at, f in enumerate(manifest.features)}
        known = known_facts(manifest)
        self.missing = tuple(sorted(name for name in names if name not in known))
        wanted = sorted(name for name in names if name in known)
        self._getters = [(name, self._getter(name)) for name in wanted]

    def given(self, case: Case) -> Given:
        """What is missing is left out."""
        return {
            name: value
            for name, get in self._getters
            if (value := get(case)) is not None
        }

    def _getter(self, name: str) -> Callable[[Case], Any]:
        group, _, key = name.partition(".")
        if group == "features":
            at, feature = self._places[key]
            return lambda case: _value(float(case.features[at]), feature)
        make = _GROUPS.get(group)
        return make(key) if make else lambda case: case.verdict[name]


def _value(number: float, feature: Feature) -> float | str | None:
    if math.isnan(number):
        return None
    return number if feature.categories is None else feature.categories[int(number)]


def _confidence(key: str) -> Callable[[Case], Any]:
    if key == "out_of_range":
        return lambda case: len(case.verdict["confidence"][key])
    return lambda case: case.verdict["confidence"][key]


def _terms(key: str) -> Callable[[Case], Any]:
    return lambda case: case.terms and getattr(case.terms, key)


def _declared(key: str) -> Callable[[Case], Any]:
    return lambda case: (case.declared or {}).get(key)


def _evidence(key: str) -> Callable[[Case], Any]:
    kind, _, part = key.partition(".")

    def get(case: Case) -> Any:
        found = case.evidence.get(kind)
        if found is None:
            return None
        if part == "days":
            return _days(found["consulted_at"], case.day)
        if part == "valid":
            return found["valid_until"] is None or found["valid_until"] >= case.day
        return found[part]

    return get


def _earlier(key: str) -> Callable[[Case], Any]:
    def get(case: Case) -> Any:
        found = case.record.earlier
        if found is None:
            return None
        return _days(found["decided_at"], case.day) if key == "days" else found[key]

    return get


def _moment(key: str) -> Callable[[Case], Any]:
    return lambda case: _MOMENTS[key](case.at)


def _days(since: str, day: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(since[:10])).days


def _weekday(at: str) -> int:
    return date.fromisoformat(at[:10]).isoweekday()


# In UTC; Monday is 1.
_MOMENTS: Mapping[str, Callable[[str], Any]] = {
    "date": lambda at: at[:10],
    "year": lambda at: int(at[:4]),
    "month": lambda at: int(at[5:7]),
    "day": lambda at: int(at[8:10]),
    "weekday": _weekday,
    "hour": lambda at: int(at[11:13]),
}
_GROUPS: Mapping[str, Callable[[str], Callable[[Case], Any]]] = {
    "application": lambda key: lambda case: case.application.get(key),
    "confidence": _confidence,
    "declared": _declared,
    "earlier": _earlier,
    "evidence": _evidence,
    "moment": _moment,
    "terms": _terms,
}
