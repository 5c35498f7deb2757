"""The application against the client's history: debts and habits over income."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw

from training.features.arithmetic import ratio
from training.features.define import Feature
from training.tables.schema import Unit


def _over(
    name: str,
    numerator: str,
    denominator: str,
    table: str,
    group: str,
    en: str,
    fr: str,
) -> tuple[tuple[str, ...], Feature]:
    """A ratio, and the history columns it needs."""
    needed = tuple(
        column for column in (numerator, denominator) if not column.startswith("AMT_")
    )
    value = ratio(nw.col(numerator), nw.col(denominator))
    formula = f"{numerator} / {denominator}"
    return needed, Feature(
        name, value, table, group, Unit.SHARE, en, fr, formula, family="cross"
    )


CROSSES = (
    _over(
        "BUREAU_DEBT_TO_INCOME",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "AMT_INCOME_TOTAL",
        "bureau",
        "BUREAU_DEBT",
        "Debt elsewhere over income",
        "Dette ailleurs sur revenu",
    ),
    _over(
        "BUREAU_DEBT_TO_LOAN",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "AMT_CREDIT",
        "bureau",
        "BUREAU_DEBT",
        "Debt elsewhere over loan amount",
        "Dette ailleurs sur montant du prêt",
    ),
    _over(
        "BUREAU_OPEN_DEBT_TO_OPEN_CREDIT",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM",
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_SUM",
        "bureau",
        "BUREAU_DEBT",
        "Debt elsewhere over open credits",
        "Dette ailleurs sur crédits en cours",
    ),
    _over(
        "BUREAU_ANNUITY_TO_INCOME",
        "BUREAU_ACTIVE_AMT_ANNUITY_SUM",
        "AMT_INCOME_TOTAL",
        "bureau",
        "BUREAU_DEBT",
        "Instalments elsewhere over income",
        "Mensualités ailleurs sur revenu",
    ),
    _over(
        "LOAN_TO_PREVIOUS_CREDIT",
        "AMT_CREDIT",
        "PREVIOUS_APPROVED_AMT_CREDIT_MEAN",
        "previous_application",
        "PREVIOUS_TERMS",
        "Loan amount over earlier loans here",
        "Montant du prêt sur prêts antérieurs ici",
    ),
    _over(
        "LOAN_TO_PREVIOUS_HIGHEST",
        "AMT_CREDIT",
        "PREVIOUS_APPROVED_AMT_CREDIT_MAX",
        "previous_application",
        "PREVIOUS_TERMS",
        "Loan amount over the largest earlier loan here",
        "Montant du prêt sur plus grand prêt antérieur ici",
    ),
    _over(
        "ANNUITY_TO_PREVIOUS_ANNUITY",
        "AMT_ANNUITY",
        "PREVIOUS_APPROVED_AMT_ANNUITY_MEAN",
        "previous_application",
        "PREVIOUS_TERMS",
        "Instalment over earlier instalments here",
        "Mensualité sur mensualités antérieures ici",
    ),
    _over(
        "PREVIOUS_RUNNING_ANNUITY_TO_INCOME",
        "PREVIOUS_RUNNING_AMT_ANNUITY_SUM",
        "AMT_INCOME_TOTAL",
        "previous_application",
        "REPAYMENT_BURDEN",
        "Instalments of running loans here over income",
        "Mensualités des prêts en cours ici sur revenu",
    ),
    _over(
        "PREVIOUS_REFUSED_TO_LOAN",
        "PREVIOUS_REFUSED_AMT_CREDIT_MEAN",
        "AMT_CREDIT",
        "previous_application",
        "PREVIOUS_REFUSALS",
        "Refused amounts over loan amount",
        "Montants refusés sur montant du prêt",
    ),
    _over(
        "INSTALMENTS_PAID_TO_DUE",
        "INSTALMENTS_AMT_PAYMENT_SUM",
        "INSTALMENTS_AMT_INSTALMENT_SUM",
        "installments_payments",
        "INSTALMENT_PUNCTUALITY",
        "Amounts paid over amounts due here",
        "Montants payés sur montants dus ici",
    ),
    _over(
        "ANNUITY_TO_PAID_INSTALMENT",
        "AMT_ANNUITY",
        "INSTALMENTS_AMT_PAYMENT_MEAN",
        "installments_payments",
        "REPAYMENT_BURDEN",
        "Instalment over instalments paid before",
        "Mensualité sur échéances déjà payées",
    ),
    _over(
        "CARD_BALANCE_TO_INCOME",
        "CARD_LAST_QUARTER_AMT_BALANCE_MEAN",
        "AMT_INCOME_TOTAL",
        "credit_card_balance",
        "CARD_USE",
        "Card balance over income",
        "Solde de carte sur revenu",
    ),
)


def features(history: Collection[str]) -> list[Feature]:
    """The crosses whose history columns are there."""
    return [feature for needed, feature in CROSSES if set(needed) <= set(history)]
