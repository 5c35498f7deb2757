"""Only that part of the applicant SQL which some changed columns can reach.

Names are followed from each feature down to the raw columns, whatever table they are
of: that may find too much, never too little. What is left of the statement computes
each feature exactly as the whole does.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from api.bundle.manifest import Manifest
from api.errors import BundleError
from api.features.columns import typed_key
from api.features.duckdb_pool import connect
from api.schemas.model import Column

_SELECT, _COLUMN = "SELECT_NODE", "COLUMN_REF"


@dataclass(frozen=True)
class Part:
    """A statement for some features, and which columns of its tables it reads."""

    features: tuple[str, ...]
    sql: str
    key: tuple[str, str]
    application: tuple[Column, ...]
    history: tuple[str, ...]


class FeatureLineage:
    """Knows what every feature of the applicant SQL is made of."""

    def __init__(self, sql: str, manifest: Manifest) -> None:
        """Raises BundleError unless the statement is made of plain selects."""
        self._manifest = manifest
        self._tree = _parse(sql)
        self._reads: dict[str, set[str]] = {}
        made: set[str] = set()
        self._always: set[str] = {manifest.client_key}
        for select in _selects(json.loads(self._tree)):
            for item in select.pop("select_list"):
                self._reads.setdefault(_name(item), set()).update(_columns(item))
                if not _repeats(item):
                    made.add(_name(item))
            select.pop("cte_map", None)
            self._always.update(_columns(select))
        names = [feature.name for feature in manifest.features]
        self._made_of = {name: self._behind([name]) for name in names}
        own = {column.name for column in manifest.tables["application"].columns}
        # Features that are a column of the history, as it is.
        self.copies = set(names) & set(manifest.history) - made - own

    def reached(self, changed: Collection[str]) -> tuple[str, ...]:
        """The features to compute anew when these columns of the application change."""
        return tuple(
            n for n, made_of in self._made_of.items() if made_of & set(changed)
        )

    def part(self, features: Collection[str]) -> Part:
        """The statement of these features alone."""
        needed = self._behind([*features, *self._always])
        tree = json.loads(self._tree)
        (top,) = (statement["node"] for statement in tree["statements"])
        for select in _selects(tree):
            kept = {self._manifest.client_key, *features} if select is top else needed
            items = select["select_list"]
            select["select_list"] = [item for item in items if _name(item) in kept]
        columns = self._manifest.tables["application"].columns
        return Part(
            tuple(features),
            _unparse(tree),
            typed_key(self._manifest),
            tuple(column for column in columns if column.name in needed),
            tuple(name for name in self._manifest.history if name in needed),
        )

    def _behind(self, names: Iterable[str]) -> set[str]:
        """The names themselves, and all that they are made of."""
        reached: set[str] = set()
        following = set(names)
        while following:
            reached |= following
            inputs = (self._reads.get(name, set()) for name in following)
            following = set().union(*inputs) - reached
        return reached


def _parse(sql: str) -> str:
    """DuckDB's own syntax tree of the statement, as JSON."""
    with connect() as connection:
        query = (
            "SELECT json_serialize_sql($1, "
            "skip_default := true, skip_empty := true, skip_null := true)"
        )
        row = connection.execute(query, [sql]).fetchone()
    tree = str(row[0] if row else "")
    parsed = json.loads(tree)
    if parsed.get("error"):
        raise BundleError(f"applicant.sql: {parsed.get('error_message')}")
    if len(parsed["statements"]) != 1:
        raise BundleError("applicant.sql: expected one statement")
    for node in _nodes(parsed):
        _require_plain(node)
    return tree


def _unparse(tree: dict[str, Any]) -> str:
    with connect() as connection:
        query = "SELECT json_deserialize_sql($1)"
        row = connection.execute(query, [json.dumps(tree)]).fetchone()
    return str(row[0] if row else "")


def _require_plain(node: dict[str, Any]) -> None:
    """Leaving a column out of anything else could change the others."""
    kind = str(node.get("type", ""))
    if kind.endswith("_NODE") and kind != _SELECT:
        raise BundleError(f"applicant.sql: expected SELECTs only, found a {kind}")
    if node.get("class") in ("STAR", "SUBQUERY", "POSITIONAL_REFERENCE"):
        raise BundleError(
            f"applicant.sql: expected every column by its name, found {node['class']}"
        )
    if kind == _SELECT and (node.get("modifiers") or node.get("group_expressions")):
        raise BundleError(
            "applicant.sql: expected one row per applicant as it is, found a SELECT "
            "that groups, orders, limits or keeps distinct rows"
        )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree, the outer ones first."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)


def _selects(tree: Any) -> list[dict[str, Any]]:
    return [node for node in _nodes(tree) if node.get("type") == _SELECT]


def _columns(tree: Any) -> Iterator[str]:
    """The columns read, with the names of their tables or structs if given."""
    for node in _nodes(tree):
        if node.get("type") == _COLUMN:
            yield from node["column_names"]
        yield from node.get("using_columns", ())


def _repeats(item: dict[str, Any]) -> bool:
    """Whether it is a column under its own name, at most as the float32 it is to be."""
    column = item
    if item.get("class") == "CAST":
        kind = item.get("type_expr", {}).get("type_name")
        column = item["child"] if kind == "FLOAT" else {}
    return column.get("type") == _COLUMN and column["column_names"][-1] == _name(item)


def _name(item: dict[str, Any]) -> str:
    name: str | None = item.get("alias")
    if name is None and item.get("type") == _COLUMN:
        name = item["column_names"][-1]
    if name is None:
        raise BundleError("applicant.sql: expected a name for every column")
    return name
