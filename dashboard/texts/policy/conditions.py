"""The conditions of a rule in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from api_client.answers import Condition, ModelAnswer
from api_client.meaning import Descriptor
from session.language import _, mark
from texts.facts import FACTS, described, is_fact, word_of
from texts.formats import BIRTH, days, exact, exact_percent, value_text, years
from texts.policy.expressions import (
    COMPARE,
    PRODUCTS,
    SUMS,
    Constant,
    Name,
    Node,
    Part,
    Span,
    read_expression,
    read_test,
)

ANYTHING = ("", "-")
COMPARED = {
    "==": mark("{left} is {right}"),
    "!=": mark("{left} is not {right}"),
    ">": mark("{left} is more than {right}"),
    ">=": mark("{left} is at least {right}"),
    "<": mark("{left} is less than {right}"),
    "<=": mark("{left} is at most {right}"),
}
TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
NULL = {"==": mark("{left} is missing"), "!=": mark("{left} is there")}
# A constant is told with its unit, and more exactly than a value is.
EXACT: Mapping[str, Callable[[float], str]] = {
    "share": exact_percent,
    "days": days,
}
UNITS = {"currency", "flag", "hour", "months", "years"}
SIGNS = {"*": "×", "/": "÷", "-": "−"}


def condition_text(condition: Condition, model: ModelAnswer) -> str:
    """In words; as the file has it where there are none; empty if anything will do."""
    reads, test = condition.reads.strip(), condition.test.strip()
    if test in ANYTHING:
        return ""
    subject = read_expression(reads) if reads else None
    node = read_test(test, subject) if reads else read_expression(test)
    if node is None:
        return f"{reads}: {test}" if reads else test
    return _Words(model).of(node)


def expression_text(text: str, model: ModelAnswer) -> str:
    """A computed value in words, or as the file has it."""
    node = read_expression(text)
    return text if node is None else _Words(model).of(node)


class _Words:
    def __init__(self, model: ModelAnswer) -> None:
        self._model = model

    def of(self, node: Node, unit: Descriptor | None = None) -> str:
        """`unit`: the fact to which a constant is compared."""
        match node:
            case Name(name):
                label = name.split(".")[-1].replace("_", " ")
                if is_fact(name):
                    label = described(name, self._model).label
                return _("“{name}”", name=label)
            case Constant(value):
                return self._constant(value, unit)
            case Span():
                return self._span(node, unit)
            case Part(sign, of):
                return self._part(sign, of, unit)

    def _constant(
        self, value: str | float | bool | None, unit: Descriptor | None
    ) -> str:
        if value is None:
            return _("missing")
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, str):
            return word_of(unit.name, value, unit) if unit else value
        if unit and unit.unit in EXACT:
            return EXACT[unit.unit](value)
        if unit and unit.unit in UNITS:
            return value_text(value, unit)
        # Years are no number with a sign between thousands.
        dated = unit is not None and unit.name in FACTS and unit.unit == "none"
        return f"{value:g}" if dated else exact(value)

    def _part(self, sign: str, of: Sequence[Node], unit: Descriptor | None) -> str:
        if sign in COMPARE:
            return self._compared(sign, *of)
        if sign in ("in", "not in"):
            return self._among(sign == "in", *of)
        if sign in ("and", "or"):
            word = _(" and ") if sign == "and" else _(" or ")
            return word.join(self._within(one, ("and", "or")) for one in of)
        if sign == "not":
            return _("not ({condition})", condition=self.of(of[0]))
        if sign == "??":
            told, *defaults = (self.of(one, self._fact(of[0])) for one in of)
            for default in defaults:
                told = _("{value} (if missing: {default})", value=told, default=default)
            return told
        if sign == "list":
            return ", ".join(self.of(one, unit) for one in of)
        if sign == "call":
            name, *inputs = of
            called = name.name if isinstance(name, Name) else ""
            return f"{called}({'; '.join(self.of(one) for one in inputs)})"
        if sign == "minus":
            return f"−{self._within(of[0], (*SUMS, *PRODUCTS))}"
        looser = SUMS if sign in PRODUCTS else ()
        left = self._within(of[0], (*looser, "??"))
        right = self._within(
            of[1], (*looser, "??", *((sign,) if sign in "-/%" else ()))
        )
        return f"{left} {SIGNS.get(sign, sign)} {right}"

    def _within(self, node: Node, looser: Sequence[str]) -> str:
        text = self.of(node)
        bracketed = isinstance(node, Part) and node.sign in looser
        return f"({text})" if bracketed else text

    def _compared(self, sign: str, left: Node, right: Node) -> str:
        if right == Constant(None) and sign in NULL:
            return _(NULL[sign], left=self.of(left))
        fact = self._fact(left) or self._fact(right)
        since = right.value if isinstance(right, Constant) else None
        if fact and fact.role == BIRTH and isinstance(since, float) and since < 0:
            # Days since birth are counted backwards.
            turned = COMPARED[TURNED.get(sign, sign)]
            return _(turned, left=self.of(left), right=years(-since))
        return _(COMPARED[sign], left=self.of(left, fact), right=self.of(right, fact))

    def _among(self, inside: bool, left: Node, right: Node) -> str:
        if isinstance(right, Span):
            signs = (">=", ">") if inside else ("<", "<=")
            low = self._compared(signs[not right.with_low], left, right.low)
            signs = ("<=", "<") if inside else (">", ">=")
            high = self._compared(signs[not right.with_high], left, right.high)
            return (_(" and ") if inside else _(" or ")).join((low, high))
        values = self.of(right, self._fact(left))
        if inside:
            return _("{left} is one of: {values}", left=self.of(left), values=values)
        return _("{left} is none of: {values}", left=self.of(left), values=values)

    def _span(self, node: Span, unit: Descriptor | None) -> str:
        low, high = self.of(node.low, unit), self.of(node.high, unit)
        return _("from {low} to {high}", low=low, high=high)

    def _fact(self, node: Node) -> Descriptor | None:
        """The one whose unit a constant beside it has."""
        if isinstance(node, Part) and node.sign == "??":
            return self._fact(node.of[0])
        if isinstance(node, Name) and is_fact(node.name):
            return described(node.name, self._model)
        return None
