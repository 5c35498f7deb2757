"""One row per credit at another lender and month."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import MONTH, category, identifier
from training.tables.schema import Origin, Table

TABLE = Table(
    "bureau_balance",
    columns=(
        identifier(
            "SK_ID_BUREAU",
            _("Number of the outside credit"),
            "Number of the credit at the other lender.",
        ),
        MONTH,
        category(
            "STATUS",
            _("Status in the month"),
            "0: on time, 1 to 5: ever later, 5: written off, C: closed, X: unknown.",
            nullable=False,
            categories=(
                "0",
                "1",
                "2",
                "3",
                "4",
                "5",
                "C",
                "X",
            ),
        ),
    ),
    origin=Origin.CREDIT_BUREAU,
    key=("SK_ID_BUREAU", "MONTHS_BALANCE"),
    parent="bureau",
)
