"""The application's own columns as features, each in its reason group."""

from __future__ import annotations

from training.features.define import Feature
from training.features.named import own
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import LOAN, Role, Type, Use


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
            kept=column.role in LOAN,
            lowers_risk=column.lowers_risk,
        )
        for column in layout.application
        if column.is_input or (protected and column.use is Use.PROTECTED)
        if column.role is not Role.CLIENT
    ]
