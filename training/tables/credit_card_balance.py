"""One row per credit card of this lender and month."""

from __future__ import annotations

from training.tables.kinds import (
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
            "Number of the card contract",
            "Numéro du contrat de carte",
            "Number of the earlier application that led to this card.",
        ),
        client_number(
            "SK_ID_CURR",
            "Client number",
            "Numéro de client",
            "Number of the client who holds the card.",
        ),
        MONTH,
        balance(
            "AMT_BALANCE",
            "Balance of the card",
            "Solde de la carte",
            "What is owed on the card in the month; negative when overpaid.",
            nullable=False,
        ),
        amount(
            "AMT_CREDIT_LIMIT_ACTUAL",
            "Limit of the card",
            "Plafond de la carte",
            "Credit limit in the month.",
            type=Type.INTEGER,
            nullable=False,
        ),
        balance(
            "AMT_DRAWINGS_ATM_CURRENT",
            "Cash withdrawals",
            "Retraits d'espèces",
            "Amount drawn at cash machines in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_CURRENT",
            "Card spending",
            "Dépenses par carte",
            "Whole amount drawn in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_OTHER_CURRENT",
            "Other card uses",
            "Autres utilisations de la carte",
            "Amount drawn in other ways in the month; corrections can be negative.",
        ),
        balance(
            "AMT_DRAWINGS_POS_CURRENT",
            "Purchases by card",
            "Achats par carte",
            "Amount spent on goods in the month; corrections can be negative.",
        ),
        amount(
            "AMT_INST_MIN_REGULARITY",
            "Least repayment due",
            "Remboursement minimal dû",
            "Smallest repayment due in the month.",
        ),
        amount(
            "AMT_PAYMENT_CURRENT",
            "Repayment",
            "Remboursement",
            "What the client paid in the month.",
        ),
        amount(
            "AMT_PAYMENT_TOTAL_CURRENT",
            "Total repayment",
            "Remboursement total",
            "What the client paid in the month, all in all.",
        ),
        balance(
            "AMT_RECEIVABLE_PRINCIPAL",
            "Principal owed",
            "Capital dû",
            "Principal to be received; negative when overpaid.",
        ),
        balance(
            "AMT_RECIVABLE",
            "Amount owed",
            "Montant dû",
            "Amount to be received (Kaggle's spelling); negative when overpaid.",
        ),
        balance(
            "AMT_TOTAL_RECEIVABLE",
            "Total owed",
            "Total dû",
            "Whole amount to be received; negative when overpaid.",
        ),
        count(
            "CNT_DRAWINGS_ATM_CURRENT",
            "Number of cash withdrawals",
            "Nombre de retraits d'espèces",
            "Withdrawals at cash machines in the month.",
        ),
        count(
            "CNT_DRAWINGS_CURRENT",
            "Number of card uses",
            "Nombre d'utilisations de la carte",
            "All uses of the card in the month.",
            type=Type.INTEGER,
        ),
        count(
            "CNT_DRAWINGS_OTHER_CURRENT",
            "Number of other card uses",
            "Nombre d'autres utilisations de la carte",
            "Uses of the card in other ways in the month.",
        ),
        count(
            "CNT_DRAWINGS_POS_CURRENT",
            "Number of purchases by card",
            "Nombre d'achats par carte",
            "Purchases of goods in the month.",
        ),
        count(
            "CNT_INSTALMENT_MATURE_CUM",
            "Instalments paid so far",
            "Échéances payées à ce jour",
            "Instalments paid on the card until the month.",
        ),
        category(
            "NAME_CONTRACT_STATUS",
            "Status of the card",
            "État de la carte",
            "Status in the month: active, completed, signed and so on.",
        ),
        *ARREARS,
    ),
    origin=Origin.REPAYMENTS,
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
)
