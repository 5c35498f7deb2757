"""What the API says about what weighs in the model, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from reading import Node


@dataclass(frozen=True)
class Weight:
    """Mean absolute contribution of a feature or group over the training clients."""

    name: str
    mean_absolute: float


@dataclass(frozen=True)
class Beeswarm:
    """Some clients' values and contributions; each row is a client, columns features.

    A value is None when missing; a category is its code.
    """

    features: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    contributions: tuple[tuple[float, ...], ...]

    def first(self, features: int) -> Beeswarm:
        """Only the first features, which weigh most."""
        return Beeswarm(
            self.features[:features],
            tuple(row[:features] for row in self.values),
            tuple(row[:features] for row in self.contributions),
        )


@dataclass(frozen=True)
class Importance:
    features: tuple[Weight, ...]
    groups: tuple[Weight, ...]
    beeswarm: Beeswarm


def read_importance(node: Node) -> Importance:
    return Importance(
        tuple(_weight(item, "feature") for item in node["features"]),
        tuple(_weight(item, "group") for item in node["groups"]),
        _beeswarm(node["beeswarm"]),
    )


def _beeswarm(node: Node) -> Beeswarm:
    features = tuple(name.text() for name in node["features"])
    values = tuple(tuple(_maybe(v) for v in row) for row in node["values"])
    moves = tuple(tuple(v.number() for v in row) for row in node["contributions"])
    if len(values) != len(moves) or any(
        len(row) != len(features) for row in (*values, *moves)
    ):
        node.complain("expected a value and a contribution for every feature")
    return Beeswarm(features, values, moves)


def _maybe(node: Node) -> float | None:
    return None if node.value is None else node.number()


def _weight(node: Node, key: str) -> Weight:
    return Weight(node[key].text(), node["mean_absolute"].number())
