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
from training.tables import TABLES
from training.tables.schema import Unit

ACTIVE = Subset(
    "ACTIVE",
    nw.col("CREDIT_ACTIVE") == "Active",
    "open credits",
    "crédits en cours",
    " over open credits",
)
CLOSED = Subset(
    "CLOSED",
    nw.col("CREDIT_ACTIVE") == "Closed",
    "closed credits",
    "crédits clos",
    " over closed credits",
)

ENDS_LATER = Subset(
    "ENDS_LATER",
    nw.col("DAYS_CREDIT_ENDDATE") > 0,
    "ending after the application",
    "se terminant après la demande",
    " with DAYS_CREDIT_ENDDATE after the application",
)
ENDED_EARLY = Subset(
    "ENDED_EARLY",
    nw.col("DAYS_ENDDATE_FACT") < nw.col("DAYS_CREDIT_ENDDATE"),
    "ended before plan",
    "terminés avant terme",
    " with DAYS_ENDDATE_FACT before DAYS_CREDIT_ENDDATE",
)
OVERDUE = Subset(
    "OVERDUE",
    nw.col("AMT_CREDIT_SUM_OVERDUE") > 0,
    "with amounts overdue",
    "avec montants en retard",
    " with AMT_CREDIT_SUM_OVERDUE above 0",
)


def _since(name: str, days: int, en: str, fr: str) -> Subset:
    condition = nw.col("DAYS_CREDIT") >= -days
    return Subset(name, condition, en, fr, f" opened in the last {days} days")


LAST_YEAR = _since("LAST_YEAR", 365, "opened in the last year", "ouverts en un an")
LAST_TWO_YEARS = _since(
    "LAST_TWO_YEARS", 730, "opened in the last two years", "ouverts en deux ans"
)
TYPES = tuple(
    where(name, "CREDIT_TYPE", value, en, fr)
    for name, value, en, fr in (
        ("CONSUMER", "Consumer credit", "consumer credits", "crédits conso"),
        ("CARD", "Credit card", "credit cards", "cartes de crédit"),
        ("CAR", "Car loan", "car loans", "crédits auto"),
        ("MORTGAGE", "Mortgage", "mortgages", "crédits immobiliers"),
        ("MICROLOAN", "Microloan", "microloans", "microcrédits"),
    )
)

DERIVED = (
    Quantity(
        "DAYS_BETWEEN",
        since_the_one_before("DAYS_CREDIT"),
        Unit.DAYS,
        "days since the credit before",
        "jours depuis le crédit précédent",
        "DAYS_CREDIT less that of the credit before",
    ),
    Quantity(
        "CREDIT_DURATION",
        nw.col("DAYS_CREDIT_ENDDATE") - nw.col("DAYS_CREDIT"),
        Unit.DAYS,
        "agreed length",
        "durée prévue",
        "DAYS_CREDIT_ENDDATE - DAYS_CREDIT",
    ),
    Quantity(
        "DAYS_ENDED_AFTER_PLAN",
        nw.col("DAYS_ENDDATE_FACT") - nw.col("DAYS_CREDIT_ENDDATE"),
        Unit.DAYS,
        "days from planned to real end",
        "jours entre fin prévue et fin réelle",
        "DAYS_ENDDATE_FACT - DAYS_CREDIT_ENDDATE",
    ),
    quotient(
        "DEBT_TO_CREDIT",
        "AMT_CREDIT_SUM_DEBT",
        "AMT_CREDIT_SUM",
        "part still owed",
        "part restant due",
    ),
    quotient(
        "OVERDUE_TO_DEBT",
        "AMT_CREDIT_SUM_OVERDUE",
        "AMT_CREDIT_SUM_DEBT",
        "overdue part of the debt",
        "part en retard de la dette",
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
        "months reported",
        "mois suivis",
        "number of bureau_balance months",
    ),
    Quantity(
        "MONTHS_SINCE_REPORT",
        nw.col("MONTHS_BALANCE").max(),
        Unit.MONTHS,
        "month of the last report",
        "mois du dernier relevé",
        "highest MONTHS_BALANCE",
    ),
    Quantity(
        "LAST_LATE_MONTH",
        nw.when(_LATE).then(nw.col("MONTHS_BALANCE")).max(),
        Unit.MONTHS,
        "last month with a late payment",
        "dernier mois avec retard de paiement",
        "highest MONTHS_BALANCE with STATUS 1 to 5",
    ),
    Quantity(
        "FIRST_LATE_MONTH",
        nw.when(_LATE).then(nw.col("MONTHS_BALANCE")).min(),
        Unit.MONTHS,
        "first month with a late payment",
        "premier mois avec retard de paiement",
        "lowest MONTHS_BALANCE with STATUS 1 to 5",
    ),
    Quantity(
        "MONTHS_LATE",
        nw.when(_LATE).then(nw.lit(1)).count(),
        Unit.MONTHS,
        "months with a late payment",
        "mois avec retard de paiement",
        "number of months with STATUS 1 to 5",
    ),
    Quantity(
        "MONTHS_LATE_RECENTLY",
        nw.when(_LATE & _RECENT).then(nw.lit(1)).count(),
        Unit.MONTHS,
        "late months in the last year",
        "mois de retard depuis un an",
        "number of the last 12 months with STATUS 1 to 5",
    ),
    Quantity(
        "WORST_STATUS",
        _LEVEL.max().cast(nw.Int64),
        Unit.SCORE,
        "worst arrears level from 0 to 5",
        "pire niveau de retard de 0 à 5",
        "highest STATUS from 0 to 5",
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
    "Credits elsewhere",
    "Crédits ailleurs",
    derived=DERIVED,
    tallies=(TALLY,),
    recipes=RECIPES,
)
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
