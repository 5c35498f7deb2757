"""The price of the loan: its term, and what follows from it.

An application may carry its number of instalments; Home Credit's do not: they give the
loan's amount and its regular repayment, not over how many months it runs.
`loan_terms.json` is a decision tree that estimates the term of a cash loan from its
ratios and amount; `learn_terms` says how it was learnt. From the term follow the
interest and the insurance, which say how risky the lender's price list takes the loan
to be.
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
# What the tree splits on, and what that is of any loan.
SPLITS = [*RATIOS, "AMT_CREDIT"]
TOLD = dict(zip(SPLITS, ("over_instalment", "over_price", "amount"), strict=True))
# A leaf has terms and their shares, the likeliest first: see `learn_terms.nested`.
Node = Any
# The term as a feature, and the column of an application that carries it.
TERM, CARRIED = "LOAN_TERM", "CNT_PAYMENT"
# From this part of the best one's share on, a term fits nearly as well.
NEARLY = 0.5
GROUP = "LOAN_TERMS"


def with_term(application: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The same rows with LOAN_TERM, in months: as carried, else estimated.

    Nothing is estimated of what is no cash loan.
    """
    cash = nw.col("NAME_CONTRACT_TYPE") == "Cash loans"
    for value in RATIOS.values():
        cash = cash & (value > 0)
    ratios = {f"_{name}": value for name, value in RATIOS.items()}
    estimate = nw.when(cash).then(_term(_merged(_tree())))
    carried = nw.col(CARRIED)
    term = nw.when(carried > 0).then(carried.cast(nw.Float64)).otherwise(estimate)
    return (
        application.with_columns(**ratios).with_columns(term.alias(TERM)).drop(*ratios)
    )


def as_likely() -> Node:
    """The tree, with the terms that fit nearly as well at the leaves, the best first.

    Its splits are on the amount of the loan, and on that over the amount of an
    instalment or the price of the goods.
    """
    return _told(_tree())


def _tree() -> Node:
    tree: Node = json.loads(TABLE.read_text())
    return tree


def _told(node: Node) -> Node:
    if isinstance(node, dict):
        best = max(node.values())
        return [int(term) for term in node if node[term] >= NEARLY * best]
    column, threshold, below, above = node
    return {
        "of": TOLD[column],
        "at": threshold,
        "below": _told(below),
        "above": _told(above),
    }


def _merged(node: Node) -> Node:
    """The tree of the likeliest terms alone, without splits that change nothing."""
    if isinstance(node, dict):
        return int(next(iter(node)))
    column, threshold, *sides = node
    below, above = map(_merged, sides)
    return below if below == above else [column, threshold, below, above]


def _term(node: Node) -> nw.Expr:
    """The tree as nested conditions."""
    if isinstance(node, int):
        return nw.lit(float(node))
    column, threshold, below, above = node
    value = nw.col(f"_{column}" if column in RATIOS else column)
    return nw.when(value <= threshold).then(_term(below)).otherwise(_term(above))


def _feature(
    name: str, value: nw.Expr, unit: Unit, labels: Labels, formula: str
) -> Feature:
    kept = name == TERM
    return Feature(name, value, "application", GROUP, unit, labels, formula, kept=kept)


def features() -> list[Feature]:
    """Term, interest and insurance of a loan, of rows that have LOAN_TERM.

    What a selection keeps of them is the term: a what-if holds it.
    """
    term = nw.col(TERM)
    interest = term * ANNUITY - CREDIT
    return [
        _feature(
            TERM,
            term,
            Unit.MONTHS,
            _("Estimated number of instalments"),
            "CNT_PAYMENT, else decision tree over AMT_CREDIT, AMT_CREDIT / AMT_ANNUITY"
            " and AMT_CREDIT / AMT_GOODS_PRICE",
        ),
        _feature(
            "LOAN_RATE",
            yearly_rate(ratio(ANNUITY, CREDIT), term),
            Unit.SHARE,
            _("Estimated yearly rate of the loan"),
            "yearly rate at which LOAN_TERM payments of AMT_ANNUITY repay AMT_CREDIT",
        ),
        _feature(
            "LOAN_INTEREST",
            ratio(interest, CREDIT),
            Unit.SHARE,
            _("Estimated interest over the whole loan, part of its amount"),
            "(LOAN_TERM * AMT_ANNUITY - AMT_CREDIT) / AMT_CREDIT",
        ),
        _feature(
            "LOAN_INSURANCE",
            ratio(RATIOS["CREDIT_TO_GOODS"] - 1, term),
            Unit.SHARE,
            _("Estimated insurance for each month, part of the price of the goods"),
            "(AMT_CREDIT / AMT_GOODS_PRICE - 1) / LOAN_TERM",
        ),
        _feature(
            "LOAN_INTEREST_TO_INCOME",
            ratio(interest, INCOME),
            Unit.SHARE,
            _("Estimated interest over the whole loan, over income"),
            "(LOAN_TERM * AMT_ANNUITY - AMT_CREDIT) / AMT_INCOME_TOTAL",
        ),
    ]
