"""The typed form of a bundle's manifest.json and reasons.json."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from reprlib import repr as shortened
from typing import Any, Literal, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from api.errors import BundleError
from api.json_encoding import encode
from api.schemas.answers import Share
from api.schemas.client_keys import KeyType
from api.schemas.layout import APPLICATION, CLIENT
from api.schemas.model import Bounds, Calibration, Column, Feature, Reason, Table

Parsed = TypeVar("Parsed")


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
    threshold: Share
    threshold_interval: Bounds
    calibration: Calibration
    feature_set: str
    features: tuple[Feature, ...]
    history: tuple[str, ...]
    tables: dict[str, Table]
    files: dict[str, str]

    @cached_property
    def client_key(self) -> str:
        """What the lender calls the client's key; raises BundleError."""
        return self._client.name

    @cached_property
    def key_type(self) -> KeyType:
        """Whether it is an integer or a text; raises BundleError."""
        kind = self._client.type
        if kind == "number":
            raise BundleError(
                f"manifest.json: tables.{APPLICATION}: the type of {self.client_key}, "
                "by which clients are known, is number, expected integer or category"
            )
        return kind

    @cached_property
    def _client(self) -> Column:
        columns = self.tables[APPLICATION].columns
        found = [column for column in columns if column.role == CLIENT]
        if len(found) != 1:
            raise BundleError(
                f"manifest.json: tables.{APPLICATION}: expected one column whose role "
                f"is {CLIENT}, found {len(found)}"
            )
        return found[0]


@dataclass(frozen=True)
class BorderlineGroup:
    """The mean contribution of a group of features among borderline clients."""

    group: str
    contribution: float


@dataclass(frozen=True)
class BorderlineFeature:
    """What is true of one feature among borderline clients.

    `typical`: their median or commonest category, null where most have none. Features
    of a group with one `topic` are told together, by those that tell it alone
    (`tells`) if there are any; `absence` is the topic that says why a value is missing.
    `lowers_risk`, `raises_risk`: more of it is known to mean less risk, or more.
    """

    feature: str
    contribution: float
    typical: float | str | None
    topic: str
    absence: str
    tells: bool
    lowers_risk: bool
    raises_risk: bool = False


@dataclass(frozen=True)
class Borderline:
    """The mean margin of borderline clients, and what it is made of."""

    clients: int
    margin: float
    groups: tuple[BorderlineGroup, ...]
    features: tuple[BorderlineFeature, ...]


@dataclass(frozen=True)
class ReasonCatalogue:
    """reasons.json; older ones do not know the borderline clients."""

    reasons: tuple[Reason, ...]
    borderline: Borderline | None = None


def decoded(content: bytes, file: str) -> Any:
    """What a JSON file says; raises BundleError where that could not be answered."""
    try:
        # NaN and what is larger than any number are no JSON to it.
        document = orjson.loads(content)
        orjson.dumps(document)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise BundleError(f"{file}: expected JSON, found: {error}") from None
    return document


def parse(kind: type[Parsed], document: Any, file: str) -> Parsed:
    """Read a document as `kind`; raises BundleError naming `file` and the field."""
    try:
        return TypeAdapter(kind).validate_json(encode(document), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        location = ".".join(str(part) for part in first["loc"])
        found = shortened(first["input"])
        raise BundleError(
            f"{file}: {location}: {first['msg']}, found {found}"
        ) from error
