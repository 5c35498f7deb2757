"""The application's own columns as features, each in its reason group."""

from __future__ import annotations

from training.features.applicant.topics import ABSENCES, topic
from training.features.define import Feature
from training.features.named import own
from training.tables.home_credit.reasons import BUILDING
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Role, Type, Use


def features(layout: Layout, *, protected: bool) -> list[Feature]:
    """Every column that is an input, as it is; `protected`: those that are, as well."""
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
            lever=column.term is not None,
            lowers_risk=column.lowers_risk,
            topic=topic(column.known_as or column.name),
            absence=ABSENCES.get(column.known_as, ""),
            tells=column.known_as not in BUILDING,
        )
        for column in layout.application
        if column.is_input or (protected and column.use is Use.PROTECTED)
        if column.role is not Role.CLIENT
    ]
