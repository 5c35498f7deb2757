"""The kinds of raw columns, and the columns that several tables have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from training.language import Labels, _
from training.tables.home_credit.words import COMPANY, WEEKDAYS
from training.tables.schema import Column, Role, Type, Unit


@dataclass(frozen=True)
class Kind:
    """What all columns of a kind have alike; see `Column`."""

    type: Type
    unit: Unit = Unit.NONE
    bounds: tuple[float, float] | None = None
    nullable: bool = True
    role: Role | None = None
    missing: tuple[str | int, ...] = ()

    def __call__(
        self, name: str, labels: Labels, meaning: str, **differs: Any
    ) -> Column:
        """A column of this kind; `differs`: the fields that it has otherwise."""
        return Column(
            name=name, labels=labels, meaning=meaning, **{**vars(self), **differs}
        )


# Kaggle's ways to write "none": two codes, and a thousand years.
category = Kind(Type.CATEGORY, missing=("XNA", "XAP"))
# Integers that JSON keeps exact.
identifier = Kind(
    Type.INTEGER, bounds=(0, 9007199254740991), nullable=False, role=Role.RECORD
)
client_number = replace(identifier, role=Role.CLIENT)
flag = Kind(Type.INTEGER, Unit.FLAG, (0, 1), nullable=False)
amount = Kind(Type.NUMBER, Unit.CURRENCY, (0, 1e12))
balance = Kind(Type.NUMBER, Unit.CURRENCY, (-1e12, 1e12))
count = Kind(Type.NUMBER, Unit.COUNT, (0, 1e6))
people = Kind(Type.NUMBER, Unit.COUNT, (0, 100))
share = Kind(Type.NUMBER, Unit.SHARE, (0, 1))
score = Kind(Type.NUMBER, Unit.SCORE, (0, 1))
past_day = Kind(Type.NUMBER, Unit.DAYS, (-36500, 0), role=Role.DATE)
planned_day = Kind(
    Type.NUMBER, Unit.DAYS, (-36500, 365243), role=Role.DATE, missing=(365243,)
)
# Bureaus send dates of 1900 for "unknown".
reported_day = replace(planned_day, bounds=(-73000, 365243))
days_late = Kind(Type.INTEGER, Unit.DAYS, (0, 36500))

MONTH = Column(
    "MONTHS_BALANCE",
    Type.INTEGER,
    _("Month"),
    "Month of the record, counted back from the application.",
    Unit.MONTHS,
    nullable=False,
    bounds=(-1200, 0),
    recorded=True,
)
WEEKDAY = category(
    "WEEKDAY_APPR_PROCESS_START",
    _("Weekday of the application"),
    "Day of the week on which the client applied.",
    words=WEEKDAYS,
)
HOUR = Column(
    "HOUR_APPR_PROCESS_START",
    Type.INTEGER,
    _("Hour of the application"),
    "Hour of the day at which the client applied, rounded.",
    Unit.HOUR,
    bounds=(0, 23),
)
ACCOMPANIED = category(
    "NAME_TYPE_SUITE",
    _("Accompanied by"),
    "Who came along when the client applied.",
    words=COMPANY,
)
ARREARS = (
    days_late(
        "SK_DPD",
        _("Days late"),
        "Days past due in the month.",
        nullable=False,
        raises_risk=True,
    ),
    days_late(
        "SK_DPD_DEF",
        _("Days late on sizeable sums"),
        "Days past due in the month, small debts left aside.",
        nullable=False,
        raises_risk=True,
    ),
)
