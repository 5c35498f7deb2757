"""Credits at other lenders, as the credit bureau reports them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import narwhals as nw

from training.features.arithmetic import since_the_one_before
from training.features.define import (
    EVERY,
    Feature,
    Quantity,
    Recipe,
    Source,
    Subset,
    Tally,
    quotient,
    where,
)
from training.language import Labels, _
from training.tables.home_credit import TABLES
from training.tables.schema import Unit

ACTIVE = Subset(
    "ACTIVE",
    nw.col("CREDIT_ACTIVE") == "Active",
    _("open credits"),
    " over open credits",
)
CLOSED = Subset(
    "CLOSED",
    nw.col("CREDIT_ACTIVE") == "Closed",
    _("closed credits"),
    " over closed credits",
)

ENDS_LATER = Subset(
    "ENDS_LATER",
    nw.col("DAYS_CREDIT_ENDDATE") > 0,
    _("ending after the application"),
    " with DAYS_CREDIT_ENDDATE after the application",
)
ENDED_EARLY = Subset(
    "ENDED_EARLY",
    nw.col("DAYS_ENDDATE_FACT") < nw.col("DAYS_CREDIT_ENDDATE"),
    _("ended before plan"),
    " with DAYS_ENDDATE_FACT before DAYS_CREDIT_ENDDATE",
)
OVERDUE = Subset(
    "OVERDUE",
    nw.col("AMT_CREDIT_SUM_OVERDUE") > 0,
    _("with amounts overdue"),
    " with AMT_CREDIT_SUM_OVERDUE above 0",
    raises_risk=True,
)


def _since(name: str, days: int, labels: Labels) -> Subset:
    condition = nw.col("DAYS_CREDIT") >= -days
    return Subset(name, condition, labels, f" opened in the last {days} days")


LAST_YEAR = _since("LAST_YEAR", 365, _("opened in the last year"))
LAST_TWO_YEARS = _since("LAST_TWO_YEARS", 730, _("opened in the last two years"))
TYPES = tuple(
    where(name, "CREDIT_TYPE", value, labels)
    for name, value, labels in (
        ("CONSUMER", "Consumer credit", _("consumer credits")),
        ("CARD", "Credit card", _("credit cards")),
        ("CAR", "Car loan", _("car loans")),
        ("MORTGAGE", "Mortgage", _("mortgages")),
        ("MICROLOAN", "Microloan", _("microloans")),
    )
)

DERIVED = (
    Quantity(
        "DAYS_BETWEEN",
        since_the_one_before("DAYS_CREDIT"),
        Unit.DAYS,
        _("days since the credit before"),
        "DAYS_CREDIT less that of the credit before",
    ),
    Quantity(
        "CREDIT_DURATION",
        nw.col("DAYS_CREDIT_ENDDATE") - nw.col("DAYS_CREDIT"),
        Unit.DAYS,
        _("agreed length"),
        "DAYS_CREDIT_ENDDATE - DAYS_CREDIT",
    ),
    Quantity(
        "DAYS_ENDED_AFTER_PLAN",
        nw.col("DAYS_ENDDATE_FACT") - nw.col("DAYS_CREDIT_ENDDATE"),
        # Below 0 it is early, where other days below 0 are ago.
        Unit.NONE,
        _("days from planned to real end"),
        "DAYS_ENDDATE_FACT - DAYS_CREDIT_ENDDATE",
        added_as=Unit.DAYS,
    ),
    quotient(
        "DEBT_TO_CREDIT",
        "AMT_CREDIT_SUM_DEBT",
        "AMT_CREDIT_SUM",
        _("part still owed"),
        raises_risk=True,
    ),
    quotient(
        "OVERDUE_TO_DEBT",
        "AMT_CREDIT_SUM_OVERDUE",
        "AMT_CREDIT_SUM_DEBT",
        _("overdue part of the debt"),
        raises_risk=True,
    ),
)

_LATE = nw.col("STATUS").is_in(["1", "2", "3", "4", "5"])
_RECENT = nw.col("MONTHS_BALANCE") >= -12
_LEVEL = nw.when(nw.col("STATUS").is_in(["0", "1", "2", "3", "4", "5"])).then(
    nw.col("STATUS")
)
MONTHLY = (
    Quantity(
        "MONTHS_REPORTED",
        nw.len(),
        Unit.MONTHS,
        _("months reported"),
        "number of bureau_balance months",
    ),
    Quantity(
        "MONTHS_SINCE_REPORT",
        nw.col("MONTHS_BALANCE").max(),
        Unit.MONTHS,
        _("month of the last report"),
        "highest MONTHS_BALANCE",
    ),
    Quantity(
        "LAST_LATE_MONTH",
        nw.when(_LATE).then(nw.col("MONTHS_BALANCE")).max(),
        Unit.MONTHS,
        _("last month with a late payment"),
        "highest MONTHS_BALANCE with STATUS 1 to 5",
    ),
    Quantity(
        "FIRST_LATE_MONTH",
        nw.when(_LATE).then(nw.col("MONTHS_BALANCE")).min(),
        Unit.MONTHS,
        _("first month with a late payment"),
        "lowest MONTHS_BALANCE with STATUS 1 to 5",
    ),
    Quantity(
        "MONTHS_LATE",
        nw.when(_LATE).then(nw.lit(1)).count(),
        Unit.MONTHS,
        _("months with a late payment"),
        "number of months with STATUS 1 to 5",
        raises_risk=True,
    ),
    Quantity(
        "MONTHS_LATE_RECENTLY",
        nw.when(_LATE & _RECENT).then(nw.lit(1)).count(),
        Unit.MONTHS,
        _("late months in the last year"),
        "number of the last 12 months with STATUS 1 to 5",
        raises_risk=True,
    ),
    Quantity(
        "WORST_STATUS",
        _LEVEL.max().cast(nw.Int64),
        Unit.SCORE,
        _("worst arrears level from 0 to 5"),
        "highest STATUS from 0 to 5",
        raises_risk=True,
    ),
)

TALLY = Tally(
    "BUREAU_CREDITS",
    counted=(
        *(ACTIVE, CLOSED, LAST_YEAR, LAST_TWO_YEARS),
        *(ENDS_LATER, ENDED_EARLY, OVERDUE),
        *TYPES,
    ),
    shared=(ACTIVE, LAST_YEAR, ENDS_LATER, ENDED_EARLY, *TYPES),
)
RECIPES = (
    Recipe(
        "BUREAU_CREDITS",
        "DAYS_CREDIT DAYS_CREDIT_ENDDATE CREDIT_DURATION",
        "MIN MAX MEAN STD",
        (EVERY, ACTIVE, CLOSED),
    ),
    Recipe(
        "BUREAU_CREDITS",
        "DAYS_ENDDATE_FACT DAYS_ENDED_AFTER_PLAN DAYS_CREDIT_UPDATE",
        "MIN MAX MEAN",
    ),
    Recipe("BUREAU_CREDITS", "DAYS_BETWEEN", "MIN MAX MEAN STD"),
    Recipe("BUREAU_CREDITS", "DAYS_CREDIT", "MAX", TYPES),
    Recipe("BUREAU_CREDITS", "DAYS_CREDIT_ENDDATE", "MIN MEAN", (ENDS_LATER,)),
    Recipe("BUREAU_DEBT", "AMT_CREDIT_SUM_DEBT AMT_ANNUITY", "SUM", (ENDS_LATER,)),
    Recipe(
        "BUREAU_DEBT",
        "AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT AMT_CREDIT_SUM_LIMIT AMT_ANNUITY"
        " DEBT_TO_CREDIT",
        "MAX MEAN SUM",
        (EVERY, ACTIVE),
    ),
    Recipe("BUREAU_DEBT", "AMT_CREDIT_SUM AMT_CREDIT_SUM_DEBT", "SUM", TYPES),
    Recipe(
        "BUREAU_ARREARS",
        "CREDIT_DAY_OVERDUE AMT_CREDIT_MAX_OVERDUE AMT_CREDIT_SUM_OVERDUE"
        " CNT_CREDIT_PROLONG",
        "MAX MEAN SUM",
        (EVERY, ACTIVE),
    ),
    Recipe("BUREAU_ARREARS", "OVERDUE_TO_DEBT", "MAX MEAN"),
)
MONTHLY_RECIPES = (
    Recipe(
        "BUREAU_ARREARS",
        "MONTHS_LATE MONTHS_LATE_RECENTLY WORST_STATUS",
        "MAX MEAN SUM",
        (EVERY, ACTIVE),
    ),
    Recipe("BUREAU_ARREARS", "LAST_LATE_MONTH", "MAX"),
    Recipe("BUREAU_ARREARS", "FIRST_LATE_MONTH", "MIN"),
    Recipe("BUREAU_CREDITS", "MONTHS_REPORTED MONTHS_SINCE_REPORT", "MIN MAX MEAN"),
)

CREDITS = Source(
    "BUREAU",
    TABLES["bureau"],
    _("Credits elsewhere"),
    derived=DERIVED,
    tallies=(TALLY,),
    recipes=RECIPES,
)
# What its months are called where they stand by themselves.
MONTHS_LABELS = _("Monthly statements of credits elsewhere")
MONTHS = replace(
    CREDITS,
    table=TABLES["bureau_balance"],
    derived=MONTHLY,
    tallies=(),
    recipes=MONTHLY_RECIPES,
)


def records(
    bureau: nw.LazyFrame[Any], bureau_balance: nw.LazyFrame[Any] | None
) -> nw.LazyFrame[Any]:
    """One row per credit at another lender, with its derived numbers."""
    credits = CREDITS.records(bureau)
    if bureau_balance is None:
        return credits
    monthly = bureau_balance.group_by("SK_ID_BUREAU").agg(
        *(value.expression.alias(value.name) for value in MONTHLY)
    )
    return credits.join(monthly, on="SK_ID_BUREAU", how="left")


def features(*, with_balance: bool) -> list[Feature]:
    """What is known of one client's credits elsewhere."""
    return CREDITS.features() + (MONTHS.features() if with_balance else [])
