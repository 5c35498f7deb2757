"""A client's application, in the order an officer thinks about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api_client.answers import ApplicationFact
from api_client.meaning import in_words
from session.language import _, mark
from texts.formats import not_given, value_text

# The first pattern that matches a Kaggle column name decides its group.
GROUPS = (
    (
        mark("The loan asked for"),
        r"NAME_CONTRACT_TYPE|AMT_(CREDIT|ANNUITY|GOODS_PRICE)"
        r"|NAME_TYPE_SUITE|(WEEKDAY|HOUR)_APPR.*",
    ),
    (
        mark("The client"),
        r"CODE_GENDER|DAYS_BIRTH|NAME_FAMILY_STATUS|CNT_CHILDREN"
        r"|CNT_FAM_MEMBERS|NAME_EDUCATION_TYPE",
    ),
    (
        mark("Work and income"),
        r"AMT_INCOME_TOTAL|NAME_INCOME_TYPE|OCCUPATION_TYPE|ORGANIZATION_TYPE"
        r"|DAYS_EMPLOYED",
    ),
    (mark("Home and car"), r"NAME_HOUSING_TYPE|FLAG_OWN_.*|OWN_CAR_AGE"),
    (mark("Scores from outside"), r"EXT_SOURCE_.*"),
    (mark("Credit bureau enquiries"), r"AMT_REQ_CREDIT_BUREAU_.*"),
    (mark("People around the client"), r".*_SOCIAL_CIRCLE"),
    (
        mark("Contact and papers"),
        r"FLAG_(MOBIL|EMP_PHONE|WORK_PHONE|CONT_MOBILE|PHONE|EMAIL)"
        r"|DAYS_(REGISTRATION|ID_PUBLISH|LAST_PHONE_CHANGE)",
    ),
    (mark("Where the client lives and works"), r"REGION_.*|REG_.*|LIVE_.*"),
    (mark("Documents handed in"), r"FLAG_DOCUMENT_.*"),
    (mark("The building the client lives in"), r".*_(AVG|MEDI|MODE)"),
    (mark("Other"), r".*"),
)
HIDDEN = {"SK_ID_CURR"}
FEW = 4


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class Group:
    """Facts of one kind; `missing` are the labels of gaps too many to list."""

    title: str
    lines: tuple[Line, ...]
    missing: tuple[str, ...]


def group_facts(application: Sequence[ApplicationFact]) -> tuple[Group, ...]:
    """The groups that have any fact at all, the loan first."""
    by_title: dict[str, list[ApplicationFact]] = {title: [] for title, _ in GROUPS}
    for fact in application:
        if fact.name not in HIDDEN:
            by_title[_title(fact.name)].append(fact)
    return tuple(_group(title, facts) for title, facts in by_title.items() if facts)


def _title(name: str) -> str:
    return next(title for title, pattern in GROUPS if re.fullmatch(pattern, name))


def _group(title: str, facts: list[ApplicationFact]) -> Group:
    lines = [
        Line(
            in_words(fact.labels, fact.name),
            value_text(fact.value, fact.unit, fact.name),
        )
        for fact in facts
    ]
    gaps = tuple(line.label for line in lines if line.value == not_given())
    if len(gaps) <= FEW:
        return Group(_(title), tuple(lines), ())
    return Group(
        _(title), tuple(line for line in lines if line.value != not_given()), gaps
    )
