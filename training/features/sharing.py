"""SQL in which no expression is written twice.

DuckDB finds what is repeated only while it optimizes, which the API goes without: for
the few rows of a request it takes longer than all else. What a SELECT repeats becomes a
column of a subquery below it, and aggregates become columns as well. Nothing is worked
out for more rows than before: what stands only in branches stays there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import count
from typing import Any

import duckdb

Tree = dict[str, Any]
# What a SELECT may consist of for its columns to be moved.
CLAUSES = {
    "type",
    "cte_map",
    "select_list",
    "from_table",
    "where_clause",
    "group_expressions",
    "group_sets",
    "aggregate_handling",
}
# Of these, DuckDB may work out no child but the first.
LAZY = {"CASE_EXPR", "CONJUNCTION_AND", "CONJUNCTION_OR", "OPERATOR_COALESCE"}


def shared(sql: str) -> str:
    """The statement that answers the same and has what it repeats written once."""
    with duckdb.connect() as connection:
        query = (
            "SELECT json_serialize_sql($1, "
            "skip_default := true, skip_empty := true, skip_null := true)"
        )
        tree = json.loads(_value(connection, query, sql), object_hook=_without_places)
        query = "SELECT list(function_name) FROM duckdb_functions() "
        query += "WHERE function_type = $1"
        aggregates = frozenset(_value(connection, query, "aggregate"))
        names = (f"shared_{number}" for number in count())
        top = tree["statements"][0]["node"]
        tables: dict[str, Tree] = {}
        for entry in top["cte_map"].pop("map", ()):
            made = _share(entry["value"]["query_node"], aggregates, names)
            tables[entry["key"]] = _inlined(made, tables)
        top = _inlined(_share(top, aggregates, names), tables)
        tree["statements"][0]["node"] = top
        query = "SELECT json_deserialize_sql($1)"
        return str(_value(connection, query, json.dumps(tree)))


def _value(connection: duckdb.DuckDBPyConnection, query: str, given: str) -> Any:
    ((value,),) = connection.execute(query, [given]).fetchall()
    return value


def _without_places(node: Tree) -> Tree:
    """Without where it stands in the text, in which alike expressions differ."""
    return {k: v for k, v in node.items() if not k.startswith("query_location")}


def _inlined(tree: Any, tables: Mapping[str, Tree]) -> Any:
    """With subqueries for these tables of WITH, whose rows are else copied."""
    if isinstance(tree, list):
        return [_inlined(one, tables) for one in tree]
    if not isinstance(tree, dict):
        return tree
    name = str(tree.get("table_name"))
    if name in tables:
        return _subquery(tables[name], tree.get("alias", name))
    return {key: _inlined(value, tables) for key, value in tree.items()}


def _subquery(select: Tree, alias: str) -> Tree:
    return {"type": "SUBQUERY", "alias": alias, "subquery": {"node": select}}


def _share(select: Tree, aggregates: Set[str], names: Iterator[str]) -> Tree:
    items = select["select_list"]
    if select.keys() - CLAUSES or not all(map(_can_move, _expressions(items))):
        return select
    groups = select.get("group_expressions")
    if groups is None:
        return _layered(select, items, names)
    calls = {
        _text(one): one
        for one in _expressions(items)
        if one.get("function_name") in aggregates
    }
    columns = dict(zip(calls, names, strict=False))
    made = [{**call, "alias": columns[text]} for text, call in calls.items()]
    below = _layered({**select, "select_list": [*groups, *made]}, made, names)
    above = _over(below, _replaced(items, columns))
    return _layered(above, above["select_list"], names)


def _layered(select: Tree, roots: Sequence[Tree], names: Iterator[str]) -> Tree:
    """Over subqueries, each of which has what the roots repeat of the one below."""
    while repeated := _repeated(roots):
        columns = dict(zip(repeated, names, strict=False))
        made = [{**one, "alias": columns[text]} for text, one in repeated.items()]
        items = _replaced(select["select_list"], columns)
        same = roots is select["select_list"]
        roots = items if same else _replaced(roots, columns)
        read = [*_expressions([items, select.get("group_expressions")])]
        passed = {one["column_names"][0] for one in read if "column_names" in one}
        kept = [_column(name) for name in sorted(passed - {*columns.values()})]
        layer = {**select, "select_list": [*kept, *made]}
        grouping: Tree = {
            clause: layer.pop(clause)
            for clause in ("group_expressions", "group_sets")
            if clause in layer
        }
        select = {**_over(layer, items), **grouping}
    return select


def _over(below: Tree, items: Any) -> Tree:
    return {
        "type": "SELECT_NODE",
        "cte_map": {},
        "select_list": items,
        "from_table": _subquery(below, "below"),
        "aggregate_handling": "STANDARD_HANDLING",
    }


def _repeated(roots: Sequence[Tree]) -> dict[str, Tree]:
    """The innermost expressions that two others, or roots, have in them, by text."""
    users: dict[str, set[str]] = {}
    always: set[str] = set()
    found: dict[str, Tree] = {}

    def visit(one: Tree, user: str, needed: bool) -> None:
        text = _text(one)
        found[text] = one
        users.setdefault(text, set()).add(user)
        if needed:
            always.add(text)
        lazy = one["type"] in LAZY
        for at, child in enumerate(_children(one)):
            visit(child, text, needed and "filter" not in one and (at == 0 or not lazy))

    for number, root in enumerate(roots):
        visit(root, str(number), needed=True)
    repeated = {
        text: one
        for text, one in found.items()
        if len(users[text]) > 1
        and text in always
        and one["class"] not in ("COLUMN_REF", "CONSTANT")
    }
    return {
        text: one
        for text, one in repeated.items()
        if all(_text(inner) not in repeated for inner in _expressions(one))
    }


def _can_move(one: Tree) -> bool:
    return one["class"] != "WINDOW" and len(one.get("column_names", "1")) == 1


def _children(tree: Any) -> Iterator[Tree]:
    """The nearest expressions inside."""
    for value in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(value, dict) and "class" in value:
            if value["class"] != "TYPE":
                yield value
        elif isinstance(value, dict | list):
            yield from _children(value)


def _expressions(tree: Any) -> Iterator[Tree]:
    """All expressions inside, the outer ones first."""
    for child in _children(tree):
        yield child
        yield from _expressions(child)


def _text(one: Tree) -> str:
    return repr({k: v for k, v in one.items() if k != "alias"})


def _replaced(tree: Any, columns: Mapping[str, str]) -> Any:
    """With a column in the place of every expression that one is named for."""
    if isinstance(tree, list):
        return [_replaced(one, columns) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if "class" in tree and (name := columns.get(_text(tree))) is not None:
        return _column(name, tree.get("alias"))
    return {key: _replaced(value, columns) for key, value in tree.items()}


def _column(name: str, alias: str | None = None) -> Tree:
    kind = "COLUMN_REF"
    named = {} if alias is None else {"alias": alias}
    return {"class": kind, "type": kind, "column_names": [name], **named}
