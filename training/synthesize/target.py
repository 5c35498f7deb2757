"""Who defaults: log-odds of the causes, and chance.

The terms are of three kinds: the standings behind the external scores, what the
application itself shows, and one trait per history table. A trait counts only for
clients who have rows in its table. Effects bend and meet each other, so that a linear
model on raw columns does not find all of it. Gender and family weigh little.
"""

from __future__ import annotations

import numpy as np

from training.synthesize.application import Applications
from training.synthesize.clients import Clients
from training.synthesize.previous import Previous
from training.synthesize.sampling import Columns, Flags, Floats, Integers, chance
from training.synthesize.work import NO_EMPLOYMENT

# Brings the share of defaults to 8.07 %.
INTERCEPT = -3.71
STANDINGS = (0.15, 0.23, 0.25)
# Effect of one standard deviation of a trait. Tables that few clients have weigh
# more for those who do.
TRAITS = {
    "bureau": 0.3,
    "bureau_balance": 0.5,
    "previous": 0.32,
    "pos": 0.32,
    "instalments": 0.24,
    "card": 0.46,
}


def draw_target(
    rng: np.random.Generator,
    clients: Clients,
    applications: Applications,
    previous: Previous,
) -> Integers:
    """1 for default, else 0: one entry per client."""
    present = _present(clients, previous)
    log_odds = (
        INTERCEPT
        + _standings(applications.standings)
        + _loan(clients, applications.columns)
        + _person(clients, applications.columns)
        + sum(
            weight * _bend(getattr(clients, name)) * present[name]
            for name, weight in TRAITS.items()
        )
        + _meetings(clients, applications, present)
    )
    return (rng.random(len(clients)) < chance(log_odds)).astype(int)


def _bend(trait: Floats) -> Floats:
    """Bad behaviour says more than good behaviour."""
    return trait + 0.25 * np.maximum(trait, 0) ** 1.5


def _present(clients: Clients, previous: Previous) -> dict[str, Flags]:
    def holders(kinds: Flags) -> Flags:
        rows = previous.client[previous.disbursed & kinds]
        return np.bincount(rows, minlength=len(clients)) > 0

    lent = holders(previous.kind < 2)
    return {
        "bureau": clients.bureau_credits > 0,
        "bureau_balance": (clients.bureau_credits > 0) & clients.monthly_reports,
        "previous": clients.previous_applications > 0,
        "pos": lent,
        "instalments": lent,
        "card": holders(previous.kind == 2),
    }


def _standings(standings: tuple[Floats, Floats, Floats]) -> Floats:
    """Steep at the bottom, flat at the top."""
    parts = [
        weight * (-standing + 0.22 * np.maximum(-standing, 0) ** 1.5)
        for weight, standing in zip(STANDINGS, standings, strict=True)
    ]
    return np.sum(parts, axis=0)


def _loan(clients: Clients, columns: Columns) -> Floats:
    credit, annuity = columns["AMT_CREDIT"], columns["AMT_ANNUITY"]
    annuity = np.where(np.isnan(annuity), credit / 20, annuity)
    goods = columns["AMT_GOODS_PRICE"]
    gap = credit / np.where(np.isnan(goods), credit, goods) - 1
    months = credit / annuity
    burden = annuity / columns["AMT_INCOME_TOTAL"]
    short = 0.32 * np.exp(-(((months - 14) / 3.5) ** 2)) - 0.34 * (months < 10.5)
    long = -0.15 * np.tanh((months - 26) / 6)
    return (
        short
        + long
        + 0.9 * np.maximum(gap - 0.1, 0)
        + 0.13 * np.tanh((burden - 0.22) / 0.08)
        - 0.35 * columns["NAME_CONTRACT_TYPE"].equals("Revolving loans")
    )


def _person(clients: Clients, columns: Columns) -> Floats:
    education = columns["NAME_EDUCATION_TYPE"]
    days_employed = columns["DAYS_EMPLOYED"]
    employed = days_employed != NO_EMPLOYMENT
    years = np.where(employed, -days_employed / 365.25, 0)
    car_age = columns["OWN_CAR_AGE"]
    alone = columns["NAME_FAMILY_STATUS"].equals("Single / not married")
    return (
        0.08 * clients.is_male
        + 0.05 * alone
        - 0.16 * (education.codes >= 3)
        + 0.15 * (education.codes == 0)
        + employed * (0.3 * np.exp(-years / 3) - 0.12)
        + 0.1 * (columns["REGION_RATING_CLIENT_W_CITY"] - 2)
        + 0.12 * columns["REG_CITY_NOT_WORK_CITY"]
        + np.where(np.isnan(car_age), 0.12, 0.012 * np.minimum(car_age, 25))
        + 0.1 * np.nan_to_num(columns["DEF_30_CNT_SOCIAL_CIRCLE"])
        + 0.14 * np.exp(columns["DAYS_LAST_PHONE_CHANGE"] / 500)
        + 0.1 * np.exp(columns["DAYS_ID_PUBLISH"] / 800)
        - 0.1 * np.tanh((clients.age - 40) / 12)
    )


def _meetings(
    clients: Clients, applications: Applications, present: dict[str, Flags]
) -> Floats:
    """What weighs only together with something else."""
    columns = applications.columns
    credit = columns["AMT_CREDIT"]
    heavy = np.tanh(credit / columns["AMT_INCOME_TOTAL"] / 4 - 0.8)
    fresh = columns["DAYS_EMPLOYED"] > -550
    fresh &= columns["DAYS_EMPLOYED"] != NO_EMPLOYMENT
    young = chance((29 - clients.age) / 2)
    return (
        0.35 * young * fresh
        + 0.18 * heavy * clients.instalments * present["instalments"]
        + 0.15 * np.maximum(clients.bureau, 0) * present["bureau"] * heavy
        - 0.15 * clients.card * present["card"] * np.tanh(clients.capacity)
        + 0.12
        * np.maximum(clients.previous, 0)
        * np.maximum(-applications.standings[2], 0)
    )
