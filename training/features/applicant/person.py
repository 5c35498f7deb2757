"""The applicant: stability, household, papers and neighbourhood."""

from __future__ import annotations

import narwhals as nw

from training.features.arithmetic import filled_mean, filled_sum, known, ratio
from training.features.define import Feature
from training.language import Labels, _
from training.tables.home_credit import TABLES
from training.tables.home_credit.reasons import (
    ADDRESSES,
    BUILDING,
    DOCUMENTS,
    ENQUIRIES,
)
from training.tables.schema import Type, Unit

BIRTH = nw.col("DAYS_BIRTH")
NUMERIC_BUILDING = tuple(
    name for name in BUILDING if TABLES["application"][name].type is not Type.CATEGORY
)


def _feature(
    name: str,
    value: nw.Expr,
    group: str,
    unit: Unit,
    labels: Labels,
    formula: str,
    *,
    raises_risk: bool = False,
) -> Feature:
    return Feature(
        name,
        value,
        "application",
        group,
        unit,
        labels,
        formula,
        raises_risk=raises_risk,
    )


def _to_age(column: str, name: str, group: str, labels: Labels) -> Feature:
    return _feature(
        f"{name}_TO_AGE",
        ratio(nw.col(column), BIRTH),
        group,
        Unit.SHARE,
        _("{duration}, part of the client's life", duration=labels),
        f"{column} / DAYS_BIRTH",
    )


def features() -> list[Feature]:
    """Ages over age, counts of papers, mismatches and unknowns."""
    return [
        _to_age("DAYS_EMPLOYED", "EMPLOYED", "EMPLOYMENT", _("Time in the job")),
        _to_age(
            "DAYS_REGISTRATION",
            "REGISTRATION",
            "CONTACT",
            _("Age of the registration"),
        ),
        _to_age(
            "DAYS_ID_PUBLISH",
            "ID_PUBLISH",
            "CONTACT",
            _("Age of the identity paper"),
        ),
        _to_age(
            "DAYS_LAST_PHONE_CHANGE",
            "PHONE_CHANGE",
            "CONTACT",
            _("Age of the phone number"),
        ),
        _feature(
            "CAR_AGE_TO_EMPLOYED",
            ratio(nw.col("OWN_CAR_AGE") * -365, nw.col("DAYS_EMPLOYED")),
            "ASSETS",
            Unit.NONE,
            _("Age of the car over time in the job"),
            "-365 OWN_CAR_AGE / DAYS_EMPLOYED",
        ),
        _feature(
            "CHILDREN_SHARE",
            ratio(nw.col("CNT_CHILDREN"), nw.col("CNT_FAM_MEMBERS")),
            "FAMILY",
            Unit.SHARE,
            _("Children's part of the household"),
            "CNT_CHILDREN / CNT_FAM_MEMBERS",
        ),
        _feature(
            "DOCUMENT_COUNT",
            filled_sum(DOCUMENTS),
            "DOCUMENTS",
            Unit.COUNT,
            _("Documents handed in"),
            "sum of FLAG_DOCUMENT_2..21",
        ),
        _feature(
            "ADDRESS_MISMATCHES",
            filled_sum(ADDRESSES),
            "REGION",
            Unit.COUNT,
            _("Addresses that do not match"),
            "sum of REG_*_NOT_* and LIVE_*_NOT_*",
        ),
        _feature(
            "ENQUIRIES_TOTAL",
            filled_sum(ENQUIRIES),
            "BUREAU_ENQUIRIES",
            Unit.COUNT,
            _("Enquiries at the credit bureau"),
            "sum of AMT_REQ_CREDIT_BUREAU_*",
            raises_risk=True,
        ),
        _feature(
            "BUILDING_KNOWN",
            known(BUILDING),
            "HOUSING",
            Unit.COUNT,
            _("Facts given on the building"),
            "number of building columns given",
        ),
        _feature(
            "BUILDING_MEAN",
            filled_mean(NUMERIC_BUILDING),
            "HOUSING",
            Unit.SCORE,
            _("Quality of the building, average"),
            "mean of the numeric building columns",
        ),
    ]
