"""Decisions that are uneven beyond chance, or beyond the risk, are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.evaluation.fairness import AGE_BAND, AGE_NAMES
from training.gates.fairness import Decisions, equality
from training.tables.home_credit import HOME_CREDIT

CLIENTS = 4_000


def attributes() -> pd.DataFrame:
    """Women and men in turn, in two bands of age by halves."""
    number = np.arange(CLIENTS)
    return pd.DataFrame(
        {
            "CODE_GENDER": np.where(number % 2, "M", "F"),
            AGE_BAND: np.where(number < CLIENTS / 2, AGE_NAMES[0], AGE_NAMES[-1]),
        }
    )


def failed(target: np.ndarray, probability: np.ndarray) -> set[str]:
    gates = equality(HOME_CREDIT, attributes(), Decisions(target, probability, 0.1))
    return {one.gate for one in gates if not one.passed}


@pytest.fixture
def fair() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    probability = random.beta(1, 9, CLIENTS)
    return (random.random(CLIENTS) < probability).astype(float), probability


def test_decisions_that_are_even_between_groups_pass(
    fair: tuple[np.ndarray, np.ndarray],
) -> None:
    assert failed(*fair) == set()


def test_a_gender_that_is_granted_less_often_is_seen(
    fair: tuple[np.ndarray, np.ndarray],
) -> None:
    target, probability = fair
    harder = np.where(attributes()["CODE_GENDER"] == "M", 2.0, 1.0)
    found = failed(target, np.minimum(probability * harder, 1.0))
    assert found >= {"four_fifths_gender", "equal_opportunity_gender"}


def test_an_age_may_be_granted_less_often_by_its_risk_but_not_beyond(
    fair: tuple[np.ndarray, np.ndarray],
) -> None:
    target, probability = fair
    young = (attributes()[AGE_BAND] == AGE_NAMES[0]).to_numpy()
    dearer = np.where(young, np.minimum(probability * 2, 1.0), probability)
    assert failed(target, dearer) == {"four_fifths_age", "equal_opportunity_age"}
    random = np.random.default_rng(1)
    assert failed((random.random(CLIENTS) < dearer).astype(float), dearer) == set()


def test_older_applicants_are_not_granted_less_often_whatever_their_risk() -> None:
    old = (attributes()[AGE_BAND] == AGE_NAMES[-1]).to_numpy()
    random = np.random.default_rng(2)
    probability = random.beta(1, 9, CLIENTS)
    probability = np.where(old, np.minimum(probability * 2, 1.0), probability)
    target = (random.random(CLIENTS) < probability).astype(float)
    assert failed(target, probability) == {"four_fifths_older_applicants"}
