"""A loan's terms, of any lender's columns, and what other terms change of them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.bundle.likely_terms import LikelyTerms, read_likely_terms
from api.errors import BundleError, ConfigurationError, Problem
from api.schemas.answers import Labels
from api.schemas.model import Column
from api.schemas.prices import Prices, read_prices
from api.schemas.requests import Terms
from api.scoring.offer_grid import usual_amounts
from api.scoring.offers import annuity
from api.scoring.terms import loan_of, on_terms, revised
from api.store.people.clients import Client, Vectors

PRICES = {
    "fewest": 6,
    "most": 48,
    "rates": [
        {"product": "Cash", "amount_up_to": 5000, "yearly_rate": 0.24},
        {"product": "Cash", "instalments_up_to": 24, "yearly_rate": 0.12},
    ],
}


def column(name: str, role: str, **more: Any) -> Column:
    return Column(
        **{"name": name, "type": "number", "unit": "none", "nullable": True, **more},
        labels=Labels(en=name, fr=name),
        meaning="…",
        role=role,
    )


COLUMNS = {
    "amount": column("SUM", "amount", bounds=(0, 1e6)),
    "instalment": column("RATE", "instalment"),
    "goods_price": column("PRICE", "goods_price"),
    "instalments": column("TIMES", "instalments", type="integer", estimate="GUESS"),
    "product": column("KIND", "product", type="category"),
}


@dataclass(frozen=True)
class Model:
    """What of a champion terms are made with."""

    loan: dict[str, Column] = field(default_factory=lambda: COLUMNS)
    prices: Prices | None = None
    likely_terms: LikelyTerms | None = None
    negotiable: tuple[Any, ...] = ()
    places: dict[str, int] = field(default_factory=lambda: {"GUESS": 0})


def client(guess: float = 24, **application: Any) -> Client:
    row = {"SUM": 12_000.0, "RATE": 600.0, "PRICE": 10_000.0, "TIMES": None}
    vectors = np.zeros(1, np.float32), np.array([guess], np.float32)
    own = {**row, "KIND": "Cash", **application}
    return Client(1, 1, 1, own, Vectors(*vectors), "", "")


def moved(model: Model, who: Client, **terms: Any) -> Any:
    loan = loan_of(model, who, who.application)  # type: ignore[arg-type]
    assert loan is not None
    return on_terms(model, loan, Terms(**terms))  # type: ignore[arg-type]


def refusal(model: Model, who: Client, **terms: Any) -> tuple[str, str]:
    with pytest.raises(Problem) as problem:
        moved(model, who, **terms)
    (error,) = problem.value.errors
    return error.path, error.detail


def asked(model: Model, who: Client) -> Any:
    loan = loan_of(model, who, who.application)  # type: ignore[arg-type]
    assert loan is not None
    return loan.asked


def test_a_loan_is_as_its_application_says() -> None:
    told = asked(Model(), client(TIMES=24, PRICE=15_000.0))
    assert (told.instalments, told.total, told.cost) == (24, 14_400, 2_400)
    assert told.down_payment == 3_000
    assert annuity(12_000, told.yearly_rate, 24) == pytest.approx(600)
    assert (told.estimated, told.as_likely) == ([], [])


@pytest.mark.parametrize("amount", [-5.0, 0.0, 5e-324, 0.0099])
def test_less_than_a_cent_is_no_amount_asked_for(amount: float) -> None:
    who = client(SUM=amount)
    assert loan_of(Model(), who, who.application) is None  # type: ignore[arg-type]
    assert asked(Model(), client(PRICE=amount)).down_payment is None


@pytest.mark.parametrize("amount", [0.01, 0.5, 3.0, 1e12, 1e15])
def test_some_amounts_are_offered_around_any_that_is_asked_for(amount: float) -> None:
    told = asked(Model(), client(SUM=amount))
    assert (told.amount, told.total) == (amount, 14_400)
    offered = usual_amounts(Model(), amount)  # type: ignore[arg-type]
    assert amount in offered and len(offered) <= 12
    assert 0 < offered[0] <= offered[-1] <= 1.2 * amount + 0.01


def test_a_number_that_is_not_carried_is_an_estimate() -> None:
    tree = {"of": "over_instalment", "at": 20, "below": [24, 30], "above": [36]}
    likely = read_likely_terms(tree)
    told = asked(Model(likely_terms=likely), client())
    assert (told.instalments, told.as_likely) == (24, [30])
    assert told.estimated == ["instalments", "yearly_rate"]
    unknown = asked(Model(likely_terms=likely), client(guess=math.nan))
    assert (unknown.instalments, unknown.yearly_rate, unknown.apr) == (None,) * 3
    assert unknown.estimated == unknown.as_likely == []


def test_an_altered_tree_of_terms_is_refused() -> None:
    unknown = {"of": "age", "at": 1, "below": [], "above": []}
    for bad in (unknown, ["a"], [0], [601]):
        with pytest.raises(BundleError, match=r"instalments\.json"):
            read_likely_terms(bad)


def test_a_what_if_holds_the_term_that_was_estimated() -> None:
    def held(who: Client, **changes: Any) -> Any:
        return revised(Model(), who, changes).application["TIMES"]  # type: ignore[arg-type]

    assert held(client(), SUM=9_000.0) == 24
    assert held(client(TIMES=12), SUM=9_000.0) == 12
    assert held(client(), TIMES=36) == 36
    # Of another kind of loan nothing was estimated.
    assert held(client(), KIND="Card") is None
    assert held(client(guess=math.nan), SUM=9_000.0) is None


def test_what_is_as_it_was_changes_nothing() -> None:
    for prices in (None, Prices.model_validate(PRICES, strict=False)):
        model = Model(prices=prices)
        for terms in ({"amount": 12_000.0}, {"down_payment": 0.0}):
            assert moved(model, client(), **terms).changes == {}


def test_an_amount_takes_the_price_along_and_keeps_credit_over_instalment() -> None:
    found = moved(Model(), client(), amount=6_000.0)
    assert found.changes == {"SUM": 6_000, "RATE": 300, "PRICE": 5_000}
    told = found.offer()
    assert told.yearly_rate == asked(Model(), client()).yearly_rate
    assert (told.instalments, told.estimated) == (24, ["instalments", "yearly_rate"])


def test_a_down_payment_leaves_the_price_and_keeps_what_comes_on_top() -> None:
    """Of 10,000 are financed 12,000; of the 8,000 that are left, 9,600."""
    found = moved(Model(), client(), down_payment=2_000.0)
    assert found.changes == {"SUM": 9_600, "RATE": 480}
    # Nothing on top: 9,000 of 10,000, and 1,000 paid down.
    found = moved(Model(), client(SUM=9_000.0), down_payment=2_500.0)
    assert found.changes == {"SUM": 7_500, "RATE": 500}


def test_amount_and_down_payment_make_the_price() -> None:
    found = moved(Model(), client(), amount=6_000.0, down_payment=1_000.0)
    assert found.changes == {"SUM": 6_000, "RATE": 300, "PRICE": 6_000}


def test_the_lenders_price_makes_the_instalment() -> None:
    model = Model(prices=Prices.model_validate(PRICES, strict=False))
    found = moved(model, client(), instalments=12)
    assert found.changes == {"RATE": 1066.19, "TIMES": 12}
    assert (found.yearly_rate, found.offer().estimated) == (0.12, [])
    # What is held stays an estimate, not its price.
    smaller = moved(model, client(), amount=4_000.0)
    assert smaller.changes["RATE"] == round(annuity(4_000, 0.24, 24), 2)
    assert smaller.offer().estimated == ["instalments"]
    where, why = refusal(model, client(), instalments=48)
    assert where == "/terms/instalments" and "48" in why


def test_a_rate_that_is_given_counts_without_prices() -> None:
    found = moved(Model(), client(), instalments=36, yearly_rate=0.0)
    assert found.changes == {"RATE": 333.33, "TIMES": 36}
    assert found.offer().cost == -0.12
    where, why = refusal(Model(), client(), instalments=36)
    assert where == "/terms/instalments" and "yearly_rate" in why
    where, _ = refusal(Model(), client(guess=math.nan), yearly_rate=0.1)
    assert where == "/terms/yearly_rate"


def test_another_lender_has_what_its_columns_hold() -> None:
    """An amount and a number, in whole numbers; the price makes the instalment."""
    whole = column("BETRAG", "amount", type="integer", bounds=(1, 50_000))
    months = column("MONATE", "instalments", type="integer")
    model = Model({"amount": whole, "instalments": months})
    who = client(BETRAG=4_000, MONATE=24)
    assert asked(model, who).instalment is None
    assert moved(model, who, amount=3_000.4).changes == {"BETRAG": 3_000}
    assert refusal(model, who, amount=60_000.0)[0] == "/terms/amount"
    assert refusal(model, who, down_payment=1.0)[0] == "/terms/down_payment"
    rates = {"fewest": 1, "most": 60, "rates": [{"yearly_rate": 0.24}]}
    priced = Model(model.loan, Prices.model_validate(rates, strict=False))
    told = asked(priced, who)
    assert told.instalment == round(annuity(4_000, 0.24, 24), 2)
    assert told.estimated == ["yearly_rate"]


def test_a_down_payment_is_below_the_price() -> None:
    where, why = refusal(Model(), client(), down_payment=10_000.0)
    assert where == "/terms/down_payment" and "10000.00" in why


def test_every_fault_of_a_price_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(PRICES))
    assert read_prices(path).yearly_rate("Cash", 5_000, 24) == 0.24
    assert read_prices(path).yearly_rate("Card", 5_000, 24) is None
    assert read_prices(path).yearly_rate("Cash", 5_000, 5) is None
    wrong = {"fewest": 0, "most": 60, "rates": [{"yearly_rate": "12"}], "x": 1}
    path.write_text(json.dumps(wrong))
    with pytest.raises(ConfigurationError) as error:
        read_prices(path)
    for named in ("SCORING_PRICES", "fewest", "rates.0.yearly_rate", "x: is not known"):
        assert named in error.value.message
    for text in ("{", json.dumps({**PRICES, "most": 5})):
        path.write_text(text)
        with pytest.raises(ConfigurationError):
            read_prices(path)
    with pytest.raises(ConfigurationError, match="No such file"):
        read_prices(tmp_path / "none.json")
