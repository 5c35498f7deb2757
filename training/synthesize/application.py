"""The application: the loan asked for, and every column put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.dossier import draw_dossier
from training.synthesize.housing import draw_housing
from training.synthesize.person import draw_person
from training.synthesize.sampling import (
    Categories,
    Columns,
    Floats,
    blank,
    blend,
    heap,
    pick,
    share_below,
    to_grid,
)
from training.synthesize.scores import draw_scores

GOODS_GRID = {45000: 0.5, 22500: 0.15, 4500: 0.348, 4.5: 0.002}
REVOLVING = (0.0948, 0.009)  # earlier and later clients
MONTHS = (9, 12, 18, 24, 30, 36, 42, 48, 54, 60)
TERMS = (0.02, 0.13, 0.1, 0.19, 0.17, 0.15, 0.08, 0.07, 0.05, 0.04)
TERMS_TEST = (0.02, 0.15, 0.17, 0.26, 0.17, 0.11, 0.05, 0.03, 0.02, 0.02)
# Insurance and fees on top of the goods' price, by kind of offer.
OFFERS = (0.352, 0.3, 0.24, 0.108)
MARKUPS = ((1.0, 1.0), (1.05, 1.14), (1.12, 1.27), (1.26, 1.5))


@dataclass(frozen=True)
class Applications:
    """One entry per client: the columns, and the hidden standings of the scores."""

    columns: Columns
    standings: tuple[Floats, Floats, Floats]


def draw_applications(rng: np.random.Generator, clients: Clients) -> Applications:
    person = draw_person(rng, clients)
    scores = draw_scores(rng, clients, person["REGION_RATING_CLIENT"])
    columns = {
        "SK_ID_CURR": clients.ids,
        **person,
        **_loan(rng, clients, person["AMT_INCOME_TOTAL"]),
        **scores.columns,
        **draw_housing(rng, clients, person),
        **draw_dossier(rng, clients, person, scores.no_enquiries),
    }
    return Applications(columns, scores.standings)


def _loan(rng: np.random.Generator, clients: Clients, income: Floats) -> Columns:
    count = len(clients)
    revolving = rng.random(count) < np.take(REVOLVING, clients.is_test.astype(int))
    wish = 0.12 * clients.indebtedness + 0.08 * clients.stability
    goods = np.exp(
        np.log(455000)
        + np.where(clients.is_test, -0.15, 0)
        + 0.55 * (np.log(income) - 11.9)
        + wish
        + 0.62 * rng.standard_normal(count)
    )
    goods = heap(rng.random(count), np.clip(goods, 45000, 4050000), GOODS_GRID)
    limit = np.maximum(np.round(goods * 0.6 / 45000), 3) * 45000
    credit = np.where(revolving, limit, to_grid(goods * _markup(rng, clients), 4.5))
    annuity = np.where(
        revolving, limit / 20, to_grid(credit / _months_paid(rng, clients, goods), 4.5)
    )
    unknown = rng.random((2, count))
    return {
        "NAME_CONTRACT_TYPE": Categories(
            ("Cash loans", "Revolving loans"), revolving.astype(np.int8)
        ),
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": blank(
            annuity, unknown[0] < np.where(clients.is_test, 0.0005, 0.00004)
        ),
        "AMT_GOODS_PRICE": blank(
            np.where(revolving, limit, goods), revolving & (unknown[1] < 0.0095)
        ),
    }


def _markup(rng: np.random.Generator, clients: Clients) -> Floats:
    # Those who need the money most take the dearer offers.
    need = 0.12 * clients.indebtedness - 0.08 * clients.capacity
    uniform = np.clip(rng.random(len(clients)) + 0.5 * need * (need > -0.2), 0, 0.9999)
    low, high = np.asarray(MARKUPS)[pick(uniform, OFFERS)].T
    return low + (high - low) * rng.random(len(clients))


def _months_paid(rng: np.random.Generator, clients: Clients, goods: Floats) -> Floats:
    """Credit over annuity: the months that the credit alone would last."""
    # Large loans run longer: the instalment has to be bearable.
    size = np.clip((np.log(goods) - 13) / 0.72, -3, 3)
    uniform = share_below(blend(rng.standard_normal(len(clients)), (0.62, size)))
    position = np.where(
        clients.is_test, pick(uniform, TERMS_TEST), pick(uniform, TERMS)
    )
    months = np.asarray(MONTHS)[position]
    rate = np.clip(0.0165 + 0.005 * rng.standard_normal(len(clients)), 0.006, 0.032)
    rate = rate * np.where(months > 40, 0.7, 1)
    return (1 - (1 + rate) ** -months) / rate
