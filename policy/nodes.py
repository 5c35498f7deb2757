"""Nodes to steps, one after the other: what each can read, and what it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policy.expressions import ExpressionError, literal
from policy.facts import FactName
from policy.faults import Faults, Place, short
from policy.graph import EXPRESSIONS, INPUT, SWITCH, TABLE, Node
from policy.names import Names, Reads, Scope, Value
from policy.program import Program, Steps, Term
from policy.rules import Rule
from policy.tables import Tables, listed

VERSION = "version"
_LONGEST_VERSION = 64


class Reader:
    """Takes nodes each after those before it; keeps what is wrong in `faults`."""

    def __init__(self, known: Mapping[str, FactName], faults: Faults) -> None:
        self._faults = faults
        self._names = Names(known, faults)
        self._steps = Steps()
        self._tables = Tables(self._names, self._steps, faults)
        self._scopes: dict[Node, Scope] = {}
        # Of a switch: whether a branch is taken, and what that depends on.
        self._branches: dict[tuple[Node, str], tuple[str, Reads]] = {}
        self._versions: list[str] = []

    def read(self, nodes: Iterable[Node]) -> None:
        readers = {
            EXPRESSIONS: self._expressions,
            TABLE: self._tables.add,
            SWITCH: self._switch,
        }
        for node in nodes:
            self._scopes[node] = scope = self._scope(node)
            if node.kind in readers:
                readers[node.kind](node, scope)

    def version(self) -> str:
        """The one that the file states."""
        if len(self._versions) != 1:
            found = len(self._versions)
            detail = f"expected one expression with the key {VERSION}; found {found}"
            self._faults.add(Place(1, "file"), detail)
        return "".join(self._versions[:1])

    def program(self) -> tuple[tuple[Rule, ...], Program]:
        """With the rules in the order of the file."""
        rows = sorted(self._tables.rules, key=lambda row: row[0])
        keys = tuple(key for _, _, key in rows)
        program = Program(self._names.facts, tuple(self._steps.made), keys)
        return tuple(rule for _, rule, _ in rows), program

    def _scope(self, node: Node) -> Scope:
        edges = [self._edge(source, handle, node) for source, handle in node.before]
        guards = dict.fromkeys(edge.guard for edge in edges)
        some = frozenset[Node]().union(*(edge.nodes for edge in edges))
        scope = Scope(
            facts=node.kind == INPUT
            or self._comes(None, [e.facts for e in edges], edges),
            nodes=frozenset(
                one
                for one in some
                if self._comes(
                    self._scopes[one].guard, [one in e.nodes for e in edges], edges
                )
            ),
        )
        if None in guards or not guards:
            return scope
        guard = self._steps.any_of([str(one) for one in guards])
        control = Reads()
        for edge in edges:
            control |= edge.control
        return replace(scope, guard=guard, control=control)

    def _edge(self, source: Node, handle: str, target: Node) -> Scope:
        """What comes by it, and when."""
        its = self._scopes[source]
        taken = (its.guard, its.control)
        if source.kind == SWITCH:
            if (source, handle) in self._branches:
                taken = self._branches[source, handle]
            else:
                detail = f"{source.place.where} has no branch with the id "
                self._faults.add(target.place, detail + short(handle))
        nodes = frozenset((source,)) | (its.nodes if source.passes else frozenset())
        return Scope(its.facts and source.passes, nodes, *taken)

    def _comes(
        self, guard: str | None, brought: list[bool], edges: list[Scope]
    ) -> bool:
        """Whether what is made under a guard is there whenever the node is come to.

        By every edge, or by one that is taken whenever it is made.
        """
        some = [edge for edge, it in zip(edges, brought, strict=True) if it]
        return 0 < len(some) == len(edges) or any(e.guard == guard for e in some)

    def _expressions(self, node: Node, scope: Scope) -> None:
        own: dict[str, Value] = {}
        for i, entry in enumerate(listed(node, "expressions", self._faults)):
            line = self._faults.line(entry.get("id"), node.place.line)
            key, text = entry.get("key"), entry.get("value")
            what = f"expression {short(key) if key else i + 1}"
            place = Place(line, f"{node.place.where}, {what}")
            name = f"{node.path}.{key}" if node.path else key
            if not isinstance(text, str) or not text.strip():
                self._faults.add(place, "expected an expression; found nothing")
            elif name == VERSION:
                self._version(text, place)
            elif self._names.claim(name, place):
                found = self._names.read(text, replace(scope, own=own), place)
                if found:
                    made = self._steps.value(found.term, scope.guard)
                    reads = found.reads | scope.control
                    value = Value(node, made, reads, found.joined)
                    self._names.values[str(name)] = own[str(key)] = value

    def _version(self, text: str, place: Place) -> None:
        try:
            found = literal(text)
        except ExpressionError:
            found = None
        if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_VERSION:
            wanted = f"a text in quotes, of up to {_LONGEST_VERSION} characters"
            self._faults.add(place, f"expected {wanted}; found {short(text)}")
        self._versions.append(str(found))

    def _switch(self, node: Node, scope: Scope) -> None:
        terms, ids, control = [], [], scope.control
        for i, entry in enumerate(listed(node, "statements", self._faults)):
            id, text = entry.get("id"), entry.get("condition") or ""
            line = self._faults.line(id, node.place.line)
            place = Place(line, f"{node.place.where}, branch {i + 1}")
            if not isinstance(id, str) or not isinstance(text, str) or id in ids:
                self._faults.add(place, "expected an id of its own and a condition")
                continue
            term = Term("true")
            if text.strip() and entry.get("isDefault") is not True:
                found = self._names.read(text, scope, place)
                if found:
                    term, control = found.term, control | found.reads
            terms.append(term)
            ids.append(id)
        first = node.content.get("hitPolicy", "first") == "first"
        keys = self._steps.conditions(terms, first, scope.guard)
        for id, key in zip(ids, keys, strict=True):
            self._branches[node, id] = (key, control)
