"""The loan asked for: its length, its price, and its weight on the income."""

from __future__ import annotations

import narwhals as nw

from training.features.arithmetic import ratio
from training.features.define import Feature
from training.language import Labels, _
from training.tables.schema import Unit

CREDIT, ANNUITY = nw.col("AMT_CREDIT"), nw.col("AMT_ANNUITY")
GOODS, INCOME = nw.col("AMT_GOODS_PRICE"), nw.col("AMT_INCOME_TOTAL")


def _feature(
    name: str,
    value: nw.Expr,
    group: str,
    labels: Labels,
    formula: str,
    unit: Unit = Unit.SHARE,
    *,
    raises_risk: bool = False,
) -> Feature:
    return Feature(
        name,
        value,
        "application",
        group,
        unit,
        labels,
        formula,
        raises_risk=raises_risk,
    )


def features() -> list[Feature]:
    """Ratios and differences of the loan's amounts."""
    return [
        _feature(
            "CREDIT_TO_ANNUITY",
            ratio(CREDIT, ANNUITY),
            "REPAYMENT_BURDEN",
            _("Loan amount over instalment"),
            "AMT_CREDIT / AMT_ANNUITY",
            Unit.NONE,
        ),
        _feature(
            "ANNUITY_TO_INCOME",
            ratio(ANNUITY, INCOME),
            "REPAYMENT_BURDEN",
            _("Instalment over income"),
            "AMT_ANNUITY / AMT_INCOME_TOTAL",
            raises_risk=True,
        ),
        _feature(
            "CREDIT_TO_INCOME",
            ratio(CREDIT, INCOME),
            "REPAYMENT_BURDEN",
            _("Loan amount over income"),
            "AMT_CREDIT / AMT_INCOME_TOTAL",
            raises_risk=True,
        ),
        _feature(
            "INCOME_AFTER_ANNUITY",
            INCOME - ANNUITY,
            "REPAYMENT_BURDEN",
            _("Income less one instalment"),
            "AMT_INCOME_TOTAL - AMT_ANNUITY",
            Unit.CURRENCY,
        ),
        _feature(
            "CREDIT_TO_GOODS",
            ratio(CREDIT, GOODS),
            "LOAN_AMOUNT",
            _("Loan amount over price of the goods"),
            "AMT_CREDIT / AMT_GOODS_PRICE",
        ),
        _feature(
            "CREDIT_LESS_GOODS",
            CREDIT - GOODS,
            "LOAN_AMOUNT",
            _("Loan amount less price of the goods"),
            "AMT_CREDIT - AMT_GOODS_PRICE",
            Unit.CURRENCY,
        ),
        _feature(
            "GOODS_TO_INCOME",
            ratio(GOODS, INCOME),
            "LOAN_AMOUNT",
            _("Price of the goods over income"),
            "AMT_GOODS_PRICE / AMT_INCOME_TOTAL",
        ),
        _feature(
            "INCOME_PER_PERSON",
            ratio(INCOME, nw.col("CNT_FAM_MEMBERS")),
            "INCOME",
            _("Income per person of the household"),
            "AMT_INCOME_TOTAL / CNT_FAM_MEMBERS",
            Unit.CURRENCY,
        ),
        _feature(
            "INCOME_PER_DAY_OF_AGE",
            ratio(INCOME, -nw.col("DAYS_BIRTH")),
            "INCOME",
            _("Income over age"),
            "AMT_INCOME_TOTAL / -DAYS_BIRTH",
            Unit.NONE,
        ),
    ]
