"""One row per consumer or cash loan at this lender and month."""

from __future__ import annotations

from training.tables.schema import Column, Table, Type, Unit

_ID = (0, 9007199254740991)  # integers that JSON keeps exact
_MONTHS = (-1200, 0)
_COUNT = (0, 1e6)
_LATE = (0, 36500)

TABLE = Table(
    "POS_CASH_balance",
    columns=(
        Column(
            "SK_ID_PREV",
            Type.INTEGER,
            "Number of the earlier loan",
            "Numéro du prêt antérieur",
            "Number of the earlier application that led to this loan.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "SK_ID_CURR",
            Type.INTEGER,
            "Client number",
            "Numéro de client",
            "Number of the client who holds the loan.",
            nullable=False,
            bounds=_ID,
        ),
        Column(
            "MONTHS_BALANCE",
            Type.INTEGER,
            "Month",
            "Mois",
            "Month of the record, counted back from the application.",
            Unit.MONTHS,
            nullable=False,
            bounds=_MONTHS,
        ),
        Column(
            "CNT_INSTALMENT",
            Type.NUMBER,
            "Instalments in total",
            "Nombre total d'échéances",
            "Length of the loan in instalments; it can change over time.",
            Unit.COUNT,
            bounds=_COUNT,
        ),
        Column(
            "CNT_INSTALMENT_FUTURE",
            Type.NUMBER,
            "Instalments left",
            "Échéances restantes",
            "Instalments still to be paid.",
            Unit.COUNT,
            bounds=_COUNT,
        ),
        Column(
            "NAME_CONTRACT_STATUS",
            Type.CATEGORY,
            "Status of the loan",
            "État du prêt",
            "Status in the month: active, completed and so on; XNA when unknown.",
        ),
        Column(
            "SK_DPD",
            Type.INTEGER,
            "Days late",
            "Jours de retard",
            "Days past due in the month.",
            Unit.DAYS,
            nullable=False,
            bounds=_LATE,
        ),
        Column(
            "SK_DPD_DEF",
            Type.INTEGER,
            "Days late on sizeable sums",
            "Jours de retard sur sommes notables",
            "Days past due in the month, small debts left aside.",
            Unit.DAYS,
            nullable=False,
            bounds=_LATE,
        ),
    ),
    key=(
        "SK_ID_PREV",
        "MONTHS_BALANCE",
    ),
)
