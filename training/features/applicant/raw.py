"""The application's own columns as features, each in its reason group."""

from __future__ import annotations

import narwhals as nw

from training.features.define import Feature
from training.tables import TABLES
from training.tables.schema import Type

KEY = "SK_ID_CURR"
APPLICATION = TABLES["application"]
# Kept for the fairness audit, never a model input unless a lender switches it on.
PROTECTED = ("CODE_GENDER", "NAME_FAMILY_STATUS")
# What an applicant can negotiate.
LEVERS = tuple(column.name for column in APPLICATION if column.term)

EXTERNAL = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
BUILDING = tuple(
    name for name in APPLICATION.names if name.endswith(("_AVG", "_MODE", "_MEDI"))
)
ENQUIRIES = tuple(
    name for name in APPLICATION.names if name.startswith("AMT_REQ_CREDIT_BUREAU_")
)
DOCUMENTS = tuple(
    name for name in APPLICATION.names if name.startswith("FLAG_DOCUMENT_")
)
ADDRESSES = tuple(name for name in APPLICATION.names if "_NOT_" in name)

GROUPS = {
    "EXTERNAL_SCORES": EXTERNAL,
    "LOAN_AMOUNT": ("AMT_CREDIT", "AMT_GOODS_PRICE"),
    "REPAYMENT_BURDEN": ("AMT_ANNUITY",),
    "INCOME": ("AMT_INCOME_TOTAL", "NAME_INCOME_TYPE"),
    "EMPLOYMENT": (
        "DAYS_EMPLOYED",
        "OCCUPATION_TYPE",
        "ORGANIZATION_TYPE",
        "FLAG_EMP_PHONE",
    ),
    "AGE": ("DAYS_BIRTH",),
    "FAMILY": ("CNT_CHILDREN", "CNT_FAM_MEMBERS"),
    "HOUSING": ("FLAG_OWN_REALTY", "NAME_HOUSING_TYPE", *BUILDING),
    "REGION": (
        "REGION_POPULATION_RELATIVE",
        "REGION_RATING_CLIENT",
        "REGION_RATING_CLIENT_W_CITY",
        *ADDRESSES,
    ),
    "CONTACT": (
        "FLAG_MOBIL",
        "FLAG_WORK_PHONE",
        "FLAG_CONT_MOBILE",
        "FLAG_PHONE",
        "FLAG_EMAIL",
        "DAYS_LAST_PHONE_CHANGE",
        "DAYS_REGISTRATION",
        "DAYS_ID_PUBLISH",
    ),
    "DOCUMENTS": DOCUMENTS,
    "EDUCATION": ("NAME_EDUCATION_TYPE",),
    "ASSETS": ("FLAG_OWN_CAR", "OWN_CAR_AGE"),
    "APPLICATION_CONTEXT": (
        "NAME_CONTRACT_TYPE",
        "NAME_TYPE_SUITE",
        "WEEKDAY_APPR_PROCESS_START",
        "HOUR_APPR_PROCESS_START",
    ),
    "SOCIAL_CIRCLE": tuple(
        name for name in APPLICATION.names if "SOCIAL_CIRCLE" in name
    ),
    "BUREAU_ENQUIRIES": ENQUIRIES,
    "PROTECTED": PROTECTED,
}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


def features(*, protected: bool) -> list[Feature]:
    """Every column of the application but its id, as it is."""
    return [
        Feature(
            column.name,
            nw.col(column.name),
            "application",
            GROUP_OF[column.name],
            column.unit,
            column.labels,
            column.name,
            family="raw",
            category=column.type is Type.CATEGORY,
            lever=column.name in LEVERS,
        )
        for column in APPLICATION
        if column.name != KEY and (protected or column.name not in PROTECTED)
    ]
