"""Monthly balances of earlier consumer and cash loans here."""

from __future__ import annotations

import narwhals as nw

from training.features.arithmetic import bounded, ratio
from training.features.define import (
    EVERY,
    Feature,
    Quantity,
    Recipe,
    Slope,
    Source,
    Subset,
    Tally,
    Trend,
    with_columns,
)
from training.features.history.monthly import LAST_HALF, LAST_QUARTER, LAST_YEAR, LATE
from training.tables import TABLES
from training.tables.clean import clean
from training.tables.schema import Unit

COMPLETED = Subset(
    "COMPLETED",
    nw.col("NAME_CONTRACT_STATUS") == "Completed",
    "completed loans",
    "prêts terminés",
    " with NAME_CONTRACT_STATUS Completed",
)
ACTIVE = Subset(
    "ACTIVE",
    nw.col("NAME_CONTRACT_STATUS") == "Active",
    "running loans",
    "prêts en cours",
    " with NAME_CONTRACT_STATUS Active",
)
CLEARLY_LATE = Subset(
    "CLEARLY_LATE",
    nw.col("SK_DPD_DEF") > 0,
    "months in arrears that count",
    "mois en retard significatif",
    " with days past due above the tolerance",
)

DERIVED = (
    Quantity(
        "REMAINING_SHARE",
        bounded(ratio(nw.col("CNT_INSTALMENT_FUTURE"), nw.col("CNT_INSTALMENT"))),
        Unit.SHARE,
        "part of instalments left",
        "part des échéances restantes",
        "CNT_INSTALMENT_FUTURE / CNT_INSTALMENT",
    ),
)

SOURCE = Source(
    "POS",
    TABLES["POS_CASH_balance"],
    "Monthly statements of loans here",
    "Relevés mensuels des prêts ici",
    DERIVED,
)
TALLY = Tally(
    "POS_LOANS",
    counted=(COMPLETED, ACTIVE, LAST_YEAR),
    shared=(COMPLETED, ACTIVE),
)
ARREARS = Tally(
    "INSTALMENT_PUNCTUALITY",
    counted=(LATE, CLEARLY_LATE),
    shared=(LATE, CLEARLY_LATE),
)
RECIPES = (
    Recipe("POS_LOANS", "MONTHS_BALANCE", "MIN MAX MEAN"),
    Recipe(
        "POS_LOANS",
        "CNT_INSTALMENT CNT_INSTALMENT_FUTURE REMAINING_SHARE",
        "MIN MAX MEAN",
        (EVERY, LAST_YEAR),
    ),
    Recipe("POS_LOANS", "MONTHS_BALANCE CNT_INSTALMENT", "MAX MEAN", (COMPLETED,)),
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "SK_DPD SK_DPD_DEF",
        "MAX MEAN SUM",
        (EVERY, LAST_YEAR),
    ),
    Recipe("INSTALMENT_PUNCTUALITY", "MONTHS_BALANCE", "MIN MAX", (LATE,)),
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "SK_DPD SK_DPD_DEF",
        "MAX MEAN",
        (LAST_QUARTER, LAST_HALF),
    ),
)
TRENDS = (
    Trend("INSTALMENT_PUNCTUALITY", "SK_DPD", LAST_HALF),
    Trend("POS_LOANS", "CNT_INSTALMENT_FUTURE", LAST_HALF),
)
SLOPES = (Slope("INSTALMENT_PUNCTUALITY", "SK_DPD", "MONTHS_BALANCE"),)


def records(pos_cash_balance: nw.LazyFrame) -> nw.LazyFrame:
    """One row per loan and month, with its derived numbers."""
    return with_columns(clean(pos_cash_balance, SOURCE.table), DERIVED)


def features() -> list[Feature]:
    """What is known of one client's earlier loans, month by month."""
    return SOURCE.features(RECIPES, (TALLY, ARREARS), TRENDS, SLOPES)
