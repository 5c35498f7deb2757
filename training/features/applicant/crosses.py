"""The application against the client's history: debts and habits over income."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw

from training.features.arithmetic import ratio
from training.features.define import Feature
from training.language import Labels, _
from training.tables.schema import Unit


def _over(
    name: str,
    numerator: str,
    denominator: str,
    table: str,
    group: str,
    labels: Labels,
    *,
    raises_risk: bool = False,
) -> tuple[tuple[str, ...], Feature]:
    """A ratio, and the history columns it needs."""
    needed = tuple(
        column for column in (numerator, denominator) if not column.startswith("AMT_")
    )
    value = ratio(nw.col(numerator), nw.col(denominator))
    formula = f"{numerator} / {denominator}"
    return needed, Feature(
        name,
        value,
        table,
        group,
        Unit.SHARE,
        labels,
        formula,
        family="cross",
        raises_risk=raises_risk,
    )


CROSSES = (
    _over(
        "BUREAU_DEBT_TO_INCOME",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "AMT_INCOME_TOTAL",
        "bureau",
        "BUREAU_DEBT",
        _("Debt elsewhere over income"),
        raises_risk=True,
    ),
    _over(
        "BUREAU_DEBT_TO_LOAN",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "AMT_CREDIT",
        "bureau",
        "BUREAU_DEBT",
        _("Debt elsewhere over loan amount"),
        raises_risk=True,
    ),
    _over(
        "BUREAU_OPEN_DEBT_TO_OPEN_CREDIT",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_SUM",
        "bureau",
        "BUREAU_DEBT",
        _("Debt elsewhere over open credits"),
        raises_risk=True,
    ),
    _over(
        "BUREAU_ANNUITY_TO_INCOME",
        "BUREAU_ACTIVE_AMT_ANNUITY_SUM",
        "AMT_INCOME_TOTAL",
        "bureau",
        "BUREAU_DEBT",
        _("Instalments elsewhere over income"),
        raises_risk=True,
    ),
    _over(
        "LOAN_TO_PREVIOUS_CREDIT",
        "AMT_CREDIT",
        "PREVIOUS_APPROVED_AMT_CREDIT_MEAN",
        "previous_application",
        "PREVIOUS_TERMS",
        _("Loan amount over earlier loans here"),
    ),
    _over(
        "LOAN_TO_PREVIOUS_HIGHEST",
        "AMT_CREDIT",
        "PREVIOUS_APPROVED_AMT_CREDIT_MAX",
        "previous_application",
        "PREVIOUS_TERMS",
        _("Loan amount over the largest earlier loan here"),
    ),
    _over(
        "ANNUITY_TO_PREVIOUS_ANNUITY",
        "AMT_ANNUITY",
        "PREVIOUS_APPROVED_AMT_ANNUITY_MEAN",
        "previous_application",
        "PREVIOUS_TERMS",
        _("Instalment over earlier instalments here"),
    ),
    _over(
        "PREVIOUS_RUNNING_ANNUITY_TO_INCOME",
        "PREVIOUS_RUNNING_AMT_ANNUITY_SUM",
        "AMT_INCOME_TOTAL",
        "previous_application",
        "REPAYMENT_BURDEN",
        _("Instalments of running loans here over income"),
        raises_risk=True,
    ),
    _over(
        "PREVIOUS_REFUSED_TO_LOAN",
        "PREVIOUS_REFUSED_AMT_CREDIT_MEAN",
        "AMT_CREDIT",
        "previous_application",
        "PREVIOUS_REFUSALS",
        _("Refused amounts over loan amount"),
    ),
    _over(
        "INSTALMENTS_PAID_TO_DUE",
        "INSTALMENTS_AMT_PAYMENT_SUM",
        "INSTALMENTS_AMT_INSTALMENT_SUM",
        "installments_payments",
        "INSTALMENT_PUNCTUALITY",
        _("Amounts paid over amounts due here"),
    ),
    _over(
        "ANNUITY_TO_PAID_INSTALMENT",
        "AMT_ANNUITY",
        "INSTALMENTS_AMT_PAYMENT_MEAN",
        "installments_payments",
        "REPAYMENT_BURDEN",
        _("Instalment over instalments paid before"),
    ),
    _over(
        "CARD_BALANCE_TO_INCOME",
        "CARD_LAST_QUARTER_AMT_BALANCE_MEAN",
        "AMT_INCOME_TOTAL",
        "credit_card_balance",
        "CARD_USE",
        _("Card balance over income"),
        raises_risk=True,
    ),
)


def features(history: Collection[str]) -> list[Feature]:
    """The crosses whose history columns are there."""
    return [feature for needed, feature in CROSSES if set(needed) <= set(history)]
