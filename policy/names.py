"""What expressions read: facts, and values that nodes make, under names of ours."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import zen

from policy.expressions import (
    KEYWORDS,
    Expression,
    ExpressionError,
    Path,
    parse,
    parse_cell,
)
from policy.facts import FactName
from policy.faults import Faults, Place, short
from policy.graph import Node
from policy.program import Term

_KEY = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
_POSITION = re.compile(r" at \(\d+, \d+\)")
# Facts in a value, each as often as it is read: a text, or a list, of twice itself
# twenty times over would fill the memory.
MOST_JOINED = 200
# Each takes some microseconds to read.
MOST_WRITTEN = 500_000


@dataclass(frozen=True)
class Reads:
    """`facts`: without which it is not known; `tests`: those that may be missing."""

    facts: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        if other.facts <= self.facts and other.tests <= self.tests:
            return self
        return Reads(self.facts | other.facts, self.tests | other.tests)

    def but(self, may: frozenset[str]) -> Reads:
        """These may be missing."""
        return Reads(self.facts - may, self.tests | self.facts & may)


@dataclass(frozen=True)
class Value:
    """What a node makes: the key of its step; `joined`: how much goes into it."""

    node: Node
    key: str
    reads: Reads
    joined: int = 1


@dataclass(frozen=True)
class Read:
    """An expression in our names."""

    term: Term
    reads: Reads = Reads()
    joined: int = 1


@dataclass(frozen=True)
class Scope:
    """What a node can read, and whether it is come to.

    `nodes`: whose values; `guard`: the key of the step that says whether it is, and
    `control` what that depends on. `own`: values that it has made itself.
    """

    facts: bool
    nodes: frozenset[Node] = frozenset()
    guard: str | None = None
    control: Reads = Reads()
    own: Mapping[str, Value] | None = None


class Names:
    """All names of a file; what is wrong with one is a fault."""

    def __init__(self, known: Mapping[str, FactName], faults: Faults) -> None:
        self.known = known
        self.facts: dict[str, str] = {}
        self.values: dict[str, Value] = {}
        self._faults = faults
        self._roots = {name.partition(".")[0] for name in known}
        self._taken: dict[str, str] = {}
        self._left = MOST_WRITTEN

    def parsed(
        self, text: str, place: Place, field: Expression | None = None
    ) -> Expression | None:
        """`field`: of the column in whose cell it stands."""
        if self._left < 0:
            return None
        self._left -= len(text) + (len(field.text) if field else 0)
        if self._left < 0:
            wanted = f"up to {MOST_WRITTEN:,} characters of expressions"
            self._faults.add(place, f"expected {wanted} in a file; found more")
            return None
        try:
            return parse_cell(text, field) if field else parse(text)
        except ExpressionError as error:
            self._faults.add(place, str(error))
            return None

    def read(self, text: str, scope: Scope, place: Place) -> Read | None:
        """An expression by itself."""
        found = self.parsed(text, place)
        return self.resolved(found, found.tested, scope, place) if found else None

    def resolved(
        self,
        expression: Expression,
        tested: Collection[Path],
        scope: Scope,
        place: Place,
    ) -> Read | None:
        """In our names; what is `tested` for absence may be missing."""
        names: dict[Path, str] = {}
        facts, values, joined = [], [], [0]
        reads = Reads()
        for path, times in expression.paths.items():
            name = ".".join(path)
            value = self._value(path, scope)
            if value:
                names[path] = f"$.{value.key}"
                its = value.reads
                values += [value.key] * (path not in tested)
                joined += [value.joined] * times
            elif name in self.known and scope.facts:
                names[path] = self.facts.setdefault(name, f"f{len(self.facts)}")
                its = Reads(frozenset((name,)))
                facts += [name] * (path not in tested)
                joined += [1] * times
            else:
                self._faults.add(place, self._unknown(name, scope))
                return None
            reads |= its.but(its.facts if path in tested else scope.control.tests)
        text = expression.written(names.__getitem__)
        size = max(1, (sum if expression.joins else max)(joined))
        wrong = zen.validate_expression(text)
        if wrong:
            told = _POSITION.sub("", wrong["source"])
            self._faults.add(place, f"{short(expression.text)}: {told}")
        elif size > MOST_JOINED:
            detail = f"expected up to {MOST_JOINED:,} facts in a value; found {size:,}"
            self._faults.add(place, detail)
        term = Term(text, frozenset(facts), tuple(values), place.where)
        return Read(term, reads, size)

    def claim(self, name: object, place: Place) -> bool:
        """A name for what a node makes, if nothing has it or a part of it."""
        words = name.split(".") if isinstance(name, str) else []
        if not isinstance(name, str) or not _KEY.fullmatch(name) or KEYWORDS & {*words}:
            detail = f"expected a name of letters, digits and _; found {short(name)}"
        elif words[0] in self._roots:
            detail = f"{name}: facts begin with {words[0]}; expected another name"
        else:
            parts = [".".join(words[:i]) for i in range(1, len(words) + 1)]
            other = next((one for one in parts if self._taken.get(one) == one), None)
            other = other or self._taken.get(name)
            if other is None:
                self._taken |= dict.fromkeys(parts, name) | {name: name}
                return True
            detail = f"{name}: there is {other} already"
        self._faults.add(place, detail)
        return False

    def _value(self, path: Path, scope: Scope) -> Value | None:
        if not path[0]:
            return (scope.own or {}).get(".".join(path[1:]))
        value = self.values.get(".".join(path))
        return value if value and value.node in scope.nodes else None

    def _unknown(self, name: str, scope: Scope) -> str:
        if name in self.known or name in self.values:
            return f"{short(name)} does not come here by every edge that leads here"
        own = [f"$.{key}" for key in scope.own or ()]
        readable = own if name[:1] == "." else [*self.values, *self.known]
        wanted = f"${name}" if name[:1] == "." else name
        near = [] if self._faults.full else difflib.get_close_matches(wanted, readable)
        like = f"; near it: {', '.join(near)}" if near else ""
        return f"expected a fact or a value; found {short(wanted)}{like}"
