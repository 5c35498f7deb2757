"""A loan's terms: what an application asks for, and what others would come to.

Columns are found by their roles, whatever a lender calls them. A number of instalments
that the application does not carry is estimated once, of the application as it was
made, and held in every what-if.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from api.bundle.likely_terms import Measure
from api.errors import FieldError, invalid
from api.features.columns import Row
from api.features.online import Revision
from api.schemas.answers import Estimated, Offer
from api.schemas.layout import AMOUNT, GOODS_PRICE, INSTALMENT, INSTALMENTS, PRODUCT
from api.schemas.requests import MOST_INSTALMENTS, Terms
from api.scoring.offers import annuity, offer, yearly_rate
from api.store.people.clients import Client

if TYPE_CHECKING:
    from api.scoring.champion import Champion

# The term that moves the column of a role.
_MOVES = {
    AMOUNT: "amount",
    INSTALMENT: "yearly_rate",
    GOODS_PRICE: "down_payment",
    INSTALMENTS: "instalments",
}
_OVER: dict[Measure, str] = {"over_instalment": INSTALMENT, "over_price": GOODS_PRICE}
CENT = 0.01


@dataclass(frozen=True)
class Loan:
    """A loan as its application asks for it; None is what that does not say."""

    application: Row
    asked: Offer
    instalments: int | None
    price: float | None
    product: str | None

    @property
    def markup(self) -> float:
        """The amount over what it pays for, where insurance or fees come on top."""
        return max(1.0, self.asked.amount / self.price) if self.price else 1.0


@dataclass(frozen=True)
class Moved:
    """A loan on other terms, and the columns that change for it."""

    changes: Row
    amount: float
    instalments: int | None
    instalment: float | None
    price: float | None
    yearly_rate: float | None
    estimated: Sequence[Estimated]
    as_likely: Sequence[int]

    def offer(self) -> Offer:
        return offer(
            self.amount,
            self.instalments,
            self.instalment,
            _down_payment(self.amount, self.price),
            self.yearly_rate,
            self.estimated,
            self.as_likely,
        )


def loan_of(
    champion: Champion, client: Client, application: Row, rates: bool = True
) -> Loan | None:
    """The loan of a client's application, which may be changed; None without amount.

    Its rate follows from its amounts, and is the lender's where it has no instalment.
    Without `rates`, which take half a millisecond, those that follow are left out.
    """
    amount = _number(champion, application, AMOUNT)
    if amount is None:
        return None
    held = held_instalments(champion, client, application)
    carried = _whole(_number(champion, application, INSTALMENTS))
    instalments = carried if held is None else held
    instalment = _number(champion, application, INSTALMENT)
    price = _number(champion, application, GOODS_PRICE)
    column = champion.loan.get(PRODUCT)
    product = None if column is None else application.get(column.name)
    rate, guessed = None, held is not None or instalment is None
    if instalments is not None and instalment is not None:
        rate = yearly_rate(amount, instalment, instalments) if rates else None
    elif instalments is not None and champion.prices is not None:
        rate = champion.prices.yearly_rate(product, amount, instalments)
        instalment = _instalment(champion, amount, rate, instalments)
    asked = offer(
        amount,
        instalments,
        instalment,
        _down_payment(amount, price),
        rate,
        _estimated(held is not None, guessed and rate is not None),
        () if held is None else _as_likely(champion, client.application, held),
        rates,
    )
    return Loan(application, asked, instalments, price, product)


def revised(champion: Champion, client: Client, changes: Row) -> Revision:
    """A client's application with some values changed, and its term held."""
    application = {**client.application, **changes}
    held = held_instalments(champion, client, application)
    if held is not None:
        name = champion.loan[INSTALMENTS].name
        application[name] = _of_column(champion, INSTALMENTS, held)
    return Revision(application, client.history, client.features, frozenset(changes))


def held_instalments(
    champion: Champion, client: Client, application: Row
) -> int | None:
    """What was estimated of the client's own application, where nothing is carried.

    A loan of another product has other terms.
    """
    column, product = champion.loan.get(INSTALMENTS), champion.loan.get(PRODUCT)
    if column is None or column.estimate is None:
        return None
    if application.get(column.name) is not None or client.vectors is None:
        return None
    if product and application.get(product.name) != client.application.get(
        product.name
    ):
        return None
    return _whole(float(client.features[champion.places[column.estimate]]))


def on_terms(champion: Champion, loan: Loan, terms: Terms, path: str = "") -> Moved:
    """The loan on these terms; raises Problem 422 under `path`."""
    path, asked = f"{path}/terms", loan.asked
    amount, price = _amount_and_price(champion, loan, terms, path)
    instalments = terms.instalments or loan.instalments
    rate = _rate(champion, loan, terms, amount, path)
    instalment = _instalment(champion, amount, rate, instalments)
    guessed = terms.instalments is None and "instalments" in asked.estimated
    rate_guessed = False
    if instalment is None:
        rate, instalment = asked.yearly_rate, asked.instalment
        rate_guessed = "yearly_rate" in asked.estimated
        if instalment is not None and amount != asked.amount:
            scaled = instalment * amount / asked.amount
            instalment = _money(champion, INSTALMENT, scaled)
    values = {
        AMOUNT: amount,
        INSTALMENT: instalment,
        GOODS_PRICE: price,
        INSTALMENTS: terms.instalments,
    }
    return Moved(
        _changes(champion, loan, values, path),
        amount,
        instalments,
        instalment,
        price,
        rate,
        _estimated(guessed, rate_guessed),
        asked.as_likely if guessed else (),
    )


def _amount_and_price(
    champion: Champion, loan: Loan, terms: Terms, path: str
) -> tuple[float, float | None]:
    """The amount of the loan and the price of the goods.

    A down payment leaves the price as it is, and an amount the part of it that is
    financed; both together make the price.
    """
    price, asked = loan.price, loan.asked
    paid = None if terms.down_payment == asked.down_payment else terms.down_payment
    if paid is not None and price is None:
        detail = "cannot be: the application has no price, a part of which is paid down"
        _refuse(f"{path}/down_payment", detail)
    if paid is None or price is None:
        if terms.amount in (None, asked.amount):
            return asked.amount, price
        amount = _money(champion, AMOUNT, terms.amount)
        if price is not None:
            price = _money(champion, GOODS_PRICE, price * amount / asked.amount)
        return amount, price
    if terms.amount is not None:
        amount = _money(champion, AMOUNT, terms.amount)
        return amount, _money(champion, GOODS_PRICE, amount / loan.markup + paid)
    if paid >= price:
        detail = f"must be below the price of the goods, {price:.2f}"
        _refuse(f"{path}/down_payment", detail)
    return _money(champion, AMOUNT, (price - paid) * loan.markup), price


def _rate(
    champion: Champion, loan: Loan, terms: Terms, amount: float, path: str
) -> float | None:
    """The rate given, else the lender's; None: as it is in the application."""
    instalments, prices = terms.instalments or loan.instalments, champion.prices
    if terms.yearly_rate is not None and instalments is None:
        detail = "needs `instalments`: the application does not say how many"
        _refuse(f"{path}/yearly_rate", detail)
    if terms.yearly_rate is not None:
        return terms.yearly_rate
    if (amount, instalments) == (loan.asked.amount, loan.instalments):
        return None
    if prices is None and instalments != loan.instalments:
        detail = "needs a `yearly_rate`: the lender's prices are not known here"
        _refuse(f"{path}/instalments", detail)
    if prices is None or instalments is None:
        return None
    rate = prices.yearly_rate(loan.product, amount, instalments)
    if rate is None:
        which = "amount" if terms.instalments is None else "instalments"
        detail = f"{amount:.2f} over {instalments} instalments is not among the prices"
        _refuse(f"{path}/{which}", f"{detail} of the lender")
    return rate


def _instalment(
    champion: Champion, amount: float, rate: float | None, instalments: int | None
) -> float | None:
    if rate is None or instalments is None:
        return None
    return _money(champion, INSTALMENT, annuity(amount, rate, instalments))


def _down_payment(amount: float, price: float | None) -> float | None:
    return None if price is None else max(0.0, round(price - amount, 2))


def _changes(
    champion: Champion, loan: Loan, values: Mapping[str, float | None], path: str
) -> Row:
    """By column, what is not as it was; raises Problem where that cannot be."""
    changes: dict[str, Any] = {}
    errors = []
    for role, value in values.items():
        column = champion.loan.get(role)
        if column is None or value is None:
            continue
        if column.bounds and not column.bounds[0] <= value <= column.bounds[1]:
            low, high = column.bounds
            detail = f"{column.labels.en} would be {value:.2f}, must be between"
            where = f"{path}/{_MOVES[role]}"
            errors.append(FieldError(where, f"{detail} {low:g} and {high:g}"))
        if value != loan.application.get(column.name):
            changes[column.name] = _of_column(champion, role, value)
    if errors:
        raise invalid(errors)
    return changes


def _money(champion: Champion, role: str, value: float) -> float:
    """To the cent, or to what a column of whole numbers holds."""
    column = champion.loan.get(role)
    whole = column is not None and column.type == "integer"
    return float(round(value)) if whole else round(value, 2)


def _of_column(champion: Champion, role: str, value: float) -> float:
    return int(value) if champion.loan[role].type == "integer" else float(value)


def _number(champion: Champion, application: Row, role: str) -> float | None:
    """A cent or more, or None: of less nothing can be worked out."""
    column = champion.loan.get(role)
    value = application.get(column.name) if column else None
    return float(value) if value and value >= CENT else None


def _whole(number: float | None) -> int | None:
    """A number of instalments, where it is one."""
    if number is None or not 1 <= number <= MOST_INSTALMENTS:
        return None
    return int(number) if number == int(number) else None


def _as_likely(champion: Champion, application: Row, held: int) -> list[int]:
    amount = _number(champion, application, AMOUNT)
    if champion.likely_terms is None or amount is None:
        return []
    measures: dict[Measure, float] = {"amount": amount}
    for measure, role in _OVER.items():
        if (under := _number(champion, application, role)) is not None:
            measures[measure] = amount / under
    return [n for n in champion.likely_terms.of(measures) if n != held]


def _estimated(instalments: bool, rate: bool) -> list[Estimated]:
    names: dict[Estimated, bool] = {"instalments": instalments, "yearly_rate": rate}
    return [name for name, guessed in names.items() if guessed]


def _refuse(path: str, detail: str) -> NoReturn:
    raise invalid([FieldError(path, detail)])
