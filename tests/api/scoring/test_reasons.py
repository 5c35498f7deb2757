"""Reasons against borderline clients, and the facts that carry them, from numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from api.bundle.read import Bundle, read_bundle
from api.scoring.reasons import Reasons

NAN = float("nan")
# Amounts 1.5, profile -2.0, bureau -0.375; means of -0.125, 0.125 and 0.25.
CONTRIBUTIONS = np.array([1.0, 0.5, -2.0, 0.25, -0.25, 0.125, -0.5])
VECTOR = np.array([600000, 20, 0.75, 3, 1, 4, 0], dtype=np.float32)


@pytest.fixture
def bundle(world: Any) -> Bundle:
    return read_bundle(world.bundle)


def reasons_of(bundle: Bundle) -> Reasons:
    return Reasons(bundle.manifest, bundle.reasons, bundle.borderline)


def told(
    bundle: Bundle,
    vector: np.ndarray = VECTOR,
    contributions: np.ndarray = CONTRIBUTIONS,
) -> list[dict[str, Any]]:
    return reasons_of(bundle).told(vector, contributions, raising_first=True)


def test_reasons_are_ranked_by_the_difference_to_borderline_clients(
    bundle: Bundle,
) -> None:
    refused = told(bundle)
    assert [
        (r["group"], r["contribution"], r["against_borderline"]) for r in refused
    ] == [
        ("AMOUNTS", 1.5, 1.625),
        ("PROFILE", -2.0, -2.125),
        ("BUREAU", -0.375, -0.625),
    ]
    assert refused[0]["text"] == "AMOUNTS speaks against"
    granted = reasons_of(bundle).told(VECTOR, CONTRIBUTIONS, raising_first=False)
    assert [one["group"] for one in granted] == ["PROFILE", "BUREAU", "AMOUNTS"]


def test_a_contribution_below_the_usual_one_speaks_for_the_client(
    bundle: Bundle,
) -> None:
    """Though it raises the margin above the average of all."""
    contributions = np.array([0, 0, 0, 0, 0.0625, 0, 0.125])
    directions = {
        r["group"]: r["direction"] for r in told(bundle, VECTOR, contributions)
    }
    assert directions["PROFILE"] == directions["BUREAU"] == "lowers_risk"


def test_an_older_bundle_says_what_it_always_said(bundle: Bundle) -> None:
    older = Reasons(bundle.manifest, bundle.reasons, None)
    first, *_others = older.told(VECTOR, CONTRIBUTIONS, raising_first=True)
    assert first == {
        "code": "R01",
        "group": "AMOUNTS",
        "direction": "raises_risk",
        "contribution": 1.5,
        "text": "AMOUNTS speaks against",
    }


def test_facts_pull_in_the_reason_s_direction_and_are_the_client_s(
    bundle: Bundle,
) -> None:
    amounts, profile, bureau = told(bundle)
    # The ratio is made of the amount, which tells it; together they are all of it.
    assert amounts["facts"] == [
        {"feature": "AMT_CREDIT", "value": 6e5, "typical": 5e5, "share": 1.0}
    ]
    # -2.25 of the score, -0.125 of the gender; children pull the other way.
    assert profile["facts"] == [
        {"feature": "EXT_SOURCE_1", "value": 0.75, "typical": 0.5, "share": 0.95},
        {"feature": "CODE_GENDER", "value": "M", "typical": "F", "share": 0.05},
    ]
    # Of borderline clients most have no months: that there are any loans tells both.
    assert [(one["feature"], one["share"]) for one in bureau["facts"]] == [
        ("BUREAU_COUNT", 1.0)
    ]


def test_a_missing_value_counts_for_what_says_why(bundle: Bundle) -> None:
    vector = VECTOR.copy()
    vector[6] = NAN
    (bureau,) = [one for one in told(bundle, vector) if one["group"] == "BUREAU"]
    assert [(one["feature"], one["share"]) for one in bureau["facts"]] == [
        ("BUREAU_COUNT", 1.0)
    ]


def test_a_better_score_than_usual_is_no_fact_against(bundle: Bundle) -> None:
    contributions = np.array([0, 0, 1.0, 1.0, 0, 0, 0])
    profile = told(bundle, VECTOR, contributions)[0]
    assert [one["feature"] for one in profile["facts"]] == [
        "CNT_CHILDREN",
        "CODE_GENDER",
    ]


def test_a_group_of_which_nothing_is_known_says_so_and_once(bundle: Bundle) -> None:
    vector = VECTOR.copy()
    vector[[0, 1, 5, 6]] = NAN
    amounts, profile, bureau = told(bundle, vector)
    assert (amounts["known"], amounts["facts"]) == (False, [])
    assert amounts["text"] == "The amounts are not known."
    assert bureau["text"] == "There are no loans elsewhere."
    assert profile["known"]
    first, second, third = bundle.reasons
    alike = replace(
        bundle,
        reasons=(first, second, third.model_copy(update={"unknown": first.unknown})),
    )
    assert [one["group"] for one in told(alike, vector)] == ["AMOUNTS", "PROFILE"]


def test_differences_add_up_to_the_margin_less_the_usual_one(bundle: Bundle) -> None:
    assert bundle.borderline is not None
    reasons = reasons_of(bundle)
    differences = reasons.differences(reasons.sums(CONTRIBUTIONS))
    usual = sum(one.contribution for one in bundle.borderline.features)
    assert sum(differences) == CONTRIBUTIONS.sum() - usual
