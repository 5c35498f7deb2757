"""Policies as they are written, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policy.facts import ALWAYS, FactName
from policy.read import read_policy
from policy.rules import Policy

BIRTH = "application.DAYS_BIRTH"
KNOWN: Mapping[str, FactName] = {
    **ALWAYS,
    BIRTH: FactName(BIRTH, "days", "application", protected=True),
    "application.AMT_INCOME_TOTAL": FactName("application.AMT_INCOME_TOTAL", "", ""),
}
Json = dict[str, Any]
# Columns of a table: what they read, by the names that its rows have for them.
Columns = Mapping[str, str]


def expressions(id: str, entries: Columns, passes: bool = True) -> Json:
    held = [
        {"id": f"{id}-{i}", "key": key, "value": value}
        for i, (key, value) in enumerate(entries.items())
    ]
    return _node(id, "expressionNode", {"expressions": held, "passThrough": passes})


def rules(id: str, columns: Columns, *rows: Json, hit: str = "collect") -> Json:
    """A table of rules; each refers and says so, if it does not say otherwise."""
    said = {"effect": "refer", "text.en": "A person will look at it."}
    whole = [{**said, "code": f"{id.upper()}{i}", **row} for i, row in enumerate(rows)]
    outputs = dict.fromkeys(key for row in whole for key in row if key not in columns)
    made = [
        {k: v if k in columns else _literal(v) for k, v in row.items()} for row in whole
    ]
    return table(id, columns, list(outputs), made, hit, path=f"out.{id}")


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def values(id: str, columns: Columns, outputs: Sequence[str], *rows: Json) -> Json:
    return table(id, columns, outputs, rows, "first")


def table(
    id: str,
    columns: Columns,
    outputs: Sequence[str],
    rows: Sequence[Json],
    hit: str,
    path: str | None = None,
) -> Json:
    content = {
        "hitPolicy": hit,
        "inputs": [{"id": k, "name": k, "field": v} for k, v in columns.items()],
        "outputs": [{"id": k, "name": k, "field": k} for k in outputs],
        "rules": [{"_id": f"{id}-row-{i}", **row} for i, row in enumerate(rows)],
        "passThrough": path is None,
        "outputPath": path,
    }
    return _node(id, "decisionTableNode", content)


def switch(id: str, *conditions: str, hit: str = "first") -> Json:
    """An empty condition is the branch for all else; branches are `id-0`, `id-1`."""
    statements = [
        {"id": f"{id}-{i}", "condition": one, "isDefault": not one}
        for i, one in enumerate(conditions)
    ]
    return _node(id, "switchNode", {"hitPolicy": hit, "statements": statements})


def _node(id: str, kind: str, content: Json) -> Json:
    return {"id": id, "type": kind, "name": id, "content": content}


def written(*nodes: Json, edges: Sequence[str] = ()) -> Json:
    """A whole policy; `edges` as `a>b`, of a branch `switch/branch>b`.

    Without them each node that has no rules leads to the next, and to every table of
    rules after it; these lead to the output.
    """
    version = expressions("about", {"version": "'1'"}, passes=False)
    ends = [_node("in", "inputNode", {}), _node("out", "outputNode", {})]
    some = [*edges] or _in_a_row(nodes)
    tables = [one["id"] for one in nodes if _has_rules(one)]
    some += ["in>about", "about>out", *(f"{one}>out" for one in tables)]
    return {"nodes": [*ends, version, *nodes], "edges": [*map(_edge, some)]}


def _in_a_row(nodes: Sequence[Json]) -> list[str]:
    last, made = "in", []
    for one in nodes:
        made.append(f"{last}>{one['id']}")
        if not _has_rules(one):
            last = one["id"]
    return made


def _has_rules(node: Json) -> bool:
    return "out." in str(node["content"])


def _edge(text: str) -> Json:
    begin, _, end = text.partition(">")
    source, _, branch = begin.partition("/")
    made = {"id": f"{text}-edge", "sourceId": source, "targetId": end}
    return made | ({"sourceHandle": branch} if branch else {})


def content(document: Json) -> bytes:
    """A line for each object; with an indent it would take ten times as long."""
    return json.dumps(document).replace("}, {", "},\n{").encode()


def policy(*nodes: Json, edges: Sequence[str] = ()) -> Policy:
    return read_policy(content(written(*nodes, edges=edges)), KNOWN)
