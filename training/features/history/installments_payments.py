"""Instalments of earlier loans here: what was due, and what was paid when."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from training.features.define import (
    EVERY,
    Quantity,
    Recipe,
    Slope,
    Source,
    Subset,
    Tally,
    Trend,
    quotient,
)
from training.language import Labels, _
from training.tables.home_credit import TABLES
from training.tables.schema import Unit


def _since(name: str, days: int, labels: Labels) -> Subset:
    condition = nw.col("DAYS_INSTALMENT") >= -days
    return Subset(name, condition, labels, f" due in the last {days} days")


LAST_QUARTER = _since("LAST_QUARTER", 91, _("last quarter"))
LAST_HALF = _since("LAST_HALF", 182, _("last half-year"))
LAST_YEAR = _since("LAST_YEAR", 365, _("last year"))
LAST_THREE_YEARS = _since("LAST_THREE_YEARS", 1095, _("last three years"))
_DELAY = nw.col("DAYS_ENTRY_PAYMENT") - nw.col("DAYS_INSTALMENT")


def _last(count: int, labels: Labels) -> Subset:
    return Subset(
        f"LAST_{count}",
        nw.col(RECENCY) <= count,
        labels,
        f" over the last {count} due",
    )


RECENCY = "RECENCY_RANK"
# Every column that is aggregated breaks ties, so that equal rows may change places.
ORDER = ("DAYS_INSTALMENT", "DAYS_ENTRY_PAYMENT", "AMT_INSTALMENT", "AMT_PAYMENT")
LATEST = Subset("LAST_1", nw.col(RECENCY) == 1, _("last one"), " due last")
LAST_FEW = (_last(3, _("last 3")), _last(5, _("last 5")), _last(10, _("last 10")))
LATE = Subset(
    "LATE", _DELAY > 0, _("paid late"), " paid after the due day", raises_risk=True
)
VERY_LATE = Subset(
    "VERY_LATE",
    _DELAY > 7,
    _("paid over a week late"),
    " paid more than 7 days after the due day",
    raises_risk=True,
)
SHORT = Subset(
    "SHORT",
    nw.col("AMT_PAYMENT") < nw.col("AMT_INSTALMENT"),
    _("paid short"),
    " with AMT_PAYMENT below AMT_INSTALMENT",
    raises_risk=True,
)
UNPAID = Subset(
    "UNPAID",
    nw.col("DAYS_ENTRY_PAYMENT").is_null(),
    _("without a payment"),
    " without DAYS_ENTRY_PAYMENT",
    raises_risk=True,
)

DERIVED = (
    Quantity(
        "DAYS_LATE",
        nw.when(_DELAY.is_null()).then(_DELAY).otherwise(_DELAY.clip(lower_bound=0)),
        Unit.DAYS,
        _("days paid after the due day"),
        "DAYS_ENTRY_PAYMENT - DAYS_INSTALMENT when positive, else 0",
        raises_risk=True,
    ),
    Quantity(
        "DAYS_EARLY",
        nw.when(_DELAY.is_null()).then(_DELAY).otherwise((-_DELAY).clip(lower_bound=0)),
        Unit.DAYS,
        _("days paid before the due day"),
        "DAYS_INSTALMENT - DAYS_ENTRY_PAYMENT when positive, else 0",
    ),
    quotient(
        "PAYMENT_SHARE",
        "AMT_PAYMENT",
        "AMT_INSTALMENT",
        _("paid part of instalments due"),
    ),
    Quantity(
        "SHORTFALL",
        nw.col("AMT_INSTALMENT") - nw.col("AMT_PAYMENT"),
        Unit.CURRENCY,
        _("instalment due less amount paid"),
        "AMT_INSTALMENT - AMT_PAYMENT",
        raises_risk=True,
    ),
)

TALLY = Tally(
    "INSTALMENT_PUNCTUALITY",
    counted=(LAST_YEAR, LATE, VERY_LATE, SHORT, UNPAID),
    shared=(LATE, VERY_LATE, SHORT, UNPAID),
)
RECIPES = (
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "DAYS_LATE DAYS_EARLY",
        "MAX MEAN SUM STD",
        (EVERY, LAST_YEAR, LAST_THREE_YEARS),
    ),
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "PAYMENT_SHARE SHORTFALL",
        "MIN MAX MEAN",
        (EVERY, LAST_YEAR, LAST_THREE_YEARS),
    ),
    Recipe("INSTALMENT_PUNCTUALITY", "DAYS_LATE PAYMENT_SHARE", "MEAN", (LATEST,)),
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "DAYS_LATE",
        "MAX MEAN",
        (*LAST_FEW, LAST_QUARTER, LAST_HALF),
    ),
    Recipe(
        "INSTALMENT_PUNCTUALITY",
        "PAYMENT_SHARE",
        "MIN MEAN",
        (*LAST_FEW, LAST_QUARTER, LAST_HALF),
    ),
    Recipe("INSTALMENT_PUNCTUALITY", "DAYS_INSTALMENT", "MIN MAX", (LATE,)),
    Recipe(
        "PREVIOUS_TERMS",
        "AMT_INSTALMENT AMT_PAYMENT",
        "MIN MAX MEAN SUM",
        (EVERY, LAST_YEAR),
    ),
    Recipe("PREVIOUS_TERMS", "DAYS_INSTALMENT DAYS_ENTRY_PAYMENT", "MIN MAX MEAN"),
    Recipe(
        "PREVIOUS_TERMS", "NUM_INSTALMENT_VERSION NUM_INSTALMENT_NUMBER", "MAX MEAN"
    ),
)
TRENDS = (
    Trend("INSTALMENT_PUNCTUALITY", "DAYS_LATE PAYMENT_SHARE", LAST_YEAR),
    Trend("INSTALMENT_PUNCTUALITY", "DAYS_LATE PAYMENT_SHARE", LAST_FEW[1]),
    Trend("PREVIOUS_TERMS", "AMT_PAYMENT", LAST_YEAR),
)
SLOPES = (
    Slope("INSTALMENT_PUNCTUALITY", "DAYS_LATE", "DAYS_INSTALMENT", (EVERY, LAST_YEAR)),
)


def _ranked(payments: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Numbered by how lately they were due, the client's last one 1."""
    latest_first = [(-nw.col(name)).alias(f"ORDER_{name}") for name in ORDER]
    return payments.with_columns(*latest_first).with_columns(
        nw.col("SK_ID_CURR")
        .cum_count()
        .over("SK_ID_CURR", order_by=[f"ORDER_{name}" for name in ORDER])
        .alias(RECENCY)
    )


SOURCE = Source(
    "INSTALMENTS",
    TABLES["installments_payments"],
    _("Instalments of loans here"),
    derived=DERIVED,
    tallies=(TALLY,),
    recipes=RECIPES,
    trends=TRENDS,
    slopes=SLOPES,
    prepare=_ranked,
)
