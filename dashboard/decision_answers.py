"""What the API says about decisions on record and how they might change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from answers import Prediction, Value, read_prediction
from reading import Node


@dataclass(frozen=True)
class Review:
    """A person's decision on a prediction; `replaces` names the one it undoes."""

    review_id: str
    prediction_id: str
    overridden: bool
    granted: bool
    reason: str
    reviewer: str
    replaces: str
    created_at: datetime


@dataclass(frozen=True)
class Recorded:
    """A prediction as the record has it, with its reviews, oldest first."""

    prediction_id: str
    simulation: bool
    probability: float
    threshold: float
    granted: bool
    model_version: str
    changes: Mapping[str, Value]
    reviews: tuple[Review, ...]
    created_at: datetime

    @property
    def standing(self) -> Review | None:
        """The review that holds: the last one."""
        return self.reviews[-1] if self.reviews else None


@dataclass(frozen=True)
class History:
    """A client's predictions, newest first; `more` when older ones are left out."""

    predictions: tuple[Recorded, ...]
    more: bool


@dataclass(frozen=True)
class Lever:
    """How far a column had to move, and the bounds it was moved within."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class WayThrough:
    """The smallest change that would be granted, or why there is none."""

    found: bool
    detail: str
    levers: tuple[Lever, ...]
    prediction: Prediction | None


def read_history(node: Node, client_id: int) -> History:
    if node["client_id"].whole() != client_id:
        node["client_id"].complain(f"expected the record of client {client_id}")
    recorded = tuple(_recorded(item) for item in node["predictions"])
    return History(recorded, node.get("next_cursor") is not None)


def read_review(node: Node) -> Review:
    replaces = node.get("replaces")
    return Review(
        node["review_id"].text(),
        node["prediction_id"].text(),
        node["action"].one_of("confirmed", "overridden") == "overridden",
        _granted(node["decision"]),
        node["reason"].text(),
        node["reviewer"].text(),
        replaces.text() if replaces else "",
        node["created_at"].moment(),
    )


def read_way_through(node: Node) -> WayThrough:
    found = node["found"].value is True
    detail = node.get("detail")
    return WayThrough(
        found,
        detail.text() if detail else "",
        tuple(_lever(item) for item in node["levers"]),
        read_prediction(node["prediction"]) if found else None,
    )


def _recorded(node: Node) -> Recorded:
    changes = node.get("changes")
    return Recorded(
        node["prediction_id"].text(),
        node["kind"].one_of("decision", "simulation") == "simulation",
        node["probability"].share(),
        node["threshold"].share(),
        _granted(node["decision"]),
        node["model"]["version"].text(),
        MappingProxyType(
            {name: item.scalar() for name, item in changes.members()} if changes else {}
        ),
        tuple(read_review(item) for item in node["reviews"]),
        node["created_at"].moment(),
    )


def _granted(node: Node) -> bool:
    return node.one_of("granted", "refused") == "granted"


def _lever(node: Node) -> Lever:
    before, after = node.get("from"), node.get("to")
    return Lever(
        node["name"].text(),
        before.number() if before else None,
        after.number() if after else None,
    )
