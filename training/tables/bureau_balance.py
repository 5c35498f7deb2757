"""One row per credit at another lender and month."""

from __future__ import annotations

from training.tables.schema import Column, Table, Type, Unit

_ID = (0, 9007199254740991)  # integers that JSON keeps exact
_MONTHS = (-1200, 0)

TABLE = Table(
    "bureau_balance",
    columns=(
        Column(
            "SK_ID_BUREAU",
            Type.INTEGER,
            "Number of the outside credit",
            "Numéro du crédit externe",
            "Number of the credit at the other lender.",
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
            "STATUS",
            Type.CATEGORY,
            "Status in the month",
            "État dans le mois",
            "0: on time, 1 to 5: ever later, 5: written off, C: closed, X: unknown.",
            nullable=False,
        ),
    ),
    key=(
        "SK_ID_BUREAU",
        "MONTHS_BALANCE",
    ),
)
