"""What the API says about clients and decisions, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from language import code
from reading import Node

Value = str | float | bool | None
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Labels:
    """One wording per language."""

    en: str
    fr: str

    @property
    def text(self) -> str:
        """In the language of the page."""
        return self.fr if code() == "fr" else self.en


@dataclass(frozen=True)
class Matches:
    """The first clients with these digits, how many there are, and if more follow."""

    client_ids: tuple[int, ...]
    total: int
    following: str | None


@dataclass(frozen=True)
class Fact:
    """One column of a client's application."""

    name: str
    labels: Labels
    unit: str
    value: Value


@dataclass(frozen=True)
class Latest:
    """The model's newest decision, and what has changed since it was made."""

    prediction_id: str
    granted: bool
    probability: float
    threshold: float
    model_version: str
    created_at: datetime
    model_changed: bool
    data_changed: bool

    @property
    def outdated(self) -> bool:
        return self.model_changed or self.data_changed


@dataclass(frozen=True)
class Standing:
    """What holds for a client; `reviewer` and `review_id` are empty without a review.

    `prediction_id`: the decision reviewed, or the one that stands by itself.
    """

    granted: bool
    reviewer: str
    reason: str
    review_id: str
    decided_at: datetime
    prediction_id: str
    model_granted: bool
    model_version: str
    latest: Latest

    @property
    def reviewed(self) -> bool:
        return bool(self.review_id)

    @property
    def result(self) -> Literal["granted", "refused"]:
        return "granted" if self.granted else "refused"


@dataclass(frozen=True)
class Client:
    """`standing` is None before the first decision."""

    client_id: int
    standing: Standing | None
    application: tuple[Fact, ...]
    imported_at: datetime


@dataclass(frozen=True)
class Contribution:
    """How far one feature moved the margin (log-odds); above 0 raises the risk."""

    feature: str
    value: Value
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """`base_value` plus every contribution is `margin`."""

    base_value: float
    margin: float
    contributions: tuple[Contribution, ...]

    @cached_property
    def ranked(self) -> tuple[Contribution, ...]:
        """The contributions, those that move most first."""
        return tuple(sorted(self.contributions, key=lambda one: -abs(one.contribution)))


@dataclass(frozen=True)
class Reason:
    """Why, in words: `text` is English, the model's catalogue has the other one."""

    code: str
    group: str
    direction: str
    text: str

    @property
    def raises_risk(self) -> bool:
        return self.direction == "raises_risk"


@dataclass(frozen=True)
class Confidence:
    """`missing_share`: share of the model's importance that lies on unknown facts."""

    band: str
    missing_share: float
    out_of_range: tuple[str, ...]


@dataclass(frozen=True)
class Prediction:
    prediction_id: str
    client_id: int | None
    probability: float
    threshold: float
    decision: Literal["granted", "refused"]
    confidence: Confidence
    explanation: Explanation
    reasons: tuple[Reason, ...]
    model_version: str
    bundle_sha256: str
    created_at: datetime

    @property
    def granted(self) -> bool:
        return self.decision == "granted"


def read_labels(node: Node | None, name: str) -> Labels:
    """The labels given, falling back on `name` so that nothing stays unnamed."""
    if node is None:
        return Labels(name, name)
    en, fr = node.get("en"), node.get("fr")
    english = en.text() if en else name
    return Labels(english, fr.text() if fr else english)


def read_matches(node: Node) -> Matches:
    ids = tuple(client["client_id"].whole() for client in node["clients"])
    following = node.get("next_cursor")
    return Matches(ids, node["total"].whole(), following.text() if following else None)


def read_client(node: Node) -> Client:
    standing = node.get("standing")
    return Client(
        node["client_id"].whole(),
        _standing(standing) if standing else None,
        tuple(_fact(fact) for fact in node["application"]),
        node["imported_at"].moment(),
    )


def _standing(node: Node) -> Standing:
    def text(name: str) -> str:
        found = node.get(name)
        return found.text() if found else ""

    return Standing(
        _decision(node["result"]) == "granted",
        text("reviewer"),
        text("reason"),
        text("review_id"),
        node["decided_at"].moment(),
        node["prediction_id"].text(),
        _decision(node["model_decision"]) == "granted",
        node["model"]["version"].text(),
        _latest(node["latest"]),
    )


def _latest(node: Node) -> Latest:
    data_changed = node.get("data_changed")
    return Latest(
        node["prediction_id"].text(),
        _decision(node["decision"]) == "granted",
        node["probability"].share(),
        node["threshold"].share(),
        node["model"]["version"].text(),
        node["created_at"].moment(),
        node["model_changed"].value is True,
        data_changed is not None and data_changed.value is True,
    )


def _fact(node: Node) -> Fact:
    name = node["name"].text()
    unit, value = node.get("unit"), node.get("value")
    return Fact(
        name,
        read_labels(node.get("labels"), name),
        unit.text() if unit else "none",
        value.scalar() if value else None,
    )


def read_prediction(node: Node) -> Prediction:
    """The decision; NonsenseAnswer when its figures contradict each other."""
    client = node.get("client_id")
    model = node["model"]
    prediction = Prediction(
        prediction_id=node["prediction_id"].text(),
        client_id=client.whole() if client else None,
        probability=node["probability"].share(),
        threshold=node["threshold"].share(),
        decision=_decision(node["decision"]),
        confidence=_confidence(node["confidence"]),
        explanation=_explanation(node["explanation"]),
        reasons=tuple(_reason(reason) for reason in node["reasons"]),
        model_version=model["version"].text(),
        bundle_sha256=model["bundle_sha256"].text(),
        created_at=node["created_at"].moment(),
    )
    if prediction.granted != (prediction.probability < prediction.threshold):
        node["decision"].complain("expected the decision to follow the threshold")
    return prediction


def _decision(node: Node) -> Literal["granted", "refused"]:
    return "granted" if node.one_of("granted", "refused") == "granted" else "refused"


def _confidence(node: Node) -> Confidence:
    return Confidence(
        node["band"].one_of("clear", "borderline"),
        node["missing_share"].share(),
        tuple(name.text() for name in node["out_of_range"]),
    )


def _explanation(node: Node) -> Explanation:
    explanation = Explanation(
        node["base_value"].number(),
        node["margin"].number(),
        tuple(_contribution(item) for item in node["contributions"]),
    )
    moved = sum(item.contribution for item in explanation.contributions)
    gap = explanation.base_value + moved - explanation.margin
    if abs(gap) > SUM_TOLERANCE:
        node["margin"].complain("expected the contributions to sum to the margin")
    return explanation


def _contribution(node: Node) -> Contribution:
    value = node.get("value")
    return Contribution(
        node["feature"].text(),
        value.scalar() if value else None,
        node["contribution"].number(),
    )


def _reason(node: Node) -> Reason:
    return Reason(
        node["code"].text(),
        node["group"].text(),
        node["direction"].one_of("raises_risk", "lowers_risk"),
        node["text"].text(),
    )
