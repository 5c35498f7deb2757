"""The application: person, loan asked for, what came along; and who defaults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.special import expit

from training.synthesize.draw import Array, Columns, blank, draw
from training.synthesize.previous_application import instalment, to_grid

# As the API reads them: an invented loan has its price's rate.
PRICES = Path(__file__).with_name("prices.json")
NO_JOB, YEAR = 365243, 365.25
# The three statistics of one building differ little: a factor and its spread.
STATISTICS = {"AVG": (1.0, 0.0), "MODE": (0.985, 0.06), "MEDI": (1.004, 0.02)}
# Brings the share of defaults to 8 %.
INTERCEPT = -3.87
# Log-odds by one standard deviation of what outside agencies think, and of what each
# history table shows. Tables that few clients have weigh more for those who do.
SCORES = {"score_1": 0.14, "score_2": 0.2, "score_3": 0.22}
HISTORY = {"credits": 0.24, "months": 0.42, "applications": 0.26}
HISTORY |= {"loans": 0.26, "payments": 0.2, "card": 0.4}


def draw_application(rng: np.random.Generator, clients: Columns) -> Columns:
    """One row per client, with the client's habits."""
    drawn = draw(rng, "application", clients)
    return (
        clients
        | drawn
        | _person(drawn)
        | _loan(drawn)
        | _dossier(drawn)
        | _home(rng, drawn)
    )


def _person(drawn: Columns) -> Columns:
    """What has to agree: family and children, age and job, region and city."""
    family = drawn["NAME_FAMILY_STATUS"]
    together = family.equals("Married") | family.equals("Civil marriage")
    family_size = drawn["CNT_CHILDREN"] + 1 + together
    born, job = drawn["DAYS_BIRTH"], drawn["DAYS_EMPLOYED"]
    grown = np.minimum(born + 18 * YEAR, -30).astype(int)
    city = drawn["REGION_RATING_CLIENT"] - drawn["promoted"]
    return {
        "CNT_FAM_MEMBERS": blank(family_size, family.equals("Unknown")),
        "DAYS_EMPLOYED": np.where(job == NO_JOB, job, np.maximum(job, grown)),
        "DAYS_REGISTRATION": np.maximum(drawn["DAYS_REGISTRATION"], born),
        "DAYS_ID_PUBLISH": np.maximum(drawn["DAYS_ID_PUBLISH"], born + 14 * 365),
        "REGION_RATING_CLIENT_W_CITY": np.maximum(city, 1),
    }


def _loan(drawn: Columns) -> Columns:
    card, goods = drawn["NAME_CONTRACT_TYPE"].equals("Revolving loans"), drawn["goods"]
    limit = np.maximum(np.round(goods * 0.6 / 45000), 3) * 45000
    credit = np.where(card, limit, to_grid(goods * drawn["markup"], 4.5))
    rate = yearly_rate(credit, drawn["term"])
    annuity = np.round(instalment(credit, rate / 12, drawn["term"]), 2)
    annuity = np.where(card, limit / 20, annuity)
    return {
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": blank(annuity, drawn["unknown"] > 0),
        "CNT_PAYMENT": blank(drawn["term"], card),
        "AMT_GOODS_PRICE": np.where(card, limit, goods),
    }


def yearly_rate(credit: Array, term: Array) -> Array:
    """What the invented lender asks: the first of its prices that covers a loan."""
    prices = json.loads(PRICES.read_text("utf-8"))["rates"]
    covers = [
        (credit <= price.get("amount_up_to", np.inf))
        & (term <= price["instalments_up_to"])
        for price in prices
    ]
    return np.select(covers, [price["yearly_rate"] for price in prices])


def _dossier(drawn: Columns) -> Columns:
    """Whoever defaulted was seen; enquiries are known of all periods or of none."""
    documents, enquiries = (
        drawn["document"],
        [n for n in drawn if n.startswith("AMT_REQ")],
    )
    observed = drawn["OBS_30_CNT_SOCIAL_CIRCLE"]
    late = np.minimum(drawn["DEF_30_CNT_SOCIAL_CIRCLE"], observed)
    circle = {
        "OBS_30": observed,
        "DEF_30": late,
        "OBS_60": np.maximum(observed - drawn["OBS_60_CNT_SOCIAL_CIRCLE"], late),
        "DEF_60": np.maximum(late - drawn["DEF_60_CNT_SOCIAL_CIRCLE"], 0),
    }
    return {
        **{f"FLAG_DOCUMENT_{number}": documents.equals(number) for number in "368"},
        **{name: blank(drawn[name], drawn["unasked"] > 0) for name in enquiries},
        **{
            f"{name}_CNT_SOCIAL_CIRCLE": blank(count, drawn["unseen"] > 0)
            for name, count in circle.items()
        },
    }


def _home(rng: np.random.Generator, drawn: Columns) -> Columns:
    columns: Columns = {}
    for part in (name.removesuffix("_AVG") for name in drawn if "_AVG" in name):
        average = drawn[f"{part}_AVG"]
        for kind, (factor, spread) in STATISTICS.items():
            # Years are nearly constant: the three barely differ.
            center, noise = (1, spread / 20) if "YEARS" in part else (factor, spread)
            values = average * rng.normal(center, noise, len(average))
            columns[f"{part}_{kind}"] = np.round(np.clip(values, 0, 1), 4)
    return columns


def draw_target(
    rng: np.random.Generator, application: Columns, previous: Columns
) -> Array:
    """1 for default, else 0: log-odds of the causes, and chance.

    Effects bend and meet each other, so that a linear model on raw columns does not
    find all of it. A history table counts for clients who have rows in it.
    """
    present = _present(application, previous)
    shown = {name: application[name] * present[name] for name in HISTORY}
    weighed = [(weight, -application[name]) for name, weight in SCORES.items()]
    weighed += [(weight, shown[name]) for name, weight in HISTORY.items()]
    # Bad behaviour says more than good behaviour.
    bent = sum(w * (risk + 0.4 * np.maximum(risk, 0) ** 1.5) for w, risk in weighed)
    log_odds = INTERCEPT + bent + _asked(application) + _lived(application)
    log_odds += _together(application, shown)
    return np.asarray(rng.random(len(log_odds)) < expit(log_odds), int)


def _present(clients: Columns, previous: Columns) -> Columns:
    def holders(kind: str) -> Array:
        return np.isin(clients["SK_ID_CURR"], previous["SK_ID_CURR"][previous[kind]])

    credits = np.round(clients["credit_count"]) > 0
    return {
        "credits": credits,
        "months": credits & (clients["monthly"] > 0),
        "applications": np.round(clients["application_count"]) > 0,
        **dict.fromkeys(("loans", "payments"), holders("lent")),
        "card": holders("carded"),
    }


def _asked(loan: Columns) -> Array:
    credit, annuity = loan["AMT_CREDIT"], loan["AMT_ANNUITY"]
    annuity = np.where(np.isnan(annuity), credit / 20, annuity)
    months, burden = credit / annuity, annuity / loan["AMT_INCOME_TOTAL"]
    return np.asarray(
        0.8 * np.exp(-(((months - 14) / 3.5) ** 2))
        - 0.5 * (months < 10.5)
        - 0.15 * np.tanh((months - 26) / 6)
        + 0.9 * np.maximum(credit / loan["AMT_GOODS_PRICE"] - 1.1, 0)
        + 0.13 * np.tanh((burden - 0.22) / 0.08)
        - 0.35 * loan["NAME_CONTRACT_TYPE"].equals("Revolving loans")
    )


def _lived(person: Columns) -> Array:
    job, car = person["DAYS_EMPLOYED"], person["OWN_CAR_AGE"]
    recent = 0.3 * np.exp(np.minimum(job, 0) / YEAR / 3) - 0.12
    return np.asarray(
        0.08 * person["CODE_GENDER"].equals("M")
        - 0.16 * person["NAME_EDUCATION_TYPE"].equals("Higher education")
        + np.where(job == NO_JOB, 0, recent)
        + 0.1 * (person["REGION_RATING_CLIENT_W_CITY"] - 2)
        + 0.12 * person["REG_CITY_NOT_WORK_CITY"]
        + np.where(np.isnan(car), 0.12, 0.012 * np.minimum(car, 25))
        + 0.1 * np.nan_to_num(person["DEF_30_CNT_SOCIAL_CIRCLE"])
        + 0.14 * np.exp(person["DAYS_LAST_PHONE_CHANGE"] / 500)
        - 0.1 * np.tanh(person["age"])
    )


def _together(columns: Columns, shown: Columns) -> Array:
    """What weighs only together with something else."""
    heavy = np.tanh(columns["AMT_CREDIT"] / columns["AMT_INCOME_TOTAL"] / 4 - 0.8)
    job, young = columns["DAYS_EMPLOYED"], 29 + columns["DAYS_BIRTH"] / YEAR
    urgent = np.maximum(shown["applications"], 0)
    return np.asarray(
        0.9 * expit(young / 2) * ((job > -550) & (job != NO_JOB))
        + 0.35 * heavy * shown["payments"]
        + 0.3 * heavy * np.maximum(shown["credits"], 0)
        - 0.3 * np.tanh(columns["means"]) * shown["card"]
        + 0.25 * urgent * np.maximum(-columns["score_3"], 0)
    )
