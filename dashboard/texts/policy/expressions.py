"""An expression or a test of a rule, read into its parts: a subset of ZEN's language.

What is not of the subset is no fault: it is shown as the file has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

COMPARE = ("==", "!=", ">=", "<=", ">", "<")
SUMS, PRODUCTS = ("+", "-"), ("*", "/", "%", "^")
DEEPEST = 30
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"[^"\\]*"|'[^'\\]*')
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?:\$\.)?(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:"[^"\\]+"|'[^'\\]+')\])*)
    | (?P<sign>==|!=|>=|<=|\?\?|\.\.|[<>+\-*/%^()\[\],$])
    )""",
    re.VERBOSE,
)
_CONSTANTS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Constant:
    value: str | float | bool | None


@dataclass(frozen=True)
class Part:
    """A sign or a function, and what it is of; `in` has a Span or a list on its right.

    `not` and the minus of a number have one part.
    """

    sign: str
    of: tuple[Node, ...]


@dataclass(frozen=True)
class Span:
    """From `low` to `high`; whether each end belongs to it."""

    low: Node
    high: Node
    with_low: bool
    with_high: bool


Node = Name | Constant | Part | Span


def read_expression(text: str) -> Node | None:
    return _read(text, None)


def read_test(text: str, subject: Node | None) -> Node | None:
    """A cell of a table; `subject` is what its column reads, if that can be worded."""
    return _read(text, subject) if subject else None


def _read(text: str, subject: Node | None) -> Node | None:
    try:
        reader = _Reader(_tokens(text), subject)
        node = reader.alternatives()
        return node if reader.at_end() else None
    except (ValueError, IndexError, RecursionError):
        return None


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise ValueError(text[at:])
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


class _Reader:
    """Raises ValueError or IndexError at what is not of the subset."""

    def __init__(self, tokens: Sequence[tuple[str, str]], subject: Node | None) -> None:
        self._tokens, self._at, self._subject = tokens, 0, subject
        # Within brackets `$` still is the subject, but nothing is tested by itself.
        self._tests, self._depth = subject is not None, 0

    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def alternatives(self) -> Node:
        """Of a cell, commas part what may be; constants among them are one list."""
        parts = [self._either()]
        while self._tests and self._takes(","):
            parts.append(self._either())
        constants = [
            one.of[1]
            for one in parts
            if isinstance(one, Part) and one.sign == "==" and one.of[0] == self._subject
        ]
        if self._subject and len(parts) == len(constants) > 1:
            return Part("in", (self._subject, Part("list", tuple(constants))))
        return _joined("or", parts)

    def _either(self) -> Node:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return _joined("or", parts)

    def _both(self) -> Node:
        parts = [self._comparison()]
        while self._takes("and"):
            parts.append(self._comparison())
        return _joined("and", parts)

    def _comparison(self) -> Node:
        tested = self._subject if self._tests else None
        if tested and self._peek() in (*COMPARE, "in", "not"):
            return self._compared(tested)
        if self._takes("not"):
            return Part("not", (self._comparison(),))
        left = self._coalesced()
        if self._peek() in (*COMPARE, "in", "not"):
            return self._compared(left)
        if tested is None or (isinstance(left, Part) and left.sign == "call"):
            return left
        if isinstance(left, Span):
            return Part("in", (tested, left))
        if isinstance(left, Constant | Name) and left != tested:
            return Part("==", (tested, left))
        raise ValueError("no test")

    def _compared(self, left: Node) -> Node:
        sign = self._next()
        if sign == "not":
            if not self._takes("in"):
                return Part("not", (self._comparison(),))
            return Part("not in", (left, self._coalesced()))
        return Part(sign, (left, self._coalesced()))

    def _coalesced(self) -> Node:
        parts = [self._sum()]
        while self._takes("??"):
            parts.append(self._sum())
        return _joined("??", parts)

    def _sum(self) -> Node:
        return self._chain(SUMS, self._product)

    def _product(self) -> Node:
        return self._chain(PRODUCTS, self._primary)

    def _chain(self, signs: Sequence[str], read: Callable[[], Node]) -> Node:
        node = read()
        while self._peek() in signs:
            node = Part(self._next(), (node, read()))
        return node

    def _primary(self) -> Node:
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return Constant(float(token))
        if kind == "text":
            return Constant(token[1:-1])
        if kind == "name":
            return self._named(token)
        if token == "$" and self._subject:
            return self._subject
        if token == "-":
            match self._primary():
                case Constant(float(number)):
                    return Constant(-number)
                case inner:
                    return Part("minus", (inner,))
        if token in "([]":
            return self._bracket(token)
        raise ValueError(token)

    def _named(self, token: str) -> Node:
        if token in _CONSTANTS:
            return Constant(_CONSTANTS[token])
        if token in ("and", "or", "not", "in"):
            raise ValueError(token)
        if not self._takes("("):
            return Name(re.sub(r"\[[\"']([^\"']+)[\"']\]", r".\1", token))
        return Part("call", (Name(token), *self._list(")")))

    def _bracket(self, opened: str) -> Node:
        """A part in brackets, a list, or a span: whose ends may be `(`, `[` or `]`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("too deep")
        tests, self._tests = self._tests, False
        first = self._either() if self._peek() != "]" else None
        if first is not None and self._takes(".."):
            high, closed = self._coalesced(), self._next()
            if closed not in "])[":
                raise ValueError(closed)
            node: Node = Span(first, high, opened == "[", closed == "]")
        elif opened == "(" and first is not None:
            self._expect(")")
            node = first
        elif opened == "[":
            more = self._list("]") if first is None or self._takes(",") else None
            if more is None:
                self._expect("]")
            node = Part("list", (*([first] if first else []), *(more or ())))
        else:
            raise ValueError(opened)
        self._tests, self._depth = tests, self._depth - 1
        return node

    def _list(self, closed: str) -> tuple[Node, ...]:
        parts: list[Node] = []
        if self._takes(closed):
            return ()
        tests, self._tests = self._tests, False
        while True:
            parts.append(self._either())
            if self._takes(closed):
                self._tests = tests
                return tuple(parts)
            self._expect(",")

    def _peek(self) -> str | None:
        if self.at_end():
            return None
        kind, token = self._tokens[self._at]
        return None if kind == "text" else token

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _takes(self, token: str) -> bool:
        taken = self._peek() == token
        self._at += taken
        return taken

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            raise ValueError(token)


def _joined(sign: str, parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Part(sign, tuple(parts))
