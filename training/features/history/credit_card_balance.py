"""Monthly balances of credit cards held here."""

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
)
from training.features.history.monthly import LAST_HALF, LAST_QUARTER, LAST_YEAR, LATE
from training.language import _
from training.tables.home_credit import TABLES

CASH_DRAWN = Subset(
    "CASH_DRAWN",
    nw.col("AMT_DRAWINGS_ATM_CURRENT") > 0,
    _("months with cash drawn"),
    " with cash drawn",
)
OVER_LIMIT = Subset(
    "OVER_LIMIT",
    nw.col("AMT_BALANCE") > nw.col("AMT_CREDIT_LIMIT_ACTUAL"),
    _("months over the limit"),
    " with AMT_BALANCE above AMT_CREDIT_LIMIT_ACTUAL",
    raises_risk=True,
)
UNDER_MINIMUM = Subset(
    "UNDER_MINIMUM",
    nw.col("AMT_PAYMENT_CURRENT") < nw.col("AMT_INST_MIN_REGULARITY"),
    _("months paid below the minimum"),
    " with AMT_PAYMENT_CURRENT below AMT_INST_MIN_REGULARITY",
    raises_risk=True,
)

DERIVED = (
    quotient(
        "UTILISATION",
        "AMT_BALANCE",
        "AMT_CREDIT_LIMIT_ACTUAL",
        _("used part of the card's limit"),
        raises_risk=True,
    ),
    quotient(
        "DRAWINGS_TO_LIMIT",
        "AMT_DRAWINGS_CURRENT",
        "AMT_CREDIT_LIMIT_ACTUAL",
        _("drawn in a month over the card's limit"),
    ),
    quotient(
        "PAYMENT_TO_MINIMUM",
        "AMT_PAYMENT_CURRENT",
        "AMT_INST_MIN_REGULARITY",
        _("payment over the minimum due"),
    ),
    quotient(
        "CASH_SHARE",
        "AMT_DRAWINGS_ATM_CURRENT",
        "AMT_DRAWINGS_CURRENT",
        _("cash part of drawings"),
    ),
)

TALLY = Tally(
    "CARD_USE",
    counted=(LATE, CASH_DRAWN, OVER_LIMIT, UNDER_MINIMUM),
    shared=(LATE, CASH_DRAWN, OVER_LIMIT, UNDER_MINIMUM),
)
RECIPES = (
    Recipe(
        "CARD_USE",
        "AMT_BALANCE AMT_CREDIT_LIMIT_ACTUAL AMT_DRAWINGS_CURRENT"
        " AMT_DRAWINGS_ATM_CURRENT AMT_PAYMENT_CURRENT AMT_INST_MIN_REGULARITY"
        " AMT_TOTAL_RECEIVABLE",
        "MAX MEAN",
        (EVERY, LAST_QUARTER),
    ),
    Recipe(
        "CARD_USE",
        "UTILISATION DRAWINGS_TO_LIMIT PAYMENT_TO_MINIMUM CASH_SHARE",
        "MAX MEAN",
        (EVERY, LAST_QUARTER, LAST_YEAR),
    ),
    Recipe(
        "CARD_USE",
        "CNT_DRAWINGS_CURRENT CNT_DRAWINGS_ATM_CURRENT CNT_DRAWINGS_POS_CURRENT",
        "MAX MEAN SUM",
        (EVERY, LAST_YEAR),
    ),
    Recipe(
        "CARD_USE",
        "UTILISATION AMT_BALANCE AMT_DRAWINGS_CURRENT AMT_PAYMENT_CURRENT",
        "MEAN",
        (LAST_HALF,),
    ),
    Recipe("CARD_USE", "CNT_INSTALMENT_MATURE_CUM", "MAX"),
    Recipe("CARD_USE", "MONTHS_BALANCE", "MIN MAX", (EVERY, LATE)),
    Recipe("CARD_USE", "SK_DPD SK_DPD_DEF", "MAX MEAN SUM", (EVERY, LAST_YEAR)),
)
TRENDS = (
    Trend(
        "CARD_USE",
        "UTILISATION AMT_BALANCE AMT_DRAWINGS_CURRENT AMT_PAYMENT_CURRENT",
        LAST_QUARTER,
    ),
    Trend("CARD_USE", "UTILISATION AMT_BALANCE", LAST_QUARTER, LAST_YEAR),
)
SLOPES = (
    Slope("CARD_USE", "UTILISATION", "MONTHS_BALANCE", (EVERY, LAST_YEAR)),
    Slope("CARD_USE", "AMT_BALANCE", "MONTHS_BALANCE", (LAST_YEAR,)),
)
SOURCE = Source(
    "CARD",
    TABLES["credit_card_balance"],
    _("Card statements here"),
    derived=DERIVED,
    tallies=(TALLY,),
    recipes=RECIPES,
    trends=TRENDS,
    slopes=SLOPES,
)
