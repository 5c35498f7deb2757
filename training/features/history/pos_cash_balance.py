"""Monthly balances of earlier consumer and cash loans here."""

from __future__ import annotations

import narwhals as nw

from training.features.define import (
    EVERY,
    Recipe,
    Slope,
    Source,
    Subset,
    Tally,
    Trend,
    quotient,
    where,
)
from training.features.history.monthly import LAST_HALF, LAST_QUARTER, LAST_YEAR, LATE
from training.language import _
from training.tables.home_credit import TABLES

_STATUS = "NAME_CONTRACT_STATUS"
COMPLETED = where("COMPLETED", _STATUS, "Completed", _("completed loans"))
ACTIVE = where("ACTIVE", _STATUS, "Active", _("running loans"))
CLEARLY_LATE = Subset(
    "CLEARLY_LATE",
    nw.col("SK_DPD_DEF") > 0,
    _("months in arrears that count"),
    " with days past due above the tolerance",
    raises_risk=True,
)

DERIVED = (
    quotient(
        "REMAINING_SHARE",
        "CNT_INSTALMENT_FUTURE",
        "CNT_INSTALMENT",
        _("part of instalments left"),
    ),
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
SOURCE = Source(
    "POS",
    TABLES["POS_CASH_balance"],
    _("Monthly statements of loans here"),
    derived=DERIVED,
    tallies=(TALLY, ARREARS),
    recipes=RECIPES,
    trends=TRENDS,
    slopes=SLOPES,
)
