"""The application's own columns as features, each in its reason group."""

from __future__ import annotations

import narwhals as nw

from training.features.define import Feature
from training.tables.schema import Role, Table, Type, Use


def features(application: Table, *, protected: bool) -> list[Feature]:
    """Every column that is an input, as it is; `protected`: those that are, as well."""
    uses = {Use.INPUT, Use.PROTECTED} if protected else {Use.INPUT}
    return [
        Feature(
            column.name,
            nw.col(column.name),
            application.name,
            column.group,
            column.unit,
            column.labels,
            column.name,
            family="raw",
            category=column.type is Type.CATEGORY,
            lever=column.term is not None,
            lowers_risk=column.lowers_risk,
        )
        for column in application
        if column.use in uses and column.role is not Role.CLIENT
    ]
