"""The terms of a loan: which can be moved and how far, as typed, as a schedule."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from api_client.answers import ClientAnswer, ModelAnswer, Offer
from session.language import _, mark
from texts.formats import amount, bare_amount, currency, currency_sign, decimal

AMOUNT, INSTALMENTS, DOWN_PAYMENT = "amount", "instalments", "down_payment"
# Those that can be talked about, in this order.
TERMS = {
    AMOUNT: mark("Loan amount"),
    INSTALMENTS: mark("Number of instalments"),
    DOWN_PAYMENT: mark("Down payment"),
}
# The role of the column that holds it.
GOODS_PRICE = "goods_price"
STEPS = 100
_NUMBER = re.compile(
    r"([0-9]+|[1-9][0-9]{0,2}([ ,.'’])[0-9]{3}(?:\2[0-9]{3})*)"
    r"(?:(?!\2)[,.]([0-9]{1,2}))?"
)
_MINUS = ("-", "\u2212")
_ANY_DECIMALS = re.compile(_NUMBER.pattern.replace("{1,2}", "+"))


@dataclass(frozen=True)
class Term:
    """One that can be moved, from `lowest` to `highest`; `asked` is the client's."""

    name: str
    asked: float
    lowest: float
    highest: float

    def told(self, value: float) -> str:
        return decimal(value, 0) if self.name == INSTALMENTS else amount(value)

    def typed(self, value: float) -> str:
        """As it stands in the field to type in."""
        return bare_amount(value)

    def steps(self, value: float) -> tuple[float, ...]:
        """Round values from the lowest to the highest, the present ones among them."""
        step = nice((self.highest - self.lowest) / STEPS)
        first, last = math.ceil(self.lowest / step), math.floor(self.highest / step)
        rounds = (float(number * step) for number in range(first, last + 1))
        return tuple(sorted({self.asked, value, *rounds}))

    def read(self, text: str) -> float | None:
        """What was typed; an empty field is what was asked for, None is no value."""
        if not text.strip():
            return self.asked
        value = read_number(text)
        if value is None or (self.name == INSTALMENTS and not value.is_integer()):
            return None
        inside = self.lowest <= value <= self.highest or value == self.asked
        return value if inside else None

    def refusal(self, text: str) -> str:
        """Why `read` could not take it, in one sentence."""
        values = {
            "text": text.strip(),
            "low": self.told(self.lowest),
            "high": self.told(self.highest),
        }
        if self.name == INSTALMENTS:
            return _("“{text}” is no whole number from {low} to {high}.", **values)
        example = bare_amount(self.lowest + 0.5)
        return _(
            "“{text}” is no amount from {low} to {high}, such as {example}.",
            example=example,
            **values,
        )


@dataclass(frozen=True)
class Payment:
    """One month of a schedule; `left` is owed after it."""

    month: int
    instalment: float
    interest: float
    capital: float
    left: float


def movable(client: ClientAnswer, model: ModelAnswer) -> tuple[Term, ...]:
    """The terms that this client's loan has and that may be moved, to what it can be.

    A slider needs two places: what rounds to one alone cannot be moved.
    """
    asked = client.terms
    if asked is None:
        return ()
    whole = {AMOUNT: asked.amount, DOWN_PAYMENT: _goods_price(client, model)}
    limits = {limit.name: limit for limit in model.negotiable}
    # The role of the column that holds a term is the term's own name.
    most = {
        column.role: column.bounds[1]
        for column in model.columns.values()
        if column.bounds is not None
    }
    terms = []
    for name in TERMS:
        limit, value = limits.get(name), getattr(asked, name)
        if limit is not None and value is not None:
            part = whole.get(name, 1.0) if limit.relative else 1.0
            highest = min(limit.highest * part, most.get(name, math.inf))
            low, high = math.ceil(limit.lowest * part), math.floor(highest)
            terms.append(Term(name, float(value), float(low), float(high)))
    return tuple(term for term in terms if len(term.steps(term.asked)) > 1)


def _goods_price(client: ClientAnswer, model: ModelAnswer) -> float:
    """0 where the application gives none."""
    values = [
        fact.value
        for fact in client.application
        if model.column(fact.name).role == GOODS_PRICE
    ]
    return float(values[0]) if values and isinstance(values[0], int | float) else 0.0


def read_number(text: str, fine: bool = False) -> float | None:
    """A number as people type it: 12 500,50; 12,500.50; €12'500; None for another text.

    A sign before three digits parts thousands, before one or two it is the decimal one.
    `fine`: one below zero, or with more decimals, is one too: -3; 0.5029.
    """
    bare = re.sub(r"\s", " ", text).upper().strip()
    for sign in (currency(), currency_sign().upper()):
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    below = fine and bare[:1] in _MINUS
    match = _NUMBER.fullmatch(bare[below:])
    if match is None and fine:
        match = _ANY_DECIMALS.fullmatch(bare[below:])
    if match is None:
        return None
    number = float(f"{re.sub('[^0-9]', '', match[1])}.{match[3] or 0}")
    return -number if below else number


def schedule(offer: Offer) -> list[Payment]:
    """Month by month, in cents; the last instalment evens them out.

    Empty where instalments, rate or number of instalments are not known.
    """
    number, rate, instalment = offer.instalments, offer.yearly_rate, offer.instalment
    if number is None or rate is None or instalment is None or number % 1:
        return []
    left, payments = offer.amount, []
    for month in range(1, int(number) + 1):
        interest = round(left * rate / 12, 2)
        paid = instalment if month < number else left + interest
        left = round(left + interest - paid, 2)
        capital = round(paid - interest, 2)
        payments.append(Payment(month, round(paid, 2), interest, capital, left))
    return payments


def nice(step: float) -> float:
    """The next step of 1, 2, 5, 10, 20, 50 … at or above `step`."""
    power = 10.0 ** math.floor(math.log10(max(step, 1)))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= max(step, 1))
