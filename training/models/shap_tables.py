"""The tables of a model's SHAP values: `training.models.shap_lookup` reads them.

A leaf's part in the SHAP values depends only on which splits of its path a client goes
through. So leaves whose paths have no more than eight splits between them fit in a
table of a row per pattern of outcomes: most often all the leaves of a tree of up to
nine. The values are path-dependent, as those of `shap.TreeExplainer` are.
Source: Lundberg et al., From local explanations to global understanding with
explainable AI for trees, 2020.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import lightgbm
import numpy as np

from training.arrays import Array

# Bits of a pattern's byte, and features that a row has values of.
SPLITS, WIDTH = 8, 8
# A pattern has two bytes at most.
DEEPEST = 2 * SPLITS
# Bytes of values. 600 trees of 8 leaves take 4 MB, of 16 leaves 34 MB and 3 s to build.
LARGEST = 64 << 20
# LightGBM writes this for infinity; what is no larger than that is zero to it.
INFINITY, ZERO = 1e300, 1e-35

Node = Mapping[str, Any]


class Step(NamedTuple):
    """A split on a path, named by tree and place; `share` of its clients go along."""

    split: tuple[int, int]
    node: Node
    left: bool
    share: float


class Leaf(NamedTuple):
    """`shares`: of each feature on the path, the product over its splits."""

    value: float
    path: tuple[Step, ...]
    shares: Mapping[int, float]


@dataclass
class Group:
    """Leaves, and the splits on their paths: the bits of a pattern."""

    leaves: list[Leaf] = field(default_factory=list)
    splits: dict[tuple[int, int], Node] = field(default_factory=dict)


class Table(NamedTuple):
    """`values`: shape (patterns, features), what the leaves add for each pattern."""

    splits: list[Node]
    features: list[int]
    values: Array


class Number(NamedTuple):
    """A feature, whether its zeros are missing, and where what is missing goes."""

    feature: int
    zero: bool
    left: bool


class Category(NamedTuple):
    """A feature, and the codes that go left; all others, and none, go right."""

    feature: int
    codes: tuple[int, ...]


def shap_tables(booster: lightgbm.Booster) -> dict[str, np.ndarray] | None:
    """The arrays by their names; None when the trees are too deep or too large."""
    dumped = booster.dump_model()["tree_info"]
    trees = [[*_leaves(one["tree_structure"], at)] for at, one in enumerate(dumped)]
    # A tree of one leaf adds to the base value alone.
    groups = _groups([leaves for leaves in trees if len(leaves) > 1])
    deepest = max((len(group.splits) for group in groups), default=0)
    rows = sum(2 ** len(group.splits) for group in groups)
    if deepest > DEEPEST or rows * WIDTH * 8 > LARGEST:
        return None
    base = sum(
        leaf.value * math.prod(leaf.shares.values()) for tree in trees for leaf in tree
    )
    tables = _tables(groups)
    return {
        "base": np.array([base]),
        **_comparisons(tables),
        **_rows(tables, booster.num_feature()),
    }


def _leaves(node: Node, tree: int, path: tuple[Step, ...] = ()) -> Iterator[Leaf]:
    if "split_feature" not in node:
        shares: dict[int, float] = {}
        for step in path:
            feature = step.node["split_feature"]
            shares[feature] = shares.get(feature, 1.0) * step.share
        yield Leaf(float(node["leaf_value"]), path, shares)
        return
    split = (tree, node["split_index"])
    for side, left in (("left_child", True), ("right_child", False)):
        child = node[side]
        count = child.get("internal_count", child.get("leaf_count"))
        step = Step(split, node, left, count / node["internal_count"])
        yield from _leaves(child, tree, (*path, step))


def _groups(trees: Sequence[Sequence[Leaf]]) -> list[Group]:
    """Small trees together; of a large one neighbours, while their splits fit.

    Into a byte, that is, or into what the deepest of them needs alone.
    """
    groups = [Group()]
    for leaves in trees:
        if len(groups[-1].splits) + len(leaves) - 1 > SPLITS:
            groups.append(Group())
        for leaf in leaves:
            splits = {step.split: step.node for step in leaf.path}
            last = groups[-1].splits
            if len({**last, **splits}) > max(SPLITS, len(last), len(splits)):
                groups.append(Group())
            groups[-1].leaves.append(leaf)
            groups[-1].splits.update(splits)
    return [group for group in groups if group.splits]


def _tables(groups: Sequence[Group]) -> list[Table]:
    """Those with patterns of two bytes first; those with many features in parts."""
    known = _values_of_leaves([leaf for group in groups for leaf in group.leaves])
    tables = []
    for group in sorted(groups, key=lambda one: len(one.splits) <= SPLITS):
        features = list(dict.fromkeys(f for leaf in group.leaves for f in leaf.shares))
        values = _values(group, features, known)
        for at in range(0, len(features), WIDTH):
            part = slice(at, at + WIDTH)
            splits = list(group.splits.values())
            tables.append(Table(splits, features[part], values[:, part]))
    return tables


def _values(group: Group, features: Sequence[int], known: Mapping[int, Array]) -> Array:
    bits = {split: 1 << at for at, split in enumerate(group.splits)}
    patterns = np.arange(2 ** len(bits))[:, None]
    values = np.zeros((len(patterns), len(features)))
    for leaf in group.leaves:
        asked, wanted = (dict.fromkeys(leaf.shares, 0) for _ in range(2))
        for step in leaf.path:
            feature, bit = step.node["split_feature"], bits[step.split]
            asked[feature] |= bit
            wanted[feature] |= bit * step.left
        passed = (patterns & [*asked.values()]) == [*wanted.values()]
        which = passed @ (1 << np.arange(len(asked)))
        places = [features.index(feature) for feature in asked]
        values[:, places] += known[id(leaf)][which]
    return values


def _values_of_leaves(leaves: Iterable[Leaf]) -> dict[int, Array]:
    """By the leaf's id, shape (2^n, n): for each set of its n features passed."""
    by_count: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        by_count.setdefault(len(leaf.shares), []).append(leaf)
    return {
        id(leaf): values
        for alike in by_count.values()
        for leaf, values in zip(alike, _shap_values(alike), strict=True)
    }


def _shap_values(leaves: Sequence[Leaf]) -> Array:
    """Shape (leaves, 2^n, n) of leaves with n features on their paths.

    A feature's value is what the leaf gives with it less without it, over all sets of
    the others that may be known: a known one lets the client through or not, of one
    that is not known a share of the clients goes through. The sets are added up by
    their size, as theirs alone is the weight.
    """
    value = np.array([[leaf.value] for leaf in leaves])
    shares = np.array([[*leaf.shares.values()] for leaf in leaves])
    count = shares.shape[1]
    passed = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(np.float64)
    values = np.empty((len(leaves), *passed.shape))
    for at in range(count):
        by_size: list[Any] = [1.0]
        for other in range(count):
            if other != at:
                unknown, known = shares[:, other, None], passed[:, other]
                by_size = [
                    without * unknown + within * known
                    for without, within in zip(
                        [*by_size, 0.0], [0.0, *by_size], strict=True
                    )
                ]
        total = sum(
            one / (count * math.comb(count - 1, size))
            for size, one in enumerate(by_size)
        )
        values[:, :, at] = value * (passed[:, at] - shares[:, at, None]) * total
    return values


def _comparisons(tables: Sequence[Table]) -> dict[str, np.ndarray]:
    """What is compared with what, eight splits to a byte of a pattern."""
    bytes_ = [table.splits[:SPLITS] for table in tables]
    bytes_ += [t.splits[SPLITS:] for t in tables if len(t.splits) > SPLITS]
    nodes = [node for one in bytes_ for node in [*one, *[None] * (SPLITS - len(one))]]
    columns = [None if node is None else _column(node) for node in nodes]
    numbers = list(dict.fromkeys(c for c in columns if isinstance(c, Number)))
    categories = list(dict.fromkeys(c for c in columns if isinstance(c, Category)))
    distinct: list[Number | Category | None] = [*numbers, *categories]
    places = {column: at for at, column in enumerate(distinct)}
    counts = [max(one.codes) + 1 for one in categories]
    right = [np.ones(count + 1, np.float32) for count in counts]
    for column, goes_right in zip(categories, right, strict=True):
        goes_right[[*column.codes]] = 0
    return {
        "number_feature": np.array([one.feature for one in numbers], np.int64),
        "number_zero": np.array([ZERO if n.zero else -1 for n in numbers], np.float32),
        "number_missing": np.array(
            [-math.inf if one.left else math.nan for one in numbers], np.float32
        ),
        "category_feature": np.array([one.feature for one in categories], np.int64),
        "category_start": np.cumsum([0, *map(len, right)], dtype=np.int64)[:-1],
        "category_count": np.array(counts, np.int64),
        "category_right": np.concatenate([np.zeros(0, np.float32), *right]),
        "split_column": np.array([places.get(c, 0) for c in columns], np.int64),
        "split_threshold": _rounded_down([_threshold(node) for node in nodes]),
    }


def _column(node: Node) -> Number | Category:
    if node["decision_type"] == "==":
        codes = sorted(int(code) for code in node["threshold"].split("||"))
        return Category(node["split_feature"], tuple(codes))
    left, zero = node["default_left"], node["missing_type"] == "Zero"
    if node["missing_type"] == "None":
        # What is missing is taken for zero.
        left = node["threshold"] >= 0
    return Number(node["split_feature"], zero, left)


def _threshold(node: Node | None) -> float:
    """Nothing is at most NaN: the outcome of a split that is not there."""
    if node is None:
        return math.nan
    if node["decision_type"] == "==":
        return 0.5
    threshold = float(node["threshold"])
    return math.inf if threshold >= INFINITY else threshold


def _rounded_down(thresholds: Sequence[float]) -> np.ndarray:
    """To float32: the same inputs, which are float32, are at most as large."""
    exact = np.array(thresholds, np.float64)
    with np.errstate(over="ignore"):
        near = exact.astype(np.float32)
    return np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near)


def _rows(tables: Sequence[Table], features: int) -> dict[str, np.ndarray]:
    """The values of all; rows of fewer features are filled up with one of none."""
    width = max((len(table.features) for table in tables), default=0)
    starts = np.cumsum([0, *(len(table.values) for table in tables)], dtype=np.int64)
    values = np.zeros((starts[-1], width))
    used = np.full((len(tables), width), features, np.int64)
    for at, table in enumerate(tables):
        rows, columns = slice(starts[at], starts[at + 1]), slice(len(table.features))
        values[rows, columns] = table.values
        used[at, columns] = table.features
    return {"table_start": starts[:-1], "table_features": used, "values": values}
