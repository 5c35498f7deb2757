"""What the API says about other clients, to stand this one beside them."""

from __future__ import annotations

from dataclasses import dataclass

from answers import Value
from reading import Node

# The groups a distribution counts, in the order they are drawn.
COUNTED = ("all", "repaid", "defaulted", "similar")


@dataclass(frozen=True)
class Distribution:
    """How many clients of each group lie in each bin.

    Bin i of a number runs from `edges[i]` to `edges[i + 1]`; a category has its name.
    `counts` are by group, in the order of `groups`.
    """

    edges: tuple[float, ...]
    categories: tuple[str, ...]
    groups: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Scatter:
    """Other clients at two features: (x, y, defaulted); and this client, if known."""

    points: tuple[tuple[float, float, bool], ...]
    client: tuple[float, float] | None


@dataclass(frozen=True)
class Beside:
    """One feature of this client and what is usual among similar ones."""

    feature: str
    client: Value
    usual: Value


@dataclass(frozen=True)
class Similar:
    """The clients most like this one and how many of them defaulted.

    `interval` is where the rate of such a group lies with 95 % certainty.
    """

    size: int
    observed_default_rate: float
    interval: tuple[float, float]
    matched_on: tuple[str, ...]
    features: tuple[Beside, ...]
    population_size: int
    population_default_rate: float


def read_distribution(node: Node) -> Distribution:
    category = node["kind"].one_of("numeric", "category") == "category"
    edges = () if category else tuple(edge.number() for edge in node["edges"])
    names = tuple(name.text() for name in node["categories"]) if category else ()
    bins = len(names) if category else len(edges) - 1
    groups = tuple(name for name in COUNTED if node.get(name) is not None)
    counts = tuple(tuple(n.whole() for n in node[name]) for name in groups)
    if bins < 1 or any(len(row) != bins for row in counts):
        node.complain("expected a count for every bin")
    return Distribution(edges, names, groups, counts)


def read_scatter(node: Node) -> Scatter:
    points = []
    for item in node["points"]:
        place = [number.number() for number in item]
        if len(place) != 3:
            item.complain("expected x, y and whether the client defaulted")
        points.append((place[0], place[1], place[2] == 1))
    client = node.get("client")
    here = [item.number() for item in client] if client else []
    return Scatter(tuple(points), (here[0], here[1]) if len(here) == 2 else None)


def read_similar(node: Node, client_id: int) -> Similar:
    if node["client_id"].whole() != client_id:
        node["client_id"].complain(f"expected the clients like {client_id}")
    low, high = (end.share() for end in node["interval"])
    return Similar(
        node["size"].whole(),
        node["observed_default_rate"].share(),
        (low, high),
        tuple(name.text() for name in node["matched_on"]),
        tuple(_beside(item) for item in node["features"]),
        node["population"]["size"].whole(),
        node["population"]["observed_default_rate"].share(),
    )


def _beside(node: Node) -> Beside:
    client, usual = node.get("client"), node.get("median")
    return Beside(
        node["feature"].text(),
        client.scalar() if client else None,
        usual.scalar() if usual else None,
    )
