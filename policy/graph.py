"""A decision model in JDM as it stands in its file: its nodes, in their order."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from policy.faults import Faults, Place, short
from policy.rules import Fault, PolicyError

MOST_NODES, MOST_EDGES = 1000, 5000
INPUT, OUTPUT = "inputNode", "outputNode"
EXPRESSIONS, TABLE, SWITCH = "expressionNode", "decisionTableNode", "switchNode"
KINDS = (INPUT, OUTPUT, EXPRESSIONS, TABLE, SWITCH)
# No loops, no part of the data alone, no check of its own of the input.
_ALLOWED: dict[str, tuple[object, ...]] = {
    "inputField": (None, ""),
    "executionMode": (None, "", "single"),
    "schema": (None, "", {}),
}


@dataclass(eq=False)
class Node:
    """`before`: those that it has its data of, of a switch by which branch.

    `order`: its number in the file.
    """

    id: str
    kind: str
    name: str
    content: Mapping[str, Any]
    order: int
    place: Place
    before: list[tuple[Node, str]] = field(default_factory=list)
    after: list[Node] = field(default_factory=list)

    @property
    def passes(self) -> bool:
        """What it is given goes on, beside what it makes."""
        return self.kind in (INPUT, SWITCH) or self.content.get("passThrough") is True

    @property
    def path(self) -> str:
        return str(self.content.get("outputPath") or "")


def document(content: bytes, largest: int) -> tuple[str, dict[str, Any]]:
    """The file's text, and what it holds; raises PolicyError."""
    if len(content) > largest:
        _whole(None, f"expected up to {largest:,} bytes; found {len(content):,}")
    try:
        text = content.decode("utf-8")
        held = json.loads(text, parse_constant=_constant, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        _whole(content.count(b"\n", 0, error.start) + 1, "expected text in UTF-8")
    except json.JSONDecodeError as error:
        _whole(error.lineno, f"expected JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        _whole(1, "expected a decision model; its JSON is nested too deep")
    except ValueError as error:
        _whole(1, f"expected JSON: {error}")
    if not isinstance(held, dict):
        _whole(1, f"expected an object with nodes and edges; found {short(held)}")
    return text, held


def graph(held: Mapping[str, Any], faults: Faults) -> list[Node]:
    """The nodes, each after those that it has its data of; raises PolicyError."""
    nodes = {node.id: node for node in _nodes(held, faults)}
    faults.end()
    _edges(held, nodes, faults)
    faults.end()
    ordered = _ordered(nodes.values(), faults)
    faults.end()
    return ordered


def _nodes(held: Mapping[str, Any], faults: Faults) -> Iterator[Node]:
    entries = held.get("nodes")
    if not isinstance(entries, list):
        _whole(1, f"nodes: expected a list; found {short(entries)}")
    if len(entries) > MOST_NODES:
        _whole(1, f"nodes: expected up to {MOST_NODES:,}; found {len(entries):,}")
    kinds: Counter[str] = Counter()
    ids = set()
    for order, entry in enumerate(entries):
        node = _node(entry, order, faults)
        if node is None:
            continue
        if node.id in ids:
            faults.add(node.place, f"another node has the id {short(node.id)}")
        ids.add(node.id)
        kinds[node.kind] += 1
        yield node
    if kinds[INPUT] != 1 or not kinds[OUTPUT]:
        found = f"{kinds[INPUT]} and {kinds[OUTPUT]}"
        detail = f"expected one {INPUT} and at least one {OUTPUT}; found {found}"
        faults.add(Place(faults.begin("nodes"), "nodes"), detail)


def _node(entry: Any, order: int, faults: Faults) -> Node | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        place = Place(faults.begin("nodes"), f"node {order + 1}")
        faults.add(place, "expected an object with an id")
        return None
    id, kind, content = entry["id"], entry.get("type"), entry.get("content")
    name = short(entry.get("name") or id)
    place = Place(faults.line(id, faults.begin("nodes")), f"node {name}")
    if kind not in KINDS:
        detail = f"type: expected one of {', '.join(KINDS)}; found {short(kind)}"
        faults.add(place, detail)
        return None
    content = {} if content is None else content
    if not isinstance(content, dict):
        faults.add(place, f"content: expected an object; found {short(content)}")
        return None
    for key, allowed in _ALLOWED.items():
        if content.get(key) not in allowed:
            found = short(content[key])
            faults.add(place, f"{key}: expected nothing of the kind; found {found}")
    return Node(id, kind, name, content, order, place)


def _edges(held: Mapping[str, Any], nodes: dict[str, Node], faults: Faults) -> None:
    entries = held.get("edges")
    if not isinstance(entries, list):
        _whole(1, f"edges: expected a list; found {short(entries)}")
    if len(entries) > MOST_EDGES:
        _whole(1, f"edges: expected up to {MOST_EDGES:,}; found {len(entries):,}")
    seen, begin_line = set(), faults.begin("edges")
    for order, entry in enumerate(entries):
        entry = entry if isinstance(entry, dict) else {}
        ends = [entry.get("sourceId"), entry.get("targetId")]
        found = [nodes.get(one) if isinstance(one, str) else None for one in ends]
        place = Place(faults.line(entry.get("id"), begin_line), f"edge {order + 1}")
        begin, end = found
        if begin is None or end is None:
            unknown = short(ends[found.index(None)])
            faults.add(place, f"expected the id of a node; found {unknown}")
            continue
        if begin.kind == OUTPUT or end.kind == INPUT:
            faults.add(place, "nothing follows an outputNode or leads to the inputNode")
        handle = str(entry.get("sourceHandle")) if begin.kind == SWITCH else ""
        if (begin.id, end.id, handle) not in seen:
            seen.add((begin.id, end.id, handle))
            end.before.append((begin, handle))
            begin.after.append(end)


def _ordered(nodes: Iterable[Node], faults: Faults) -> list[Node]:
    waits = {one.id: len(one.before) for one in nodes}
    ready = deque(one for one in nodes if not waits[one.id])
    ordered = []
    while ready:
        node = ready.popleft()
        ordered.append(node)
        if not node.before and node.kind != INPUT:
            faults.add(node.place, "no edge leads here from the inputNode")
        for after in node.after:
            waits[after.id] -= 1
            if not waits[after.id]:
                ready.append(after)
    for one in nodes:
        if waits[one.id]:
            faults.add(one.place, "what leads here begins here: edges go in a circle")
    return ordered


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"an object has the key {short(twice)} twice")
    return held


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _whole(line: int | None, detail: str) -> NoReturn:
    raise PolicyError((Fault(line, "file", detail),))
