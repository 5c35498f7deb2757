"""Earlier applications to this lender, granted or not."""

from __future__ import annotations

import narwhals as nw

from training.features.arithmetic import (
    bounded,
    ratio,
    since_the_one_before,
    yearly_rate,
)
from training.features.define import (
    EVERY,
    Quantity,
    Recipe,
    Source,
    Subset,
    Tally,
    quotient,
    where,
)
from training.language import _
from training.tables.home_credit import TABLES
from training.tables.schema import Unit

_STATUS = "NAME_CONTRACT_STATUS"
APPROVED = where("APPROVED", _STATUS, "Approved", _("granted"))
REFUSED = where("REFUSED", _STATUS, "Refused", _("refused"))
CANCELED = where("CANCELED", _STATUS, "Canceled", _("cancelled"))
UNUSED = where("UNUSED", _STATUS, "Unused offer", _("unused offers"))
LAST_YEAR = Subset(
    "LAST_YEAR",
    nw.col("DAYS_DECISION") >= -365,
    _("last year"),
    " decided in the last 365 days",
)
REFUSED_LAST_YEAR = Subset(
    "REFUSED_LAST_YEAR",
    REFUSED.condition & LAST_YEAR.condition,  # type: ignore[operator]
    _("refused in the last year"),
    " refused in the last 365 days",
)
_TYPE = "NAME_CONTRACT_TYPE"
KINDS = (
    where("CASH", _TYPE, "Cash loans", _("cash loans")),
    where(
        "CONSUMER",
        _TYPE,
        "Consumer loans",
        _("purchase loans"),
    ),
    where(
        "REVOLVING",
        _TYPE,
        "Revolving loans",
        _("revolving loans"),
    ),
)
REASONS = tuple(
    where(f"REJECT_{code}", "CODE_REJECT_REASON", code, labels)
    for code, labels in (
        ("HC", _("refusal HC")),
        ("LIMIT", _("refusal LIMIT")),
        ("SCO", _("refusal SCO")),
        ("SCOFR", _("refusal SCOFR")),
        ("SYSTEM", _("refusal SYSTEM")),
        ("VERIF", _("refusal VERIF")),
    )
)
PRICES = tuple(
    where(f"YIELD_{code.upper()}", "NAME_YIELD_GROUP", code, labels)
    for code, labels in (
        ("high", _("high price")),
        ("middle", _("middle price")),
        ("low_normal", _("normal price")),
        ("low_action", _("special offer")),
    )
)
NEW_CLIENT = where("NEW_CLIENT", "NAME_CLIENT_TYPE", "New", _("as a new client"))
WALK_IN = where("WALK_IN", "NAME_PRODUCT_TYPE", "walk-in", _("walk-in"))

ENDED_EARLY = Subset(
    "ENDED_EARLY",
    nw.col("DAYS_LAST_DUE") < nw.col("DAYS_LAST_DUE_1ST_VERSION"),
    _("loans ended before plan"),
    " with DAYS_LAST_DUE before DAYS_LAST_DUE_1ST_VERSION",
)
RUNNING = Subset(
    "RUNNING",
    APPROVED.condition & (nw.col("DAYS_LAST_DUE_1ST_VERSION") > 0),
    _("loans still running"),
    " granted, with DAYS_LAST_DUE_1ST_VERSION after the application",
)
_TERM = nw.col("CNT_PAYMENT")
_ANNUITY_TO_CREDIT = ratio(nw.col("AMT_ANNUITY"), nw.col("AMT_CREDIT"))
# Where the closed form of the rate holds and none of its powers can overflow.
_PRICED = (
    (_TERM >= 3) & (_TERM <= 120) & (_ANNUITY_TO_CREDIT > 0) & (_ANNUITY_TO_CREDIT <= 1)
)

DERIVED = (
    Quantity(
        "DAYS_BETWEEN",
        since_the_one_before("DAYS_DECISION"),
        Unit.DAYS,
        _("days since the application before"),
        "DAYS_DECISION less that of the application before",
    ),
    Quantity(
        "YEARLY_RATE",
        yearly_rate(
            nw.when(_PRICED).then(_ANNUITY_TO_CREDIT), nw.when(_PRICED).then(_TERM)
        ),
        Unit.SHARE,
        _("yearly interest rate"),
        "yearly rate at which CNT_PAYMENT payments of AMT_ANNUITY repay AMT_CREDIT",
    ),
    quotient(
        "APPLICATION_TO_CREDIT",
        "AMT_APPLICATION",
        "AMT_CREDIT",
        _("amount asked over amount granted"),
    ),
    quotient(
        "CREDIT_TO_ANNUITY",
        "AMT_CREDIT",
        "AMT_ANNUITY",
        _("amount over instalment"),
        Unit.NONE,
    ),
    Quantity(
        "INTEREST_SHARE",
        bounded(
            ratio(nw.col("AMT_ANNUITY") * nw.col("CNT_PAYMENT"), nw.col("AMT_CREDIT"))
        )
        - 1,
        Unit.SHARE,
        _("cost over amount"),
        "AMT_ANNUITY * CNT_PAYMENT / AMT_CREDIT - 1",
    ),
    Quantity(
        "DAYS_ENDED_AFTER_PLAN",
        nw.col("DAYS_LAST_DUE") - nw.col("DAYS_LAST_DUE_1ST_VERSION"),
        # Below 0 it is early, where other days below 0 are ago.
        Unit.NONE,
        _("days from planned to real last due date"),
        "DAYS_LAST_DUE - DAYS_LAST_DUE_1ST_VERSION",
        added_as=Unit.DAYS,
    ),
)

TALLY = Tally(
    "PREVIOUS_APPLICATIONS",
    counted=(APPROVED, CANCELED, LAST_YEAR, RUNNING, ENDED_EARLY, *KINDS),
    shared=(
        *(APPROVED, CANCELED, UNUSED, LAST_YEAR, RUNNING, ENDED_EARLY),
        *(NEW_CLIENT, WALK_IN, *KINDS),
    ),
)
REFUSALS = Tally(
    "PREVIOUS_REFUSALS",
    counted=(REFUSED, REFUSED_LAST_YEAR, *REASONS),
    shared=(REFUSED, *REASONS),
)
TERMS = Tally("PREVIOUS_TERMS", shared=PRICES)
RECIPES = (
    Recipe(
        "PREVIOUS_TERMS",
        "AMT_ANNUITY AMT_APPLICATION AMT_CREDIT AMT_DOWN_PAYMENT AMT_GOODS_PRICE",
        "MIN MAX MEAN SUM",
        (EVERY, APPROVED),
    ),
    Recipe(
        "PREVIOUS_REFUSALS",
        "AMT_ANNUITY AMT_APPLICATION AMT_CREDIT CNT_PAYMENT",
        "MIN MAX MEAN",
        (REFUSED,),
    ),
    Recipe(
        "PREVIOUS_TERMS",
        "RATE_DOWN_PAYMENT APPLICATION_TO_CREDIT CREDIT_TO_ANNUITY INTEREST_SHARE"
        " CNT_PAYMENT",
        "MIN MAX MEAN",
        (EVERY, APPROVED),
    ),
    Recipe(
        "PREVIOUS_APPLICATIONS",
        "DAYS_DECISION",
        "MIN MAX MEAN STD",
        (EVERY, APPROVED),
    ),
    Recipe("PREVIOUS_REFUSALS", "DAYS_DECISION", "MIN MAX MEAN", (REFUSED,)),
    Recipe("PREVIOUS_APPLICATIONS", "DAYS_BETWEEN", "MIN MAX MEAN STD"),
    Recipe("PREVIOUS_APPLICATIONS", "DAYS_DECISION", "MAX", (CANCELED, *KINDS)),
    Recipe("PREVIOUS_TERMS", "AMT_CREDIT CNT_PAYMENT", "MAX MEAN", KINDS[:2]),
    Recipe("PREVIOUS_TERMS", "YEARLY_RATE", "MIN MAX MEAN", (APPROVED, REFUSED)),
    Recipe("PREVIOUS_TERMS", "AMT_ANNUITY AMT_CREDIT", "SUM", (RUNNING,)),
    Recipe("PREVIOUS_TERMS", "DAYS_LAST_DUE_1ST_VERSION", "MAX", (RUNNING,)),
    Recipe(
        "PREVIOUS_TERMS",
        "DAYS_FIRST_DRAWING DAYS_FIRST_DUE DAYS_LAST_DUE_1ST_VERSION DAYS_LAST_DUE"
        " DAYS_TERMINATION DAYS_ENDED_AFTER_PLAN",
        "MIN MAX MEAN",
    ),
    Recipe("PREVIOUS_TERMS", "NFLAG_INSURED_ON_APPROVAL", "MEAN"),
    Recipe("PREVIOUS_APPLICATIONS", "SELLERPLACE_AREA", "MEAN"),
)
SOURCE = Source(
    "PREVIOUS",
    TABLES["previous_application"],
    _("Earlier applications here"),
    derived=DERIVED,
    tallies=(TALLY, REFUSALS, TERMS),
    recipes=RECIPES,
)
