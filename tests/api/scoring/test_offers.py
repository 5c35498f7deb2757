"""What a loan costs: against the examples that the directives work out."""

from __future__ import annotations

import pytest

from api.scoring.offers import (
    annual_percentage_rate,
    annuity,
    monthly,
    offer,
    yearly_rate,
)


@pytest.mark.parametrize(
    ("drawn", "repaid", "rate"),
    [
        # Directive 98/7/EC, Annex II: the first to the fourth example, in years.
        (1000, [(1.5, 1200)], 0.1292),
        (950, [(1.5, 1200)], 0.1685),
        (1000, [(1, 600), (2, 600)], 0.1307),
        (1000, [(0.25, 272), (0.5, 272), (1, 544)], 0.1319),
    ],
)
def test_the_apr_is_that_of_the_directives_examples(
    drawn: float, repaid: list[tuple[float, float]], rate: float
) -> None:
    found = annual_percentage_rate([(0, drawn)], repaid)
    assert found is not None
    assert round(found, 4) == rate


def test_the_apr_of_a_loan_that_is_drawn_in_parts() -> None:
    drawn, repaid = [(0.0, 500.0), (0.5, 500.0)], [(1.0, 1100.0)]
    found = annual_percentage_rate(drawn, repaid)
    assert found is not None
    growth = 1 + found
    assert 500 / growth**0 + 500 / growth**0.5 == pytest.approx(1100 / growth)


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.19, 1.59, 9.9])
@pytest.mark.parametrize("number", [1, 6, 60, 600])
def test_a_rate_is_found_again_from_its_instalment(rate: float, number: int) -> None:
    instalment = annuity(601_470, rate, number)
    assert yearly_rate(601_470, instalment, number) == pytest.approx(rate, abs=1e-9)
    apr = annual_percentage_rate([(0, 601_470)], monthly(number, instalment))
    assert apr == pytest.approx((1 + rate / 12) ** 12 - 1, abs=1e-9)


def test_what_a_borrower_is_told() -> None:
    """1,000 over 12 months at 12 %: 88.85 a month."""
    told = offer(1000.0, 12, 88.85, 200.0, 0.12)
    assert (told.total, told.cost) == (1066.2, 66.2)
    assert told.apr == pytest.approx(1.01**12 - 1, abs=1e-4)


def test_what_cannot_be_known_is_not_told() -> None:
    unknown = offer(1000.0, None, 88.85, None, None)
    assert (unknown.total, unknown.cost, unknown.apr) == (None, None, None)
    # Nobody repays a thousandth; a rate of that would be nonsense.
    assert yearly_rate(1000, 1e12, 1) is None


def test_less_repaid_than_lent_is_a_negative_rate() -> None:
    found = yearly_rate(1000, 80, 12)
    assert found is not None
    assert found < 0
    assert annuity(1000, found, 12) == pytest.approx(80)
