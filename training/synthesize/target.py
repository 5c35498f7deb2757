"""Who defaults: log-odds of the causes, and chance.

The terms are of three kinds: the standings behind the outside scores, what the
application itself shows, and what each history table shows, for clients who have rows
there. Effects bend and meet each other, so that a linear model on raw columns does not
find all of it. Gender and family weigh little.
"""

from __future__ import annotations

import numpy as np

from training.synthesize.application import NO_JOB, YEAR
from training.synthesize.clients import Clients
from training.synthesize.draw import Columns, Flags, Floats, Integers, chance
from training.synthesize.previous import Previous

# Brings the share of defaults to 8.07 %.
INTERCEPT = -3.71
# Effect of one standard deviation, of a score downwards. Tables that few clients have
# weigh more for those who do.
SCORES = {"score_1": 0.15, "score_2": 0.23, "score_3": 0.25}
HISTORY = {
    "credits": 0.3,
    "months": 0.5,
    "applications": 0.32,
    "loans": 0.32,
    "payments": 0.24,
    "card": 0.46,
}


def draw_target(
    rng: np.random.Generator, clients: Clients, application: Columns, previous: Previous
) -> Integers:
    """1 for default, else 0: one entry per client."""
    present = _present(clients, previous)
    shown = {name: clients[name] * present[name] for name in HISTORY}
    log_odds = INTERCEPT + _loan(application) + _person(clients, application)
    for name, weight in SCORES.items():
        log_odds += weight * _bend(-clients[name])
    for name, weight in HISTORY.items():
        log_odds += weight * _bend(shown[name])
    log_odds += _meetings(clients, application, shown)
    return (rng.random(len(clients.ids)) < chance(log_odds)).astype(int)


def _bend(trait: Floats) -> Floats:
    """Bad behaviour says more than good behaviour."""
    return trait + 0.25 * np.maximum(trait, 0) ** 1.5


def _present(clients: Clients, previous: Previous) -> dict[str, Flags]:
    def holders(rows: Integers) -> Flags:
        return np.bincount(previous.client[rows], minlength=len(clients.ids)) > 0

    credits = np.round(clients.history["credits"]) > 0
    lent = holders(previous.loans)
    return {
        "credits": credits,
        "months": credits & (clients.history["monthly"] > 0),
        "applications": np.round(clients.history["applications"]) > 0,
        "loans": lent,
        "payments": lent,
        "card": holders(previous.cards),
    }


def _loan(columns: Columns) -> Floats:
    credit, goods = columns["AMT_CREDIT"], columns["AMT_GOODS_PRICE"]
    annuity = np.where(
        np.isnan(columns["AMT_ANNUITY"]), credit / 20, columns["AMT_ANNUITY"]
    )
    months, burden = credit / annuity, annuity / columns["AMT_INCOME_TOTAL"]
    return (
        0.32 * np.exp(-(((months - 14) / 3.5) ** 2))
        - 0.34 * (months < 10.5)
        - 0.15 * np.tanh((months - 26) / 6)
        + 0.9 * np.maximum(credit / goods - 1.1, 0)
        + 0.13 * np.tanh((burden - 0.22) / 0.08)
        - 0.35 * columns["NAME_CONTRACT_TYPE"].equals("Revolving loans")
    )


def _person(clients: Clients, columns: Columns) -> Floats:
    employed = columns["DAYS_EMPLOYED"] != NO_JOB
    years = np.where(employed, -columns["DAYS_EMPLOYED"] / YEAR, 0)
    higher = columns["NAME_EDUCATION_TYPE"].equals("Higher education")
    car = columns["OWN_CAR_AGE"]
    return (
        0.08 * columns["CODE_GENDER"].equals("M")
        + 0.05 * columns["NAME_FAMILY_STATUS"].equals("Single / not married")
        - 0.16 * higher
        + employed * (0.3 * np.exp(-years / 3) - 0.12)
        + 0.1 * (columns["REGION_RATING_CLIENT_W_CITY"] - 2)
        + 0.12 * columns["REG_CITY_NOT_WORK_CITY"]
        + np.where(np.isnan(car), 0.12, 0.012 * np.minimum(car, 25))
        + 0.1 * np.nan_to_num(columns["DEF_30_CNT_SOCIAL_CIRCLE"])
        + 0.14 * np.exp(columns["DAYS_LAST_PHONE_CHANGE"] / 500)
        + 0.1 * np.exp(columns["DAYS_ID_PUBLISH"] / 800)
        - 0.1 * np.tanh(clients["age"])
    )


def _meetings(clients: Clients, columns: Columns, shown: dict[str, Floats]) -> Floats:
    """What weighs only together with something else."""
    heavy = np.tanh(columns["AMT_CREDIT"] / columns["AMT_INCOME_TOTAL"] / 4 - 0.8)
    fresh = (columns["DAYS_EMPLOYED"] > -550) & (columns["DAYS_EMPLOYED"] != NO_JOB)
    young = chance((29 + columns["DAYS_BIRTH"] / YEAR) / 2)
    return (
        0.35 * young * fresh
        + 0.18 * heavy * shown["payments"]
        + 0.15 * heavy * np.maximum(shown["credits"], 0)
        - 0.15 * np.tanh(clients["means"]) * shown["card"]
        + 0.12
        * np.maximum(shown["applications"], 0)
        * np.maximum(-clients["score_3"], 0)
    )
