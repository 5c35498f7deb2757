"""Which features of the application are made of the same, and told together.

By Home Credit's names of columns and the names of crafted features.
"""

from __future__ import annotations

import re

from training.tables.home_credit.reasons import BUILDING, EXTERNAL

SCORES = tuple(
    f"EXT_SOURCE_{name}"
    for name in (
        *("MEAN", "WEIGHTED", "MIN", "MAX", "SPREAD", "PRODUCT", "2_TIMES_3"),
        *("1_FOR_AGE", "2_FOR_AGE", "3_FOR_AGE", "MEAN_FOR_AGE"),
    )
)
TOPICS = {
    **dict.fromkeys((*EXTERNAL, *SCORES), "EXT_SOURCE"),
    # A building's area is there as average, most frequent and middle value.
    **{name: re.sub("_(AVG|MODE|MEDI)$", "", name) for name in BUILDING},
    "INCOME_PER_DAY_OF_AGE": "AMT_INCOME_TOTAL",
    "EMPLOYED_TO_AGE": "DAYS_EMPLOYED",
    "REGISTRATION_TO_AGE": "DAYS_REGISTRATION",
    "ID_PUBLISH_TO_AGE": "DAYS_ID_PUBLISH",
    "PHONE_CHANGE_TO_AGE": "DAYS_LAST_PHONE_CHANGE",
}
# What says why a value is missing: who has no car has no age of the car.
ABSENCES = {
    **dict.fromkeys((*EXTERNAL, *SCORES), "EXT_SOURCE_KNOWN"),
    **dict.fromkeys((*BUILDING, "BUILDING_MEAN"), "BUILDING_KNOWN"),
    **dict.fromkeys(
        ("DAYS_EMPLOYED", "EMPLOYED_TO_AGE", "ORGANIZATION_TYPE"), "FLAG_EMP_PHONE"
    ),
    "OWN_CAR_AGE": "FLAG_OWN_CAR",
    "CAR_AGE_TO_EMPLOYED": "FLAG_OWN_CAR",
    "PREVIOUS_REFUSED_TO_LOAN": "PREVIOUS, REFUSED",
}


def topic(name: str) -> str:
    """That of a feature; its own where nothing else is made of the same."""
    return TOPICS.get(name, name)
