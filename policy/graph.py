"""A decision model in JDM as it stands in its file: nodes, edges, and their places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from policy.rules import Fault, PolicyError

MOST_NODES = 1000
MOST_FAULTS = 50
INPUT, OUTPUT = "inputNode", "outputNode"
EXPRESSIONS, TABLE, SWITCH = "expressionNode", "decisionTableNode", "switchNode"
KINDS = (INPUT, OUTPUT, EXPRESSIONS, TABLE, SWITCH)
_ID = re.compile(r'"_?id"\s*:\s*"((?:[^"\\]|\\.)*)"')


class Faults:
    """What was found wrong so far; up to 50 are told."""

    def __init__(self, text: str) -> None:
        self._found: list[Fault] = []
        self._lines: dict[str, int] = {}
        line, end = 1, 0
        for one in _ID.finditer(text):
            line += text.count("\n", end, one.start())
            end = one.start()
            self._lines.setdefault(one[1], line)

    def line(self, *ids: object) -> int | None:
        """Of the first of these ids that the text has."""
        written = (json.dumps(one)[1:-1] for one in ids if isinstance(one, str))
        raw = (one for one in ids if isinstance(one, str))
        found = (self._lines.get(one) for one in (*raw, *written))
        return next((line for line in found if line), None)

    def add(self, line: int | None, where: str, detail: str) -> None:
        self._found.append(Fault(line, where, detail))

    @property
    def full(self) -> bool:
        return len(self._found) >= MOST_FAULTS

    def end(self) -> None:
        """Raise PolicyError if there are any."""
        if self._found:
            first = sorted(self._found, key=lambda fault: fault.line or 0)
            raise PolicyError(tuple(first[:MOST_FAULTS]))


@dataclass
class Node:
    """`place` in the file; `before`: ids of the nodes that it has its data of, with the branch of a switch."""

    id: str
    kind: str
    name: str
    content: Mapping[str, Any]
    place: int
    line: int | None
    before: list[tuple[str, str | None]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def passes(self) -> bool:
        """What it is given goes on, beside what it makes."""
        return self.kind in (INPUT, SWITCH) or self.content.get("passThrough") is True

    @property
    def where(self) -> str:
        return f"node {self.name}"


def document(content: bytes, largest: int) -> tuple[str, dict[str, Any]]:
    """The file's text, and what it holds."""
    if len(content) > largest:
        _whole(None, f"expected up to {largest:,} bytes; found {len(content):,}")
    try:
        text = content.decode("utf-8")
        held = json.loads(text, parse_constant=_constant, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _whole(line, "expected text in UTF-8")
    except json.JSONDecodeError as error:
        _whole(error.lineno, f"expected JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        _whole(None, "expected a decision model; its JSON is nested too deep")
    except ValueError as error:
        _whole(None, f"expected JSON: {error}")
    if not isinstance(held, dict):
        _whole(1, f"expected an object with nodes and edges; found {_kind(held)}")
    return text, held


def graph(held: Mapping[str, Any], faults: Faults) -> list[Node]:
    """The nodes, each after those that it has its data of. Ends with its faults."""
    nodes = {node.id: node for node in _nodes(held, faults)}
    faults.end()
    _edges(held, nodes, faults)
    faults.end()
    ordered = _ordered(nodes, faults)
    faults.end()
    return ordered


def _nodes(held: Mapping[str, Any], faults: Faults) -> Iterator[Node]:
    entries = held.get("nodes")
    if not isinstance(entries, list) or len(entries) > MOST_NODES:
        count = len(entries) if isinstance(entries, list) else _kind(entries)
        _whole(None, f"nodes: expected a list of up to {MOST_NODES:,}; found {count}")
    ids, kinds = set(), []
    for i, entry in enumerate(entries):
        node = _node(entry, i, faults)
        if node is None:
            continue
        if node.id in ids:
            faults.add(node.line, node.where, f"another node has the id {node.id}")
        ids.add(node.id)
        kinds.append(node.kind)
        yield node
    for kind, most in ((INPUT, 1), (OUTPUT, MOST_NODES)):
        if not 1 <= kinds.count(kind) <= most:
            wanted = "one" if most == 1 else "at least one"
            found = kinds.count(kind)
            faults.add(None, "nodes", f"expected {wanted} {kind}; found {found}")


def _node(entry: Any, place: int, faults: Faults) -> Node | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        faults.add(None, f"node {place + 1}", "expected an object with an id")
        return None
    line = faults.line(entry["id"])
    name = entry.get("name") if isinstance(entry.get("name"), str) else entry["id"]
    kind, content = entry.get("type"), entry.get("content")
    if kind not in KINDS:
        wanted = ", ".join(KINDS)
        detail = f"type: expected one of {wanted}; found {_short(kind)}"
        faults.add(line, f"node {name}", detail)
        return None
    content = {} if content is None else content
    if not isinstance(content, dict):
        detail = f"content: expected an object; found {_kind(content)}"
        faults.add(line, f"node {name}", detail)
        return None
    node = Node(entry["id"], kind, str(name), content, place, line)
    _plain(node, faults)
    return node


def _plain(node: Node, faults: Faults) -> None:
    """No loops, no part of the data alone, no check of its own of the input."""
    refused = {
        "inputField": (None, ""),
        "executionMode": (None, "", "single"),
        "schema": (None, "", {}),
        "outputPath": None,
    }
    for name, allowed in refused.items():
        value = node.content.get(name)
        if name == "outputPath":
            if value is not None and not isinstance(value, str):
                faults.add(node.line, node.where, f"{name}: expected a text")
        elif value not in (allowed or ()):
            detail = f"{name}: expected none; found {_short(value)}"
            faults.add(node.line, node.where, detail)


def _edges(held: Mapping[str, Any], nodes: dict[str, Node], faults: Faults) -> None:
    entries = held.get("edges")
    if not isinstance(entries, list):
        _whole(None, f"edges: expected a list; found {_kind(entries)}")
    seen = set()
    for i, entry in enumerate(entries):
        entry = entry if isinstance(entry, dict) else {}
        source, target = entry.get("sourceId"), entry.get("targetId")
        line, where = faults.line(entry.get("id")), f"edge {entry.get('id', i + 1)}"
        ends = [
            nodes.get(one) if isinstance(one, str) else None for one in (source, target)
        ]
        if ends[0] is None or ends[1] is None:
            missing = _short(source if ends[0] is None else target)
            faults.add(line, where, f"expected the id of a node; found {missing}")
            continue
        handle = entry.get("sourceHandle") if ends[0].kind == SWITCH else None
        if (source, target, str(handle)) in seen:
            continue
        seen.add((source, target, str(handle)))
        ends[1].before.append((ends[0].id, handle))
        ends[0].after.append(ends[1].id)


def _ordered(nodes: dict[str, Node], faults: Faults) -> list[Node]:
    waits = {one.id: len(one.before) for one in nodes.values()}
    ready = [one for one in nodes.values() if not waits[one.id]]
    ordered = []
    while ready:
        node = ready.pop()
        ordered.append(node)
        if not node.before and node.kind != INPUT:
            faults.add(node.line, node.where, "no edge leads here from the input")
        for after in node.after:
            waits[after] -= 1
            if not waits[after]:
                ready.append(nodes[after])
    for one in nodes.values():
        if waits[one.id]:
            faults.add(one.line, one.where, "edges lead back to it, in a circle")
    return ordered


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the key {_short(twice)} twice")
    return held


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _whole(line: int | None, detail: str) -> NoReturn:
    raise PolicyError((Fault(line, "file", detail),))


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
