"""The price of the loan: its term, and what follows from it.

The application gives the loan's amount and its regular repayment, not over how many
months it runs. `loan_terms.json` is a decision tree that tells the term of a cash loan
from its ratios and amount; `learn_terms` says how it was learnt. From the term follow
the interest and the insurance, which say how risky the lender's price list takes the
loan to be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import narwhals as nw

from training.features.arithmetic import ratio, yearly_rate
from training.features.define import Feature
from training.language import Labels, _
from training.tables.schema import Unit

TABLE = Path(__file__).with_name("loan_terms.json")
CREDIT, ANNUITY = nw.col("AMT_CREDIT"), nw.col("AMT_ANNUITY")
GOODS, INCOME = nw.col("AMT_GOODS_PRICE"), nw.col("AMT_INCOME_TOTAL")
RATIOS = {
    "CREDIT_TO_ANNUITY": ratio(CREDIT, ANNUITY),
    "CREDIT_TO_GOODS": ratio(CREDIT, GOODS),
}
# What the tree splits on.
SPLITS = [*RATIOS, "AMT_CREDIT"]
TERM = "LOAN_TERM"
GROUP = "LOAN_TERMS"


def with_term(application: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The same rows with LOAN_TERM, in months; missing unless it is a cash loan."""
    cash = nw.col("NAME_CONTRACT_TYPE") == "Cash loans"
    for value in RATIOS.values():
        cash = cash & (value > 0)
    ratios = {f"_{name}": value for name, value in RATIOS.items()}
    term = _term(json.loads(TABLE.read_text()))
    return (
        application.with_columns(**ratios)
        .with_columns(nw.when(cash).then(term).alias(TERM))
        .drop(*ratios)
    )


def _term(node: Any) -> nw.Expr:
    """The tree as nested conditions; see `learn_terms.nested`."""
    if isinstance(node, int):
        return nw.lit(float(node))
    column, threshold, below, above = node
    value = nw.col(f"_{column}" if column in RATIOS else column)
    return nw.when(value <= threshold).then(_term(below)).otherwise(_term(above))


def _feature(
    name: str, value: nw.Expr, unit: Unit, labels: Labels, formula: str
) -> Feature:
    return Feature(f"LOAN_{name}", value, "application", GROUP, unit, labels, formula)


def features() -> list[Feature]:
    """Term, interest and insurance of a cash loan, of rows that have LOAN_TERM."""
    term = nw.col(TERM)
    interest = term * ANNUITY - CREDIT
    return [
        _feature(
            "TERM",
            term,
            Unit.MONTHS,
            _("Length of the loan, as its price tells it"),
            "decision tree over AMT_CREDIT, AMT_CREDIT / AMT_ANNUITY and"
            " AMT_CREDIT / AMT_GOODS_PRICE",
        ),
        _feature(
            "RATE",
            yearly_rate(ratio(ANNUITY, CREDIT), term),
            Unit.SHARE,
            _("Yearly interest rate of the loan"),
            "yearly rate at which LOAN_TERM payments of AMT_ANNUITY repay AMT_CREDIT",
        ),
        _feature(
            "INTEREST",
            ratio(interest, CREDIT),
            Unit.SHARE,
            _("Interest over the whole loan, part of its amount"),
            "(LOAN_TERM * AMT_ANNUITY - AMT_CREDIT) / AMT_CREDIT",
        ),
        _feature(
            "INSURANCE",
            ratio(RATIOS["CREDIT_TO_GOODS"] - 1, term),
            Unit.SHARE,
            _("Insurance for each month, part of the price of the goods"),
            "(AMT_CREDIT / AMT_GOODS_PRICE - 1) / LOAN_TERM",
        ),
        _feature(
            "INTEREST_TO_INCOME",
            ratio(interest, INCOME),
            Unit.SHARE,
            _("Interest over the whole loan over income"),
            "(LOAN_TERM * AMT_ANNUITY - AMT_CREDIT) / AMT_INCOME_TOTAL",
        ),
    ]
