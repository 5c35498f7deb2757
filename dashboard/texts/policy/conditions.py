"""The conditions of a rule in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from api_client.answers import Condition, ModelAnswer
from api_client.meaning import Descriptor
from session.language import _, mark
from texts.formats import BIRTH, days, exact, exact_percent, years
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
from texts.policy.facts import fact_of, told

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
# Of these units a constant is told with its unit, of some more exactly than a value is.
EXACT: Mapping[str, Callable[[float], str]] = {
    "share": exact_percent,
    "days": days,
    "exact_days": days,
}
ROUND = {*EXACT, "currency", "flag", "hour", "months", "year", "years"}
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
                known = fact_of(name, self._model)
                label = known.label if known else name.split(".")[-1].replace("_", " ")
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
        if isinstance(value, float) and (unit is None or unit.unit not in ROUND):
            return exact(value)
        if isinstance(value, float) and unit and unit.unit in EXACT:
            return EXACT[unit.unit](value)
        return told(value, unit or Descriptor("", ""))

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
            return _(", or where that is missing ").join(self.of(one) for one in of)
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
        return fact_of(node.name, self._model) if isinstance(node, Name) else None
