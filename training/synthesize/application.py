"""The application: the person, the loan asked for, what came along with it."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.draw import Columns, Floats, Words, blank, draw, shapes
from training.tables import TABLES

NO_JOB = 365243
YEAR = 365.25
# The three statistics of one building differ little: a factor and its spread.
STATISTICS = {"AVG": (1.0, 0.0), "MODE": (0.985, 0.06), "MEDI": (1.004, 0.02)}


def draw_applications(rng: np.random.Generator, clients: Clients) -> Columns:
    """One row per client."""
    drawn = {
        part: draw(rng, TABLES["application"].columns, form, clients.rows)
        for part, form in shapes("application").items()
    }
    person = drawn["columns"]
    return {
        "SK_ID_CURR": clients.ids,
        **person,
        **_person(person),
        **_loan(person["NAME_CONTRACT_TYPE"], drawn["loan"]),
        **_documents(drawn["dossier"]),
        **_circle(drawn["circle"]),
        **_enquiries(drawn["enquiries"]),
        **_buildings(rng, drawn["building"]),
        **drawn["building_words"],
    }


def _person(person: Columns) -> Columns:
    """What has to agree: family and children, age and job, region and city."""
    family = person["NAME_FAMILY_STATUS"]
    together = family.equals("Married") | family.equals("Civil marriage")
    lived, employed = person["DAYS_BIRTH"], person["DAYS_EMPLOYED"]
    grown = np.minimum(lived + 18 * YEAR, -30).astype(int)
    rating = person["REGION_RATING_CLIENT"]
    return {
        "CNT_FAM_MEMBERS": blank(
            person["CNT_CHILDREN"] + 1 + together, family.equals("Unknown")
        ),
        "DAYS_EMPLOYED": np.where(
            employed == NO_JOB, employed, np.maximum(employed, grown)
        ),
        "DAYS_REGISTRATION": np.round(np.maximum(person["DAYS_REGISTRATION"], lived)),
        "DAYS_ID_PUBLISH": np.maximum(person["DAYS_ID_PUBLISH"], lived + 14 * 365),
        "DAYS_LAST_PHONE_CHANGE": np.round(person["DAYS_LAST_PHONE_CHANGE"]),
        "REGION_RATING_CLIENT_W_CITY": np.maximum(
            rating - person["promoted"].astype(int), 1
        ),
        "REGION_POPULATION_RELATIVE": np.round(person["REGION_POPULATION_RELATIVE"], 6),
        "EXT_SOURCE_3": np.round(person["EXT_SOURCE_3"], 4),
    }


def _loan(kind: Words, loan: Columns) -> Columns:
    revolving, goods = kind.equals("Revolving loans"), loan["goods"]
    limit = np.maximum(np.round(goods * 0.6 / 45000), 3) * 45000
    credit = np.where(revolving, limit, to_grid(goods * loan["markup"], 4.5))
    annuity = annuity_of(credit, loan["rate"], loan["months"])
    return {
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": blank(
            np.where(revolving, limit / 20, to_grid(annuity, 4.5)), loan["unknown"] > 0
        ),
        "AMT_GOODS_PRICE": np.where(revolving, limit, goods),
    }


def annuity_of(credit: Floats, rate: Floats, months: Floats) -> Floats:
    """The level instalment that pays a credit back at a monthly rate."""
    return credit * rate / (1 - (1 + rate) ** -np.maximum(months, 1))


def to_grid(amounts: Floats, step: float) -> Floats:
    """The nearest positive multiple of `step`."""
    return np.maximum(np.round(amounts / step), 1) * step


def _documents(dossier: Columns) -> Columns:
    given = dossier["document"]
    return dossier | {
        f"FLAG_DOCUMENT_{number}": given.equals(number).astype(int) for number in "368"
    }


def _circle(circle: Columns) -> Columns:
    """Whoever defaulted was seen; few more days change few counts."""
    seen = circle["OBS_30_CNT_SOCIAL_CIRCLE"]
    late = np.minimum(circle["DEF_30_CNT_SOCIAL_CIRCLE"], seen)
    counts = {
        "OBS_30_CNT_SOCIAL_CIRCLE": seen,
        "DEF_30_CNT_SOCIAL_CIRCLE": late,
        "OBS_60_CNT_SOCIAL_CIRCLE": np.maximum(
            seen - circle["OBS_60_CNT_SOCIAL_CIRCLE"], late
        ),
        "DEF_60_CNT_SOCIAL_CIRCLE": np.maximum(
            late - circle["DEF_60_CNT_SOCIAL_CIRCLE"], 0
        ),
    }
    return {name: blank(count, circle["unseen"] > 0) for name, count in counts.items()}


def _enquiries(enquiries: Columns) -> Columns:
    unasked = enquiries.pop("unasked") > 0
    return {name: blank(count, unasked) for name, count in enquiries.items()}


def _buildings(rng: np.random.Generator, building: Columns) -> Columns:
    columns: Columns = {}
    for part, values in building.items():
        for kind, (factor, spread) in STATISTICS.items():
            # Years are nearly constant: the three barely differ.
            years = part.startswith("YEARS")
            noise = spread * rng.standard_normal(len(values)) / (20 if years else 1)
            drawn = values * ((1 if years else factor) + noise)
            columns[f"{part}_{kind}"] = np.round(np.clip(drawn, 0, 1), 4)
    return columns
