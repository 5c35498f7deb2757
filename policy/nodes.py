"""Nodes to rules and steps: what each reads, directly and through others."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import zen

from policy import outputs
from policy.expressions import (
    KEYWORDS,
    Expression,
    ExpressionError,
    Path,
    literal,
    parse,
    parse_cell,
)
from policy.facts import FactName
from policy.graph import EXPRESSIONS, INPUT, SWITCH, TABLE, Faults, Node
from policy.program import Program, Steps, Term, all_of
from policy.rules import Rule

VERSION = "version"
_KEY = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*")
_POSITION = re.compile(r" at \(\d+, \d+\)")


@dataclass(frozen=True)
class Reads:
    """`facts`: without which it is not known; `tests`: those that may be missing."""

    facts: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(self.facts | other.facts, self.tests | other.tests)


@dataclass(frozen=True)
class Value:
    """What a node makes under a name of its own: the key of its step."""

    node: str
    key: str
    reads: Reads


@dataclass
class Scope:
    """What a node can read, and whether it is come to.

    `guard`: the key of the step that says so; `control`: what that depends on.
    """

    facts: bool = False
    nodes: frozenset[str] = frozenset()
    guard: str | None = None
    control: Reads = Reads()


class Reader:
    """Takes the nodes in their order; keeps what is wrong in `faults`."""

    def __init__(self, known: Mapping[str, FactName], faults: Faults) -> None:
        self._rows: list[tuple[int, Rule, str]] = []
        self._known = known
        self._roots = {name.partition(".")[0] for name in known}
        self._faults = faults
        self._steps = Steps()
        self._facts: dict[str, str] = {}
        self._values: dict[str, Value] = {}
        self._taken: dict[str, str] = {}
        self._nodes: dict[str, Node] = {}
        self._scopes: dict[str, Scope] = {}
        self._branches: dict[tuple[str, str], tuple[str, Reads]] = {}
        self._codes: dict[str, int | None] = {}
        self._versions: list[str] = []

    def read(self, node: Node) -> None:
        """One after all that it has its data of."""
        self._nodes[node.id] = node
        scope = self._scopes[node.id] = self._scope(node)
        readers: dict[str, Callable[[Node, Scope], None]] = {
            EXPRESSIONS: self._expressions,
            TABLE: self._table,
            SWITCH: self._switch,
        }
        if node.kind in readers:
            readers[node.kind](node, scope)

    def version(self) -> str:
        """The one that the file states."""
        if len(self._versions) != 1:
            found = len(self._versions)
            detail = f"expected one text with the key {VERSION}; found {found}"
            self._faults.add(None, "expression nodes", detail)
        return "".join(self._versions[:1])

    def program(self) -> tuple[tuple[Rule, ...], Program]:
        """The rules, in the order of the file."""
        rows = sorted(self._rows, key=lambda row: row[0])
        keys = tuple(key for _, _, key in rows)
        rules = tuple(rule for _, rule, _ in rows)
        return rules, Program(self._facts, tuple(self._steps.made), keys)

    def _scope(self, node: Node) -> Scope:
        scope = Scope(facts=node.kind == INPUT)
        guards: list[str | None] = []
        for id, handle in node.before:
            source, its = self._nodes[id], self._scopes[id]
            scope.nodes |= {id}
            if source.passes:
                scope.facts |= its.facts
                scope.nodes |= its.nodes
            guard, control = its.guard, its.control
            if source.kind == SWITCH:
                branch = self._branches.get((id, str(handle)))
                if branch is None:
                    detail = f"the switch {source.name} has no branch {handle}"
                    self._faults.add(node.line, node.where, detail)
                    continue
                guard, control = branch
            guards.append(guard)
            scope.control |= control
        some = [guard for guard in dict.fromkeys(guards) if guard is not None]
        if len(some) < len(set(guards)) or not some:
            scope.guard, scope.control = None, Reads()
        else:
            scope.guard = some[0] if len(some) == 1 else self._steps.any_of(some)
        return scope

    def _expressions(self, node: Node, scope: Scope) -> None:
        own: dict[str, Value] = {}
        path = node.content.get("outputPath") or ""
        for i, entry in enumerate(self._list(node, "expressions")):
            line = self._faults.line(entry.get("id")) or node.line
            key, text = entry.get("key"), entry.get("value")
            where = f"{node.where}, expression {key if key else i + 1}"
            if not isinstance(text, str) or not text.strip():
                self._faults.add(line, where, "expected an expression; found nothing")
                continue
            name = f"{path}.{key}" if path else key
            if name == VERSION:
                self._version(text, line, where)
                continue
            read = self._term(text, node, scope, line, where, own)
            if not self._name(name, line, where) or read is None:
                continue
            term, reads = read
            value = Value(
                node.id, self._steps.value(term, scope.guard), reads | scope.control
            )
            self._values[str(name)] = own[str(key)] = value

    def _version(self, text: str, line: int | None, where: str) -> None:
        try:
            found = literal(text)
        except ExpressionError:
            found = None
        if not isinstance(found, str) or not 0 < len(found) <= 64:
            detail = (
                f"expected a text in quotes of up to 64 characters; found {text:.60}"
            )
            self._faults.add(line, where, detail)
        self._versions.append(str(found))

    def _switch(self, node: Node, scope: Scope) -> None:
        first = self._hit_policy(node)
        terms, ids = [], []
        control = scope.control
        for i, entry in enumerate(self._list(node, "statements")):
            id, text = entry.get("id"), entry.get("condition") or ""
            line = self._faults.line(id) or node.line
            where = f"{node.where}, branch {i + 1}"
            term = Term("true")
            if not isinstance(id, str) or not isinstance(text, str):
                self._faults.add(line, where, "expected an id and a condition")
                continue
            if text.strip() and entry.get("isDefault") is not True:
                read = self._term(text, node, scope, line, where)
                if read is None:
                    term = Term("true")
                else:
                    term, reads = read
                    control |= reads
            terms.append(term)
            ids.append(id)
        keys = self._steps.conditions(terms, first, scope.guard)
        for id, key in zip(ids, keys, strict=True):
            self._branches[node.id, id] = (key, control)

    def _table(self, node: Node, scope: Scope) -> None:
        columns = self._columns(node)
        if columns is None:
            return
        inputs, fields = columns
        rows = self._list(node, "rules")
        first = self._hit_policy(node)
        if "code" in fields.values():
            self._rules(node, scope, inputs, fields, rows, first)
        elif not first:
            detail = "hitPolicy: expected first, as its values are read; found collect"
            self._faults.add(node.line, node.where, detail)
        else:
            self._table_of_values(node, scope, inputs, fields, rows)

    def _columns(self, node: Node) -> tuple[dict[str, str], dict[str, str]] | None:
        """Inputs' and outputs' expressions and names, by their ids."""
        found: list[dict[str, str]] = []
        wrong = False
        for kind in ("inputs", "outputs"):
            columns: dict[str, str] = {}
            for i, entry in enumerate(self._list(node, kind)):
                id, name = entry.get("id"), entry.get("field") or ""
                if (
                    not isinstance(id, str)
                    or not isinstance(name, str)
                    or id in columns
                ):
                    detail = f"{kind} {i + 1}: expected an id of its own and a field"
                    self._faults.add(node.line, node.where, detail)
                    wrong = True
                    continue
                columns[id] = name
            found.append(columns)
        names = list(found[1].values())
        if len(set(names)) < len(names) or not names:
            detail = "outputs: expected at least one, each with a field of its own"
            self._faults.add(node.line, node.where, detail)
            wrong = True
        return None if wrong else (found[0], found[1])

    def _rules(
        self,
        node: Node,
        scope: Scope,
        inputs: dict[str, str],
        fields: dict[str, str],
        rows: list[dict[str, Any]],
        first: bool,
    ) -> None:
        self._place(node, fields)
        terms, rules = [], []
        before = Reads()
        for i, row in enumerate(rows):
            line = self._faults.line(row.get("_id")) or node.line
            code = row.get(next(id for id, field in fields.items() if field == "code"))
            where = f"{node.where}, rule {_bare(code) or i + 1}"
            self._cells(row, {**inputs, **fields}, line, where)
            term, reads, conditions = self._row(row, inputs, node, scope, line, where)
            terms.append(term)
            if first:
                before = reads = before | reads
            rule = self._rule(node, row, fields, reads | scope.control, line, where)
            rules.append(rule and replace(rule, conditions=conditions))
        keys = self._steps.conditions(terms, first, scope.guard)
        self._rows += [
            (node.place, rule, key)
            for rule, key in zip(rules, keys, strict=True)
            if rule
        ]

    def _place(self, node: Node, fields: dict[str, str]) -> None:
        for field in fields.values():
            if not outputs.known(field):
                wanted = ", ".join((*outputs.OTHERS, "text.en"))
                detail = f"outputs: expected {wanted} and the like; found {field}"
                self._faults.add(node.line, node.where, detail)
        path = node.content.get("outputPath")
        if not path:
            detail = "outputPath: expected a name of its own for a table of rules"
            self._faults.add(node.line, node.where, detail)
        else:
            self._name(path, node.line, node.where)
        if not node.after:
            detail = "expected an edge to an outputNode, as it has rules"
            self._faults.add(node.line, node.where, detail)

    def _rule(
        self,
        node: Node,
        row: dict[str, Any],
        fields: dict[str, str],
        reads: Reads,
        line: int | None,
        where: str,
    ) -> Rule | None:
        cells = {field: row.get(id) or "" for id, field in fields.items()}
        try:
            said = outputs.said({k: v for k, v in cells.items() if isinstance(v, str)})
        except outputs.OutputError as error:
            self._faults.add(line, where, str(error))
            return None
        if said.code in self._codes:
            other = self._codes[said.code]
            self._faults.add(line, where, f"the rule of line {other} has this code too")
        self._codes[said.code] = line
        protected = frozenset(
            name for name in reads.facts | reads.tests if self._known[name].protected
        )
        if protected and not said.lawful_basis:
            names = ", ".join(sorted(protected))
            detail = f"reads {names}, which is protected: expected a lawful_basis"
            self._faults.add(line, where, detail)
        return Rule(
            code=said.code,
            effect=said.effect,
            text=said.text,
            reads=reads.facts,
            tests=reads.tests - reads.facts,
            conditions=(),
            evidence=said.evidence,
            within_days=said.within_days,
            lawful_basis=said.lawful_basis,
            protected=protected,
            table=node.name,
            line=line or 1,
        )

    def _table_of_values(
        self,
        node: Node,
        scope: Scope,
        inputs: dict[str, str],
        fields: dict[str, str],
        rows: list[dict[str, Any]],
    ) -> None:
        terms = []
        all_reads = scope.control
        made: dict[str, list[Term]] = {id: [] for id in fields}
        reads_of = {id: Reads() for id in fields}
        for i, row in enumerate(rows):
            line = self._faults.line(row.get("_id")) or node.line
            where = f"{node.where}, row {i + 1}"
            self._cells(row, {**inputs, **fields}, line, where)
            term, reads, _ = self._row(row, inputs, node, scope, line, where)
            terms.append(term)
            all_reads |= reads
            for id, name in fields.items():
                text = row.get(id)
                read = None
                if isinstance(text, str) and text.strip():
                    read = self._term(text, node, scope, line, f"{where}, {name}")
                term, reads = read or (Term("null"), Reads())
                made[id].append(term)
                reads_of[id] |= reads
        keys = self._steps.conditions(terms, True, scope.guard)
        path = node.content.get("outputPath")
        for id, field in fields.items():
            name = f"{path}.{field}" if path else field
            if self._name(name, node.line, node.where):
                key = self._steps.chosen(keys, made[id])
                self._values[name] = Value(node.id, key, all_reads | reads_of[id])

    def _row(
        self,
        row: dict[str, Any],
        inputs: dict[str, str],
        node: Node,
        scope: Scope,
        line: int | None,
        where: str,
    ) -> tuple[Term, Reads, tuple[tuple[str, str], ...]]:
        """What a row holds to: all of its cells that say something."""
        cells = [
            (field, row[id].strip())
            for id, field in inputs.items()
            if isinstance(row.get(id), str) and row[id].strip()
        ]
        parsed = []
        for field, cell in cells:
            at = f"{where}, column {field}" if field.strip() else where
            found = self._parsed(cell, field, line, at)
            if found:
                parsed.append(found)
        tested = {path for one in parsed for path in one.tested}
        read = [self._resolved(one, node, scope, line, where, tested) for one in parsed]
        terms = [one[0] for one in read if one]
        reads = Reads()
        for one in read:
            reads |= one[1] if one else Reads()
        return all_of(terms), reads, tuple(cells)

    def _parsed(
        self, cell: str, field: str, line: int | None, where: str
    ) -> Expression | None:
        try:
            return parse_cell(cell, parse(field)) if field.strip() else parse(cell)
        except ExpressionError as error:
            self._faults.add(line, where, str(error))
            return None

    def _term(
        self,
        text: str,
        node: Node,
        scope: Scope,
        line: int | None,
        where: str,
        own: Mapping[str, Value] | None = None,
    ) -> tuple[Term, Reads] | None:
        found = self._parsed(text, "", line, where)
        if found is None:
            return None
        return self._resolved(found, node, scope, line, where, set(found.tested), own)

    def _resolved(
        self,
        expression: Expression,
        node: Node,
        scope: Scope,
        line: int | None,
        where: str,
        tested: set[Path],
        own: Mapping[str, Value] | None = None,
    ) -> tuple[Term, Reads] | None:
        """In our names; what of it is `tested` for absence may be missing."""
        names: dict[Path, str] = {}
        facts, values = [], []
        reads = Reads()
        for path in expression.paths:
            name, value = ".".join(path), self._value(path, scope, own)
            if value:
                names[path] = f"$.{value.key}"
                if path in tested:
                    both = value.reads.facts | value.reads.tests
                    reads |= Reads(tests=both)
                else:
                    values.append(value.key)
                    reads |= value.reads
            elif name in self._known and scope.facts and path[0]:
                names[path] = self._facts.setdefault(name, f"f{len(self._facts)}")
                if path in tested:
                    reads |= Reads(tests=frozenset((name,)))
                else:
                    facts.append(name)
                    reads |= Reads(frozenset((name,)))
            else:
                self._faults.add(line, where, self._unknown(name, scope))
                return None
        text = expression.written(names.__getitem__)
        wrong = zen.validate_expression(text)
        if wrong:
            told = _POSITION.sub("", wrong["source"])
            self._faults.add(line, where, f"{expression.text[:80]}: {told}")
            return None
        return Term(text, frozenset(facts), tuple(values)), reads

    def _value(
        self, path: Path, scope: Scope, own: Mapping[str, Value] | None
    ) -> Value | None:
        if not path[0]:
            return (own or {}).get(".".join(path[1:]))
        value = self._values.get(".".join(path))
        return value if value and value.node in scope.nodes else None

    def _unknown(self, name: str, scope: Scope) -> str:
        if name in self._known:
            return f"{name} does not come here: no edge brings the input's facts"
        if name in self._values:
            return f"{name} does not come here: no edge brings it"
        readable = [*self._values, *self._known]
        near = [] if self._faults.full else difflib.get_close_matches(name, readable)
        like = f"; near it: {', '.join(near)}" if near else ""
        return f"expected a fact or a value; found {name:.80}{like}"

    def _name(self, name: object, line: int | None, where: str) -> bool:
        """A name for what a node makes, that nothing else has."""
        words = name.split(".") if isinstance(name, str) else []
        if not isinstance(name, str) or not _KEY.fullmatch(name) or KEYWORDS & {*words}:
            detail = f"expected a name of letters, digits and _; found {name!s:.80}"
        elif words[0] in self._roots:
            detail = f"{name}: facts begin with {words[0]}; expected another name"
        else:
            parents = {".".join(words[:i]) for i in range(1, len(words) + 1)}
            other = next((one for one in parents if self._taken.get(one) == one), None)
            other = other or self._taken.get(name)
            if not other:
                self._taken |= dict.fromkeys(parents - self._taken.keys(), name)
                self._taken[name] = name
                return True
            detail = f"{name}: there is {other} already"
        self._faults.add(line, where, detail)
        return False

    def _hit_policy(self, node: Node) -> bool:
        found = node.content.get("hitPolicy", "first")
        if found not in ("first", "collect"):
            detail = f"hitPolicy: expected first or collect; found {found!s:.60}"
            self._faults.add(node.line, node.where, detail)
        return bool(found == "first")

    def _list(self, node: Node, key: str) -> list[dict[str, Any]]:
        found = node.content.get(key, [])
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            return found
        self._faults.add(node.line, node.where, f"{key}: expected a list of objects")
        return []

    def _cells(
        self, row: dict[str, Any], columns: Iterable[str], line: int | None, where: str
    ) -> None:
        for id, cell in row.items():
            if not id.startswith("_") and id not in columns:
                self._faults.add(line, where, f"there is no column {id:.60}")
            elif not id.startswith("_") and not isinstance(cell, str | None):
                self._faults.add(line, where, f"column {id}: expected a text")


def _bare(code: object) -> str:
    return code.strip("'\" ") if isinstance(code, str) else ""
