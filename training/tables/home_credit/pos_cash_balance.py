"""One row per consumer or cash loan at this lender and month."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import (
    ARREARS,
    MONTH,
    category,
    client_number,
    count,
    identifier,
)
from training.tables.schema import Origin, Table

TABLE = Table(
    "POS_CASH_balance",
    columns=(
        identifier(
            "SK_ID_PREV",
            _("Number of the earlier loan"),
            "Number of the earlier application that led to this loan.",
        ),
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client who holds the loan.",
        ),
        MONTH,
        count(
            "CNT_INSTALMENT",
            _("Instalments in total"),
            "Length of the loan in instalments; it can change over time.",
        ),
        count(
            "CNT_INSTALMENT_FUTURE",
            _("Instalments left"),
            "Instalments still to be paid.",
        ),
        category(
            "NAME_CONTRACT_STATUS",
            _("Status of the loan"),
            "Status in the month: active, completed and so on; XNA when unknown.",
            categories=(
                "Active",
                "Amortized debt",
                "Approved",
                "Canceled",
                "Completed",
                "Demand",
                "Returned to the store",
                "Signed",
            ),
        ),
        *ARREARS,
    ),
    origin=Origin.REPAYMENTS,
    key=("SK_ID_PREV", "MONTHS_BALANCE"),
)
