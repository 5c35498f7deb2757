"""Who is granted, who repays: the audit of the decisions by protected attribute.

The attributes are read from the raw applications; that the model does not see some of
them does not make its decisions even.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd

from training.arrays import Array
from training.evaluation.uncertainty import auc
from training.features.build import FeatureStore
from training.files import literal
from training.language import Labels, _
from training.tables.layout import TARGET, Layout
from training.tables.schema import Role, Table, Unit, Use

AGE_BAND = "AGE_BAND"
AGES = (0, 30, 40, 50, 60, 200)
AGE_NAMES = ("under 30", "30-39", "40-49", "50-59", "60 and over")
AGE_WORDS = {AGE_NAMES[0]: _("under 30"), AGE_NAMES[-1]: _("60 and over")}
YEAR = 365.25
# A rate over fewer says nothing, and may point at persons.
LEAST_CLIENTS = 50
LEAST_DEFAULTS = 10


def load_applications(store: FeatureStore, client: np.ndarray) -> pd.DataFrame:
    """The raw applications of these clients, in their order."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT * EXCLUDE ({TARGET}) FROM {literal(store.application)}"
            f" WHERE {TARGET} IS NOT NULL"
        ).df()
    return rows.set_index(store.layout.key).loc[client].reset_index()


def protected_attributes(
    application: Table, applications: pd.DataFrame
) -> pd.DataFrame:
    """Each client's age band and protected attributes, missing where unknown.

    A value that is unknown is declared so, or has no word where others have.
    """
    attributes = {}
    for column in application:
        if column.use is not Use.PROTECTED:
            continue
        name, values = column.name, applications[column.name].astype(object)
        known = ~values.isin(column.missing)
        if column.words:
            known &= values.isin(column.words)
        attributes[name] = values.where(known, None)
    if birth := application.of(Role.BIRTH):
        age = birth.unit is Unit.YEARS
        years = applications[birth.name] / (1 if age else -YEAR)
        bands = pd.cut(years, AGES, right=False, labels=AGE_NAMES)
        attributes[AGE_BAND] = bands.astype(object)
    return pd.DataFrame(attributes)


def audit(
    layout: Layout,
    attributes: pd.DataFrame,
    target: Array,
    probability: Array,
    threshold: float,
) -> list[dict[str, Any]]:
    """How decisions at the threshold fall on the groups of each attribute.

    Entries as in the manifest's `metrics.fairness`: per group its clients, default
    rate, approval rate, approval rate of those who repay, and AUC; of all groups the
    ratio of the lowest to the highest approval rate, and the largest gap between
    repayers' approval rates. Groups under 50 clients are left out.
    """
    granted = probability < threshold
    return [
        {
            "attribute": name,
            "label": _label(layout, name),
            **_attribute(attributes[name], target, probability, granted),
        }
        for name in attributes.columns
    ]


def _label(layout: Layout, name: str) -> Labels:
    return _("Age") if name == AGE_BAND else layout.application[name].labels


def _attribute(
    values: pd.Series, target: Array, probability: Array, granted: np.ndarray
) -> dict[str, Any]:
    counts = values.value_counts()
    large = [str(group) for group, size in counts.items() if size >= LEAST_CLIENTS]
    groups = [
        _group(category, (values == category).to_numpy(), target, probability, granted)
        for category in sorted(large, key=_place)
    ]
    approved = [group["approval_rate"] for group in groups]
    repaying = [group["good_approval_rate"] for group in groups]
    highest = max(approved, default=0.0)
    return {
        "groups": groups,
        "approval_ratio": min(approved) / highest if highest else 1.0,
        "equal_opportunity_gap": max(repaying) - min(repaying) if groups else 0.0,
    }


def _place(group: str) -> tuple[int, str]:
    """Ages from the youngest, others by name."""
    return (AGE_NAMES.index(group) if group in AGE_NAMES else -1), group


def _group(
    name: str, mask: np.ndarray, target: Array, probability: Array, granted: np.ndarray
) -> dict[str, Any]:
    repaid = mask & (target == 0)
    defaults = int(target[mask].sum())
    ranked = defaults >= LEAST_DEFAULTS
    return {
        "group": name,
        "clients": int(mask.sum()),
        "default_rate": float(target[mask].mean()),
        "approval_rate": float(granted[mask].mean()),
        "good_approval_rate": float(granted[repaid].mean()) if repaid.any() else 0.0,
        "auc": auc(target[mask], probability[mask]) if ranked else None,
    }
