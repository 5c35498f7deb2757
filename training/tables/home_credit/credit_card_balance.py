"""One row per credit card of this lender and month."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import (
    ARREARS,
    MONTH,
    amount,
    balance,
    category,
    client_number,
    count,
    identifier,
)
from training.tables.schema import Origin, Table, Type

TABLE = Table(
    "credit_card_balance",
    columns=(
        identifier(
            "SK_ID_PREV",
            _("Number of the card contract"),
            "Number of the earlier application that led to this card.",
        ),
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client who holds the card.",
        ),
        MONTH,
        balance(
            "AMT_BALANCE",
            _("Balance of the card"),
            "What is owed on the card in the month; negative when overpaid.",
            nullable=False,
            raises_risk=True,
        ),
        amount(
            "AMT_CREDIT_LIMIT_ACTUAL",
            _("Limit of the card"),
            "Credit limit in the month.",
            type=Type.INTEGER,
            nullable=False,
        ),
        balance(
            "AMT_DRAWINGS_ATM_CURRENT",
            _("Cash withdrawals"),
            "Amount drawn at cash machines in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_CURRENT",
            _("Card spending"),
            "Whole amount drawn in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_OTHER_CURRENT",
            _("Other card uses"),
            "Amount drawn in other ways in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_POS_CURRENT",
            _("Purchases by card"),
            "Amount spent on goods in the month; corrections can be negative.",
        ),
        amount(
            "AMT_INST_MIN_REGULARITY",
            _("Least repayment due"),
            "Smallest repayment due in the month.",
        ),
        amount(
            "AMT_PAYMENT_CURRENT",
            _("Repayment"),
            "What the client paid in the month.",
        ),
        amount(
            "AMT_PAYMENT_TOTAL_CURRENT",
            _("Total repayment"),
            "What the client paid in the month, all in all.",
        ),
        balance(
            "AMT_RECEIVABLE_PRINCIPAL",
            _("Principal owed"),
            "Principal to be received; negative when overpaid.",
            raises_risk=True,
        ),
        balance(
            "AMT_RECIVABLE",
            _("Amount owed"),
            "Amount to be received (Kaggle's spelling); negative when overpaid.",
            raises_risk=True,
        ),
        balance(
            "AMT_TOTAL_RECEIVABLE",
            _("Total owed"),
            "Whole amount to be received; negative when overpaid.",
            raises_risk=True,
        ),
        count(
            "CNT_DRAWINGS_ATM_CURRENT",
            _("Number of cash withdrawals"),
            "Withdrawals at cash machines in the month.",
        ),
        count(
            "CNT_DRAWINGS_CURRENT",
            _("Number of card uses"),
            "All uses of the card in the month.",
            type=Type.INTEGER,
        ),
        count(
            "CNT_DRAWINGS_OTHER_CURRENT",
            _("Number of other card uses"),
            "Uses of the card in other ways in the month.",
        ),
        count(
            "CNT_DRAWINGS_POS_CURRENT",
            _("Number of purchases by card"),
            "Purchases of goods in the month.",
        ),
        count(
            "CNT_INSTALMENT_MATURE_CUM",
            _("Instalments paid so far"),
            "Instalments paid on the card until the month.",
        ),
        category(
            "NAME_CONTRACT_STATUS",
            _("Status of the card"),
            "Status in the month: active, completed, signed and so on.",
        ),
        *ARREARS,
    ),
    origin=Origin.REPAYMENTS,
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
)
