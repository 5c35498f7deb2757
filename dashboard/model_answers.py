"""What the API says about the model and its monitoring, as frozen dataclasses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from answers import Labels, read_labels
from reading import Node


@dataclass(frozen=True)
class Descriptor:
    """What a feature or a raw column is called and what its number counts.

    `bounds` are the least and the largest value that make sense, where known.
    """

    name: str
    labels: Labels
    unit: str
    group: str
    categories: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class ReasonGroup:
    """A kind of facts, and what is said when they speak for a higher or lower risk."""

    labels: Labels
    raises_risk: Labels
    lowers_risk: Labels


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(slope * margin + intercept)))."""

    slope: float
    intercept: float

    def probability(self, margin: float) -> float:
        return 1 / (1 + math.exp(-(self.slope * margin + self.intercept)))

    def margin(self, probability: float) -> float:
        """The margin that stands for `probability`, strictly between 0 and 1."""
        return (math.log(probability / (1 - probability)) - self.intercept) / self.slope


@dataclass(frozen=True)
class Costs:
    false_negative: float
    false_positive: float


@dataclass(frozen=True)
class CostCurve:
    """Business score (cost per application) at each threshold."""

    thresholds: tuple[float, ...]
    business_scores: tuple[float, ...]


@dataclass(frozen=True)
class CalibrationCurve:
    """Risk stated and share that did default, per bin of equally many clients."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    clients: tuple[int, ...]


@dataclass(frozen=True)
class FairGroup:
    """One group of people: how many default, are granted, are granted and repay."""

    name: str
    clients: int
    default_rate: float
    approval_rate: float
    good_approval_rate: float


@dataclass(frozen=True)
class Fairness:
    """How the groups of one attribute fare; the ratio is lowest over highest."""

    labels: Labels
    groups: tuple[FairGroup, ...]
    approval_ratio: float
    equal_opportunity_gap: float


@dataclass(frozen=True)
class Candidate:
    name: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Model:
    name: str
    version: str
    mlflow_run_id: str
    created_at: datetime
    bundle_sha256: str
    threshold: float
    threshold_interval: tuple[float, float]
    costs: Costs
    calibration: Calibration
    metrics: Mapping[str, float]
    candidates: tuple[Candidate, ...]
    cost_curve: CostCurve
    calibration_curve: CalibrationCurve | None
    fairness: tuple[Fairness, ...]
    clients: int
    default_rate: float
    features: Mapping[str, Descriptor]
    columns: Mapping[str, Descriptor]
    groups: Mapping[str, ReasonGroup]

    def group_label(self, name: str) -> str:
        return self.groups[name].labels.text if name in self.groups else name

    def column(self, name: str) -> Descriptor:
        """What is known of a column of the application."""
        return self.columns.get(name) or self.describe(name)

    def describe(self, name: str) -> Descriptor:
        """What is known of a feature or application column, by its name."""
        known = self.features.get(name) or self.columns.get(name)
        return known or Descriptor(name, Labels(name, name), "none", "")


def read_model(node: Node) -> Model:
    metrics, data = node["metrics"], node["data"]
    run = node.get("mlflow_run_id")
    return Model(
        name=node["name"].text(),
        version=node["version"].text(),
        mlflow_run_id=run.text() if run else "",
        created_at=node["created_at"].moment(),
        bundle_sha256=node["bundle_sha256"].text(),
        threshold=node["threshold"].share(),
        threshold_interval=_interval(node["threshold_interval"]),
        costs=_costs(node["costs"]),
        calibration=_calibration(node["calibration"]),
        metrics=_numbers(metrics["cv"]),
        candidates=tuple(
            Candidate(item["name"].text(), _numbers(item))
            for item in metrics["candidates"]
        ),
        cost_curve=_cost_curve(metrics["cost_curve"]),
        calibration_curve=_calibration_curve(metrics.get("calibration_curve")),
        fairness=tuple(_fairness(item) for item in metrics.get("fairness") or ()),
        clients=data["clients"].whole(),
        default_rate=data["default_rate"].share(),
        features=_descriptors(node["features"]),
        columns=_descriptors(node["tables"]["application"]["columns"]),
        groups=_groups(node["reasons"]),
    )


def _calibration_curve(node: Node | None) -> CalibrationCurve | None:
    if node is None:
        return None
    predicted = tuple(item.share() for item in node["predicted"])
    observed = tuple(item.share() for item in node["observed"])
    clients = tuple(item.whole() for item in node["clients"])
    if not len(predicted) == len(observed) == len(clients):
        node.complain("expected as many risks as shares and clients")
    return CalibrationCurve(predicted, observed, clients)


def _fairness(node: Node) -> Fairness:
    return Fairness(
        read_labels(node.get("label"), node["attribute"].text()),
        tuple(_fair_group(item) for item in node["groups"]),
        node["approval_ratio"].number(),
        node["equal_opportunity_gap"].number(),
    )


def _fair_group(node: Node) -> FairGroup:
    return FairGroup(
        node["group"].text(),
        node["clients"].whole(),
        node["default_rate"].share(),
        node["approval_rate"].share(),
        node["good_approval_rate"].share(),
    )


def _interval(node: Node) -> tuple[float, float]:
    ends = [end.share() for end in node]
    if len(ends) != 2 or ends[0] > ends[1]:
        node.complain("expected two thresholds, the lower first")
    return ends[0], ends[1]


def _costs(node: Node) -> Costs:
    costs = Costs(node["false_negative"].number(), node["false_positive"].number())
    if min(costs.false_negative, costs.false_positive) <= 0:
        node.complain("expected costs above 0")
    return costs


def _calibration(node: Node) -> Calibration:
    slope = node["slope"].number()
    if slope <= 0:
        node["slope"].complain("expected a slope above 0")
    return Calibration(slope, node["intercept"].number())


def _cost_curve(node: Node) -> CostCurve:
    thresholds = tuple(item.number() for item in node["threshold"])
    scores = tuple(item.number() for item in node["business_score"])
    if len(thresholds) != len(scores):
        node.complain("expected one business score per threshold")
    return CostCurve(thresholds, scores)


def _numbers(node: Node) -> Mapping[str, float]:
    """The members that are numbers; what is not a measure is left to others."""
    found = {
        name: member.number()
        for name, member in node.members()
        if isinstance(member.value, int | float) and not isinstance(member.value, bool)
    }
    return MappingProxyType(found)


def _descriptors(node: Node) -> Mapping[str, Descriptor]:
    found = (_descriptor(item) for item in node)
    return MappingProxyType({item.name: item for item in found})


def _descriptor(node: Node) -> Descriptor:
    name = node["name"].text()
    unit, group = node.get("unit"), node.get("group")
    bounds = tuple(end.number() for end in node.get("bounds") or ())
    return Descriptor(
        name,
        read_labels(node.get("labels"), name),
        unit.text() if unit else "none",
        group.text() if group else "",
        tuple(item.text() for item in node.get("categories") or ()),
        (bounds[0], bounds[1]) if len(bounds) == 2 else None,
    )


def _groups(node: Node) -> Mapping[str, ReasonGroup]:
    return MappingProxyType({item["group"].text(): _group(item) for item in node})


def _group(node: Node) -> ReasonGroup:
    labels = read_labels(node.get("labels"), node["group"].text())
    return ReasonGroup(
        labels,
        read_labels(node.get("raises_risk"), labels.en),
        read_labels(node.get("lowers_risk"), labels.en),
    )
