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
        facts, nodes, control = node.kind == INPUT, frozenset[Node](), Reads()
        guards: dict[str | None, None] = {}
        for source, handle in node.before:
            its = self._scopes[source]
            nodes |= {source}
            if source.passes:
                facts |= its.facts
                nodes |= its.nodes
            taken = (its.guard, its.control)
            if source.kind == SWITCH and (source, handle) in self._branches:
                taken = self._branches[source, handle]
            elif source.kind == SWITCH:
                found = short(handle)
                detail = f"{source.place.where} has no branch with the id {found}"
                self._faults.add(node.place, detail)
            guards[taken[0]] = None
            control |= taken[1]
        if None in guards or not guards:
            return Scope(facts, nodes)
        guard = self._steps.any_of([str(one) for one in guards])
        return Scope(facts, nodes, guard, control)

    def _expressions(self, node: Node, scope: Scope) -> None:
        own: dict[str, Value] = {}
        for i, entry in enumerate(listed(node, "expressions", self._faults)):
            line = self._faults.line(entry.get("id")) or node.place.line
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
            line = self._faults.line(id) or node.place.line
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
