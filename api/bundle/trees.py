"""The trees of model.txt, checked before LightGBM reads them.

It takes the text at its word: a child that points back hangs it, a feature that is not
there ends the process. What it reads is read here as it reads it, and nothing else may
stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from api.errors import BundleError

FILE = "model.txt"
END = "\nend of trees\n"
TREE = "Tree="
KNOWN = {
    "version": r"v[34]",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "[0-9]+",
    "max_feature_idx": "[0-9]+",
    "objective": r"binary sigmoid:[0-9.]+",
    "feature_names": r"\S+( \S+)*",
    "feature_infos": r"\S+( \S+)*",
    "monotone_constraints": "-?[01]( -?[01])*",
    "tree_sizes": "[0-9]+( [0-9]+)*",
}
OPTIONAL = {"monotone_constraints", "tree_sizes"}
WHOLE = r"-?[0-9]{1,10}"
NUMBER = r"-?(?:[0-9]{1,400}(?:\.[0-9]{1,400})?(?:e[+-]?[0-9]{1,3})?|inf)"
SPLITS = ("split_feature", "decision_type", "left_child", "right_child")
# Of these lines only the counts matter, or not even those, to what is answered.
SHOWN = ("split_gain", "leaf_weight", "internal_value", "internal_weight", "shrinkage")
OF_TREE = {
    *("num_leaves", "num_cat", "is_linear", "cat_boundaries", "cat_threshold"),
    *("threshold", "leaf_value", "leaf_count", "internal_count"),
    *SPLITS,
    *SHOWN,
}
CATEGORY, LARGEST_DECISION = 1, 11
# What LightGBM needs to explain a path grows with the square of its length.
DEEPEST = 512
# Of the sum of the trees: far above any log-odds, far below what loses its decimals.
LARGEST_MARGIN = 1e6
# To LightGBM the text ends at the first NUL.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
WORD = 2**32

Lines = Mapping[str, str]


def check_trees(text: str, features: Sequence[str]) -> None:
    """Raises BundleError unless they are whole trees of exactly these features."""
    trees, end, _ = text.partition(END)
    if not end:
        raise BundleError(f"{FILE}: cut short: no line {END.strip()!r}")
    if unfit := CONTROL.search(trees):
        _refuse(f"character {unfit.start()}", "text", repr(unfit[0]))
    head, *bodies = trees.split(f"\n{TREE}")
    _check_head(head, features)
    if not bodies:
        _refuse("", "at least one tree", "none")
    most = 0.0
    for number, body in enumerate(bodies):
        own, _, lines = body.partition("\n")
        if own != str(number):
            _refuse(f"tree {number}", f"{TREE}{number}", TREE + own)
        place = f"tree {number}: "
        most += _check_tree(_lines(lines, place), len(features), place)
    if most > LARGEST_MARGIN:
        _refuse("leaf_value", f"margins up to {LARGEST_MARGIN:g}", f"{most:g}")


def _check_head(head: str, features: Sequence[str]) -> None:
    first, _, rest = head.partition("\n")
    if first != "tree":
        _refuse("line 1", "tree", first)
    lines = _lines(rest, "")
    for name in KNOWN.keys() - OPTIONAL - lines.keys():
        _refuse(name, "a line of it", "none")
    for name, value in lines.items():
        if name not in KNOWN:
            _refuse(name, "no such line", "one")
        if not re.fullmatch(KNOWN[name], value):
            _refuse(name, KNOWN[name], value)
    names = lines["feature_names"].split(" ")
    if names != list(features):
        raise BundleError(
            f"{FILE}: takes {len(names)} features from {names[:1]}, "
            f"manifest.json lists {len(features)} from {list(features)[:1]}; "
            "names and order must be the same"
        )
    last = int(lines["max_feature_idx"])
    if last != len(names) - 1:
        _refuse("max_feature_idx", str(len(names) - 1), str(last))


def _check_tree(lines: Lines, features: int, place: str) -> float:
    """Returns how far from 0 its furthest leaf is."""
    for name in lines.keys() - OF_TREE:
        _refuse(place + name, "no such line", "one")
    leaves, categories = (
        _whole(lines, name, place, 1, low)[0]
        for name, low in (("num_leaves", 1), ("num_cat", 0))
    )
    _whole(lines, "is_linear", place, 1, 0, 1)
    splits = leaves - 1
    _whole(lines, "split_feature", place, splits, 0, features)
    kinds = _whole(lines, "decision_type", place, splits, 0, LARGEST_DECISION + 1)
    _check_thresholds(lines, kinds, categories, place)
    _check_shape(lines, leaves, place)
    values = _numbers(lines, "leaf_value", place, leaves)
    return max(map(abs, values))


def _check_thresholds(
    lines: Lines, kinds: Sequence[int], categories: int, place: str
) -> None:
    """Of a category it is the place of its set, a number may be split at infinity."""
    for kind, at in zip(
        kinds, _numbers(lines, "threshold", place, len(kinds)), strict=True
    ):
        known = at in range(categories) if kind & CATEGORY else at > -float("inf")
        if not known:
            among = f"one of {categories} sets" if kind & CATEGORY else "a number"
            _refuse(f"{place}threshold", among, f"{at:g}")
    if not categories:
        return
    ends = _whole(lines, "cat_boundaries", place, categories + 1, 0)
    if ends[0] != 0 or sorted({*ends}) != ends:
        _refuse(f"{place}cat_boundaries", "0 and growing numbers", str(ends[:5]))
    _whole(lines, "cat_threshold", place, ends[-1], 0, WORD)


def _check_shape(lines: Lines, leaves: int, place: str) -> None:
    """Every split and leaf hangs once, below one before it, and counts add up."""
    splits = leaves - 1
    below = [
        _whole(lines, name, place, splits, -leaves, splits)
        for name in ("left_child", "right_child")
    ]
    counts = _whole(lines, "internal_count", place, splits, 1, WORD)
    # As LightGBM counts them: leaf i is ~i, which is -1 - i.
    counts += reversed(_whole(lines, "leaf_count", place, leaves, 1, WORD))
    depths, seen = [0] * splits, {0} if splits else set()
    for at, children in enumerate(zip(*below, strict=True)):
        for child in children:
            if child in seen or 0 <= child <= at:
                _refuse(f"{place}split {at}", "children that hang once", str(child))
            seen.add(child)
            if child > 0:
                depths[child] = depths[at] + 1
        count = sum(counts[child] for child in children)
        if counts[at] != count:
            found = str(counts[at])
            _refuse(f"{place}split {at}", f"as many as below, {count}", found)
    if max(depths, default=0) >= DEEPEST:
        _refuse(place + "left_child", f"at most {DEEPEST} splits deep", "more")


def _lines(text: str, place: str) -> dict[str, str]:
    """`name=value` each, up to an empty line; LightGBM would take the last of two."""
    found: dict[str, str] = {}
    for line in text.rstrip("\n").split("\n"):
        name, equals, value = line.partition("=")
        if not equals or name in found:
            _refuse(place + name, "one line name=value", repr(line[:60]))
        found[name] = value
    return found


def _whole(
    lines: Lines, name: str, place: str, count: int, low: int, end: int = 2**31
) -> list[int]:
    """So many whole numbers, from `low` on and below `end`."""
    values = [int(text) for text in _texts(lines, name, place, count, WHOLE)]
    for value in (min(values), max(values)) if values else ():
        if not low <= value < end:
            _refuse(place + name, f"numbers from {low} to {end - 1}", str(value))
    return values


def _numbers(lines: Lines, name: str, place: str, count: int) -> list[float]:
    return [float(text) for text in _texts(lines, name, place, count, NUMBER)]


def _texts(lines: Lines, name: str, place: str, count: int, form: str) -> Sequence[str]:
    text = lines.get(name, "")
    if text and not re.fullmatch(f"{form}(?: {form})*", text):
        wrong = next((t for t in text.split(" ") if not re.fullmatch(form, t)), text)
        _refuse(place + name, "numbers", repr(wrong[:60]))
    texts = text.split(" ") if text else []
    if len(texts) != count:
        _refuse(place + name, f"{count} numbers", str(len(texts)))
    return texts


def _refuse(place: str, expected: str, found: str) -> None:
    raise BundleError(f"{FILE}: {place}: expected {expected}, found {found}")
