"""Expressions of a policy: what they read, what of it they test for absence.

They are written anew with names of our own before zen-engine evaluates them, as it
takes the error in a table's cell, or a comparison with nothing, for false.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

LONGEST = 5_000
# Of the same arguments always the same, whatever the day.
FUNCTIONS = frozenset(
    "abs avg bool ceil contains endsWith floor isNumeric len lower max median"
    " min number round startsWith string sum trim trunc upper".split()
)
KEYWORDS = frozenset("and or not in true false null".split())
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<string>'[^']*'|"[^"]*")
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>==|!=|<=|>=|\?\?|\.\.|[-+*/%^<>!?:,.()[\]$])
    |(?P<other>\S)
    )""",
    re.VERBOSE | re.ASCII,
)
_ABSENT = ("==", "!=")
_COMPARE = frozenset(("==", "!=", "<", "<=", ">", ">="))

# A name by its parts, `a.b['c']`; an empty first part is `$`.
Path = tuple[str, ...]


class ExpressionError(Exception):
    """What is wrong with an expression, as a sentence."""


@dataclass(frozen=True)
class Token:
    """`kind`: number, string, word (a keyword), path, call or sign."""

    kind: str
    text: str
    path: Path = ()


@dataclass(frozen=True)
class Expression:
    """What was written, and the tokens of what it means."""

    text: str
    tokens: tuple[Token, ...]

    @cached_property
    def paths(self) -> Counter[Path]:
        """All names in their order, with how often each is read."""
        return Counter(one.path for one in self.tokens if one.kind == "path")

    @cached_property
    def tested(self) -> frozenset[Path]:
        """Those of which it says what holds where there is none."""
        found = set()
        around = (_END, *self.tokens, _END)
        for i in range(1, len(around) - 1):
            before, token, after = around[i - 1 : i + 2]
            if token.kind == "path" and after.text == "??":
                found.add(token.path)
            elif token.kind == "sign" and token.text in _ABSENT:
                sides = {before.text: after, after.text: before}
                if "null" in sides and sides["null"].kind == "path":
                    found.add(sides["null"].path)
        return frozenset(found)

    @property
    def joins(self) -> bool:
        """What is read may end up one after the other in what is made."""
        return any(token.text in ("+", "[") for token in self.tokens)

    @property
    def catches(self) -> bool:
        """It says of one name that there is none, and nothing else."""
        bare = [token for token in self.tokens if token.text not in ("(", ")")]
        absent = [token.text for token in bare[1:]] == ["==", "null"]
        return absent and bare[0].kind == "path"

    def written(self, name: Callable[[Path], str]) -> str:
        """As zen-engine is to have it, with other names."""
        return _joined(
            name(token.path) if token.kind == "path" else token.text
            for token in self.tokens
        )


_END = Token("end", "")
SELF: Path = ("",)


def parse(text: str) -> Expression:
    """An expression of its own: of an expression node, a switch, a column."""
    found = Expression(text, tuple(_tokens(text)))
    if SELF in found.paths:
        _refuse("$ alone", "it stands for a column's expression, in its cells alone")
    _ranges(found.tokens)
    return found


def parse_cell(text: str, field: Expression) -> Expression:
    """A cell under a column's expression, as an expression of its own.

    `> 3` is `field > 3`, `[1..3]` is `field in [1..3]`, `'a', 'b'` is one of both.
    """
    tokens = tuple(_tokens(text))
    if any(token.path == SELF for token in tokens):
        _no_list(tokens)
        written = tokens
    else:
        written = tuple(_written(tokens))
    whole = (Token("sign", "("), *field.tokens, Token("sign", ")"))
    alone = len(field.tokens) == 1
    _ranges(written)
    itself = field.tokens if alone else whole
    parts = (itself if token.path == SELF else (token,) for token in written)
    return Expression(text, tuple(token for part in parts for token in part))


def literal(text: str) -> str | int | float | None:
    """What a cell of a rule's output says; None where it is empty."""
    if not text.strip():
        return None
    tokens = list(_tokens(text))
    if len(tokens) == 1 and tokens[0].kind == "string":
        return tokens[0].text[1:-1]
    if len(tokens) == 1 and tokens[0].kind == "number":
        number = float(tokens[0].text)
        return int(number) if number.is_integer() else number
    _refuse(text, "expected a text in quotes, or a number")


def _tokens(text: str) -> Iterable[Token]:
    """Checked one by one; what they make together is zen-engine's to judge."""
    if len(text) > LONGEST:
        raise ExpressionError(
            f"expected up to {LONGEST:,} characters; found {len(text):,}"
        )
    raw = [
        Token(str(found.lastgroup), found[str(found.lastgroup)])
        for found in _TOKEN.finditer(text.rstrip())
    ]
    depth, at = 0, 0
    while at < len(raw):
        token = raw[at]
        if token.kind == "other":
            _refuse(token.text, _WHY.get(token.text, "no part of an expression here"))
        if token.text in ("(", "["):
            depth += 1
        elif token.text in (")", "]"):
            depth -= 1
        if depth < 0 or (at == len(raw) - 1 and depth):
            _refuse(text, "brackets do not close; an open end is written ( or )")
        if token.text == "$" or (token.kind == "word" and token.text not in KEYWORDS):
            token, at = _name(raw, at)
        elif token.text == ".":
            _refuse(".", "only a name has parts")
        else:
            at += 1
            if token.text in (")", "]") and at < len(raw) and raw[at].text == "[":
                _refuse("[", "nothing here is a list that could be read from")
        yield token


_WHY = {
    "#": "there are no closures",
    "`": "there are no templates",
    "=": "values are compared by ==, and named in an expression node",
    "{": "a value is a number, a text, or true or false",
}


def _name(raw: list[Token], at: int) -> tuple[Token, int]:
    """The path or call that begins here, and where it ends."""
    first = raw[at].text
    if first == "$" and at + 1 < len(raw) and raw[at + 1].kind == "word":
        _refuse(f"${raw[at + 1].text}", "expected the name of a fact or a value")
    parts, at = ["" if first == "$" else first], at + 1
    while at < len(raw):
        after = [token.text for token in raw[at : at + 3]]
        if after[0] == "." and len(after) > 1 and raw[at + 1].kind == "word":
            parts.append(after[1])
            at += 2
        elif after[0] == "[":
            if len(after) < 3 or raw[at + 1].kind != "string" or after[2] != "]":
                _refuse("".join(after), "a part of a name is a text in quotes")
            parts.append(after[1][1:-1])
            at += 3
        else:
            break
    if at < len(raw) and raw[at].text == "(":
        if len(parts) > 1 or first not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            _refuse(f"{'.'.join(parts)}(", f"expected one of the functions {known}")
        return Token("call", first), at
    return Token("path", ".".join(parts), tuple(parts)), at


def _ranges(tokens: Iterable[Token]) -> None:
    """Only what is held to one has ends that may lie far apart."""
    before, opened = "", [""]
    for token in tokens:
        if token.text in ("(", "["):
            opened.append(before)
        elif token.text in (")", "]"):
            opened.pop()
        elif token.text == ".." and opened[-1] != "in":
            _refuse("..", "a range is only what something is in")
        before = token.text


def _no_list(tokens: tuple[Token, ...]) -> None:
    if any(len(part) < len(tokens) for part in _parts(tokens, (",",))):
        _refuse(",", "a cell with $ is one expression")


def _written(tokens: tuple[Token, ...]) -> Iterable[Token]:
    """A cell without `$`: parts joined by commas (or), each of `and` and `or`."""
    for i, part in enumerate(_parts(tokens, (",",))):
        if i:
            yield Token("word", "or")
        yield Token("sign", "(")
        for j, atom in enumerate(_parts(part, ("and", "or"))):
            if j:
                yield atom[0]
                atom = atom[1:]
            yield from _compared(atom)
        yield Token("sign", ")")


def _parts(
    tokens: tuple[Token, ...], between: tuple[str, ...]
) -> list[tuple[Token, ...]]:
    """Split where no bracket is open; `and` and `or` begin the part after them."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if not depth and token.kind in ("sign", "word") and token.text in between:
            parts.append([] if token.text == "," else [token])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def _compared(atom: tuple[Token, ...]) -> Iterable[Token]:
    """One comparison, with what it compares."""
    if not atom:
        raise ExpressionError("expected something to compare with; found nothing")
    yield Token("path", "$", SELF)
    words = [token.text for token in atom]
    begins = 1 if words[0] in (*_COMPARE, "in") else 2 * (words[:2] == ["not", "in"])
    rest = atom[begins:]
    signs = {token.text for token in rest if token.kind in ("sign", "word")}
    if signs & {*_COMPARE, "in", "not", "!", "?", "??", ":"}:
        _refuse(
            " ".join(words), "under an expression a cell begins with its comparison"
        )
    if begins:
        yield from atom
        return
    ranged = words[0] == "[" or (words[0] == "(" and ".." in words)
    yield Token("word", "in") if ranged else Token("sign", "==")
    yield from atom


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _refuse(what: str, why: str) -> NoReturn:
    raise ExpressionError(f"{what[:80]}: {why}")
