"""Who the clients are: hidden causes that every table and the default share.

Four factors describe a client (capacity, discipline, indebtedness, stability). Each
history table shows one trait more, which leans on the factors but is mostly its own:
that is why no table can be replaced by the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.sampling import (
    Flags,
    Floats,
    Integers,
    blend,
    chance,
    quantile,
    share_below,
)

AGE = (20.6, 22.6, 25.8, 28.2, 34.0, 43.2, 53.8, 60.7, 63.5, 66.8, 69.0)
# How much of a trait the shared factors explain (as a correlation).
SHARED = 0.45
# Shares of clients that a credit bureau reports month by month, and with
# instalment amounts: nearly all later (test) clients, few earlier ones.
MONTHLY_REPORTS = (0.36, 0.998)
ANNUITY_REPORTS = (0.22, 0.75)


@dataclass(frozen=True)
class Clients:
    """One entry per client. Factors and traits are standard normal; high traits
    raise risk."""

    ids: Integers
    is_test: Flags
    age: Floats
    is_male: Flags
    capacity: Floats
    discipline: Floats
    indebtedness: Floats
    stability: Floats
    bureau: Floats
    bureau_balance: Floats
    previous: Floats
    pos: Floats
    instalments: Floats
    card: Floats
    bureau_credits: Integers
    monthly_reports: Flags
    annuity_reports: Flags
    previous_applications: Integers

    def __len__(self) -> int:
        return len(self.ids)


def draw_clients(rng: np.random.Generator, ids: Integers, is_test: Flags) -> Clients:
    count = len(ids)
    own = rng.standard_normal((12, count))
    capacity, maturity = own[0], own[1]
    stability = blend(own[2], (0.45, maturity), (0.25, capacity))
    discipline = blend(own[3], (0.25, stability), (0.15, capacity))
    indebtedness = blend(own[4], (-0.3, discipline))
    # Weights chosen so that the shared risk has unit variance.
    shared = (
        -0.55 * discipline + 0.45 * indebtedness - 0.3 * stability - 0.3 * capacity
    ) / 1.04

    def trait(index: int) -> Floats:
        return blend(own[index], (SHARED, shared))

    reported = rng.random((2, count))
    late = is_test.astype(int)
    age = quantile(share_below(maturity), AGE)
    return Clients(
        ids=ids,
        is_test=is_test,
        age=age,
        is_male=rng.random(count) < chance(-0.62 - 0.024 * (age - 43)),
        capacity=capacity,
        discipline=discipline,
        indebtedness=indebtedness,
        stability=stability,
        bureau=trait(5),
        bureau_balance=trait(6),
        previous=trait(7),
        pos=trait(8),
        instalments=trait(9),
        card=trait(10),
        bureau_credits=_count(rng, 0.142, 4.62, 1.25, 0.2 * indebtedness),
        monthly_reports=reported[0] < np.take(MONTHLY_REPORTS, late),
        annuity_reports=reported[1] < np.take(ANNUITY_REPORTS, late),
        previous_applications=_count(rng, 0.049, 3.93, 1.1, 0.2 * indebtedness),
    )


def _count(
    rng: np.random.Generator, none: float, mean: float, shape: float, tilt: Floats
) -> Integers:
    """Rows per client: none for some, else one plus an over-dispersed count."""
    # exp(0.02) is the mean of exp(tilt) at a standard deviation of 0.2
    rates = rng.gamma(shape, mean / shape / np.exp(0.02), len(tilt)) * np.exp(tilt)
    present = rng.random(len(tilt)) >= none
    return np.where(present, 1 + rng.poisson(rates), 0)
