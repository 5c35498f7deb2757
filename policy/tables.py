"""Decision tables: of rules, which are kept, and of values, which others read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policy import outputs
from policy.expressions import Expression
from policy.faults import Faults, Place, short
from policy.graph import OUTPUT, Node
from policy.names import Names, Read, Reads, Scope, Value
from policy.program import Steps, Term, all_of
from policy.rules import Rule


@dataclass(frozen=True)
class Column:
    """An input, and its expression; without a text its cells are such themselves."""

    id: str
    text: str
    field: Expression | None


@dataclass(frozen=True)
class Row:
    """When a row holds, and its output cells by their names."""

    place: Place
    term: Term
    reads: Reads
    conditions: tuple[tuple[str, str], ...]
    cells: dict[str, str]


class Tables:
    """Takes tables one by one; `rules`: with the number of the node, and the step."""

    def __init__(self, names: Names, steps: Steps, faults: Faults) -> None:
        self.rules: list[tuple[int, Rule, str]] = []
        self._names = names
        self._steps = steps
        self._faults = faults
        self._codes: dict[str, int] = {}

    def add(self, node: Node, scope: Scope) -> None:
        inputs = list(self._inputs(node))
        fields = self._fields(node)
        first = node.content.get("hitPolicy") == "first"
        if "code" in fields.values():
            self._place(node, fields)
            rows = list(self._rows(node, scope, inputs, fields, first))
            terms = [row.term for row in rows]
            keys = self._steps.conditions(terms, first, scope.guard)
            self._rules(node, scope, rows, keys, first)
        elif first:
            rows = list(self._rows(node, scope, inputs, fields, first))
            self._values(node, scope, rows, [*fields.values()])
        else:
            found = short(node.content.get("hitPolicy"))
            detail = f"hitPolicy: expected first, as its values are read; found {found}"
            self._faults.add(node.place, detail)

    def _inputs(self, node: Node) -> Iterator[Column]:
        for id, text in self._columns(node, "inputs"):
            place = node.place.within(f"column {short(text)}")
            field = self._names.parsed(text, place) if text.strip() else None
            yield Column(id, text.strip(), field)

    def _fields(self, node: Node) -> dict[str, str]:
        fields = dict(self._columns(node, "outputs"))
        if not fields or len(set(fields.values())) < len(fields):
            detail = "outputs: expected at least one, each with a field of its own"
            self._faults.add(node.place, detail)
        return fields

    def _columns(self, node: Node, kind: str) -> Iterator[tuple[str, str]]:
        seen = set()
        for entry in listed(node, kind, self._faults):
            id, text = entry.get("id"), entry.get("field") or ""
            if not isinstance(id, str) or not isinstance(text, str) or id in seen:
                detail = f"{kind}: expected an id of its own and a field in each"
                self._faults.add(node.place, detail)
                return
            seen.add(id)
            yield id, text

    def _rows(
        self,
        node: Node,
        scope: Scope,
        inputs: list[Column],
        fields: dict[str, str],
        first: bool,
    ) -> Iterator[Row]:
        """A row that does nothing but catch what is missing does so for those after."""
        columns = {*fields, *(one.id for one in inputs)}
        caught: frozenset[str] = frozenset()
        for i, row in enumerate(listed(node, "rules", self._faults)):
            cells = {fields[id]: str(row.get(id) or "") for id in fields}
            code = cells.get("code", "").strip("'\" ")
            what = f"rule {short(code)}" if code else f"row {i + 1}"
            line = self._faults.line(row.get("_id"), node.place.line)
            place = Place(line, f"{node.place.where}, {what}")
            self._cells(row, columns, place)
            parsed = list(self._parsed(row, inputs, place))
            tested = {path for one, _ in parsed for path in one.tested}
            # What tests goes first: the rest is not come to where it is missing.
            parsed.sort(key=lambda cell: not cell[0].tested)
            read = [
                self._names.resolved(one, tested, scope, at) or Read(Term("true"))
                for one, at in parsed
            ]
            reads = Reads()
            for one in read:
                reads |= one.reads.but(caught)
            held = tuple(
                (one.text, row[one.id].strip())
                for one in inputs
                if isinstance(row.get(one.id), str) and row[one.id].strip()
            )
            term = all_of((one.term for one in read), place.where)
            yield Row(place, term, reads, held, cells)
            if first and len(parsed) == 1 and parsed[0][0].catches:
                caught |= reads.tests

    def _parsed(
        self, row: dict[str, Any], inputs: list[Column], place: Place
    ) -> Iterator[tuple[Expression, Place]]:
        for column in inputs:
            cell = row.get(column.id)
            wrong = column.text and column.field is None
            if isinstance(cell, str) and cell.strip() and not wrong:
                at = place.within(f"column {short(column.text)}")
                at = at if column.field else place
                found = self._names.parsed(cell, at, column.field)
                if found:
                    yield found, at

    def _cells(self, row: dict[str, Any], columns: set[str], place: Place) -> None:
        for id, cell in row.items():
            if not id.startswith("_") and id not in columns:
                self._faults.add(place, f"there is no column {short(id)}")
            elif cell is not None and not isinstance(cell, str):
                self._faults.add(place, f"expected a text; found {short(cell)}")

    def _place(self, node: Node, fields: dict[str, str]) -> None:
        """A table of rules leads straight to an outputNode, under its own name."""
        for field in fields.values():
            if not outputs.known(field):
                wanted = ", ".join((*outputs.OTHERS, "text.en", "text.fr"))
                detail = f"outputs: expected {wanted}; found {short(field)}"
                self._faults.add(node.place, detail)
        if node.content.get("hitPolicy") not in ("first", "collect"):
            found = short(node.content.get("hitPolicy"))
            detail = f"hitPolicy: expected collect or first; found {found}"
            self._faults.add(node.place, detail)
        self._names.claim(node.path or None, node.place.within("outputPath"))
        if not node.after or any(one.kind != OUTPUT for one in node.after):
            detail = "a table of rules leads to an outputNode, and there alone"
            self._faults.add(node.place, detail)

    def _rules(
        self, node: Node, scope: Scope, rows: list[Row], keys: list[str], first: bool
    ) -> None:
        before = scope.control
        for row, key in zip(rows, keys, strict=True):
            reads = before | row.reads
            before = reads if first else before
            rule = self._rule(node, row, reads)
            if rule:
                self.rules.append((node.order, rule, key))

    def _rule(self, node: Node, row: Row, reads: Reads) -> Rule | None:
        try:
            said = outputs.said(row.cells)
        except outputs.OutputError as error:
            self._faults.add(row.place, str(error))
            return None
        if said.code in self._codes:
            other = self._codes[said.code]
            self._faults.add(row.place, f"the rule at line {other} has this code")
        self._codes[said.code] = row.place.line
        known = self._names.known
        read = reads.facts | reads.tests
        protected = frozenset(name for name in read if known[name].protected)
        if protected and not said.lawful_basis:
            names = ", ".join(sorted(protected))
            detail = f"lawful_basis: expected why it may read {names}; found nothing"
            self._faults.add(row.place, detail)
        return Rule(
            code=said.code,
            effect=said.effect,
            text=said.text,
            reads=reads.facts,
            tests=reads.tests - reads.facts,
            conditions=row.conditions,
            evidence=said.evidence,
            within_days=said.within_days,
            lawful_basis=said.lawful_basis,
            protected=protected,
            table=node.name,
            line=row.place.line,
        )

    def _values(
        self, node: Node, scope: Scope, rows: list[Row], fields: list[str]
    ) -> None:
        keys = self._steps.conditions([row.term for row in rows], True, scope.guard)
        reads = scope.control
        for row in rows:
            reads |= row.reads
        for field in fields:
            made = [self._made(row, field, scope) for row in rows]
            name = f"{node.path}.{field}" if node.path else field
            if not self._names.claim(name, node.place.within("outputs")):
                continue
            key = self._steps.chosen(keys, [one.term for one in made])
            its = reads
            for one in made:
                its |= one.reads
            joined = max((one.joined for one in made), default=1)
            self._names.values[name] = Value(node, key, its, joined)

    def _made(self, row: Row, field: str, scope: Scope) -> Read:
        cell = row.cells[field]
        if not cell.strip():
            return Read(Term("null"))
        found = self._names.read(cell, scope, row.place.within(field))
        return found or Read(Term("null"))


def listed(node: Node, key: str, faults: Faults) -> list[dict[str, Any]]:
    """A list of objects that a node has."""
    found = node.content.get(key)
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    faults.add(node.place, f"{key}: expected a list of objects; found {short(found)}")
    return []
