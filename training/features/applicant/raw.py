"""The application's own columns as features, each in its reason group."""

from __future__ import annotations

from collections.abc import Collection

from training.features.applicant.topics import ABSENCES, topic
from training.features.define import Feature
from training.features.named import own
from training.tables.home_credit.reasons import BUILDING
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import LOAN, Role, Type, Use


def features(layout: Layout, included: Collection[Use]) -> list[Feature]:
    """Every column that is an input, as it is; `included`: those of these uses, too."""
    return [
        Feature(
            column.name,
            own(layout, column.name),
            APPLICATION,
            column.group,
            column.unit,
            column.labels,
            column.name,
            family="raw",
            category=column.type is Type.CATEGORY,
            kept=column.role in LOAN,
            lowers_risk=column.lowers_risk,
            raises_risk=column.raises_risk,
            topic=topic(column.known_as or column.name),
            absence=ABSENCES.get(column.known_as, ""),
            tells=column.known_as not in BUILDING,
        )
        for column in layout.application
        if column.is_input or column.use in included
        if column.role is not Role.CLIENT
    ]
