"""The typed form of a bundle's manifest.json and reasons.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from api.errors import BundleError

Bounds = tuple[float, float]
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Labels:
    """The same words for people, in both languages."""

    en: str
    fr: str


@dataclass(frozen=True)
class Column:
    """One raw column; a number outside `bounds` cannot be true and is refused."""

    name: str
    type: Literal["number", "integer", "category"]
    nullable: bool
    unit: str
    labels: Labels
    meaning: str
    categories: tuple[str, ...] | None = None
    bounds: Bounds | None = None
    lever: bool = False


@dataclass(frozen=True)
class Table:
    """One raw table, as the model was trained with it."""

    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Feature:
    """One model input; `bounds` are its smallest and largest training values."""

    name: str
    dtype: Literal["float32", "category"]
    group: str
    table: str
    unit: str
    labels: Labels
    formula: str
    categories: tuple[str, ...] | None = None
    bounds: Bounds | None = None
    lever: bool = False


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(slope * margin + intercept)))."""

    method: Literal["sigmoid"]
    slope: float
    intercept: float


@dataclass(frozen=True)
class ModelIdentity:
    """Which model this is, and which run made it."""

    name: str
    version: str
    mlflow_run_id: str
    created_at: str


@dataclass(frozen=True)
class Manifest:
    """What the API needs from manifest.json; the rest is passed on as it is."""

    format: Literal[1]
    model: ModelIdentity
    threshold: float
    threshold_interval: Bounds
    calibration: Calibration
    feature_set: str
    features: tuple[Feature, ...]
    history: tuple[str, ...]
    tables: dict[str, Table]
    files: dict[str, str]


@dataclass(frozen=True)
class Reason:
    """A reason code: what a group of features says, per direction."""

    code: str
    group: str
    labels: Labels
    raises_risk: Labels
    lowers_risk: Labels


@dataclass(frozen=True)
class ReasonCatalogue:
    """reasons.json."""

    reasons: tuple[Reason, ...]


def parse(kind: type[Parsed], content: bytes, file: str) -> Parsed:
    """Read `content` as `kind`; raises BundleError naming `file` and the field."""
    try:
        return TypeAdapter(kind).validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BundleError(f"{file}: {place}: {first['msg']}") from error
