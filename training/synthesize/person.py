"""The applicant: family, education, work, income, contact details."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    blank,
    blend,
    chance,
    choose,
    heap,
    pick_by,
    quantile,
    share_below,
)
from training.synthesize.work import NO_EMPLOYMENT, draw_work

INCOME_GRID = {22500: 0.62, 4500: 0.345, 450: 0.03, 4.5: 0.005}
EDUCATION = {
    "Lower secondary": 0.0126,
    "Secondary / secondary special": 0.711,
    "Incomplete higher": 0.0334,
    "Higher education": 0.2425,
    "Academic degree": 0.0005,
}
FAMILY = (
    "Married",
    "Single / not married",
    "Civil marriage",
    "Separated",
    "Widow",
    "Unknown",
)
HOUSING = (
    "House / apartment",
    "With parents",
    "Municipal apartment",
    "Rented apartment",
    "Office apartment",
    "Co-op apartment",
)
SUITES = {
    "Unaccompanied": 0.813,
    "Family": 0.13,
    "Spouse, partner": 0.036,
    "Children": 0.0107,
    "Other_B": 0.0061,
    "Other_A": 0.003,
    "Group of people": 0.0012,
}
REGISTRATION = (0, 47, 316, 670, 1960, 4480, 7460, 9910, 11400, 13900, 22900)
IDENTITY = (0, 59, 370, 730, 1720, 3250, 4300, 4730, 4950, 5480, 6260)
PHONE_CHANGE = (0, 0, 0, 0, 270, 757, 1570, 2155, 2520, 3150, 4170)
CAR_AGE = (0, 0, 1, 2, 5, 9, 15, 22, 29, 64, 91)
POPULATION = (0.0003, 0.005, 0.0066, 0.01, 0.0188, 0.0287, 0.0358, 0.0358)
POPULATION_AT = (0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.95, 1)


def draw_person(rng: np.random.Generator, clients: Clients) -> Columns:
    """One row per client."""
    uniform = rng.random((26, len(clients)))
    normal = rng.standard_normal((6, len(clients)))
    skill = blend(normal[0], (0.55, clients.capacity), (0.15, clients.stability))
    columns: Columns = {
        "CODE_GENDER": Categories(
            ("F", "M", "XNA"),
            np.where(uniform[0] < 1.3e-5, 2, clients.is_male).astype(np.int8),
        ),
        "NAME_EDUCATION_TYPE": choose(share_below(skill), EDUCATION),
        "NAME_TYPE_SUITE": choose(uniform[1], SUITES).where(
            uniform[2] >= np.where(clients.is_test, 0.0187, 0.0042)
        ),
        "DAYS_BIRTH": -np.round(clients.age * 365.25).astype(int),
    }
    columns |= _family(clients, uniform[3:7])
    columns |= draw_work(clients, skill, normal[1], uniform[7:12])
    columns |= _region(clients, normal[2], uniform[12:13])
    columns |= _income(clients, columns, skill, normal[3], uniform[13])
    columns |= _property(clients, uniform[14:18])
    columns |= _dates(clients, normal[4:6], uniform[18])
    columns |= _phones(clients, columns, uniform[19:24])
    return columns


def _family(clients: Clients, uniform: Floats) -> Columns:
    age, male = clients.age, clients.is_male
    young = chance((27 - age) / 3.5)
    shares = np.stack(
        (
            0.71 - 0.42 * young - 0.12 * ~male,
            0.08 + 0.5 * young + 0.04 * ~male,
            0.11 - 0.02 * (age > 50),
            0.045 + 0.025 * ~male + 0 * age,
            np.where(male, 0.012, 0.05) * np.exp((age - 50) / 11),
            np.full(len(age), 8e-6),
        ),
        axis=1,
    )
    status = Categories(FAMILY, pick_by(uniform[0], shares))
    together = status.equals("Married") | status.equals("Civil marriage")
    fertile = 1.0 * np.exp(-(((age - 36) / 10.5) ** 2)) * np.where(together, 1.25, 0.6)
    children = (uniform[1] < fertile * 0.6).astype(int)
    children += (uniform[2] < 0.32) & (children > 0)
    children += (uniform[3] < 0.13) & (children > 1)
    children += (uniform[3] < 0.015) & (children > 2)
    return {
        "NAME_FAMILY_STATUS": status,
        "CNT_CHILDREN": children,
        "CNT_FAM_MEMBERS": blank(children + 1.0 + together, status.equals("Unknown")),
    }


def _region(clients: Clients, normal: Floats, uniform: Floats) -> Columns:
    place = share_below(blend(normal, (0.35, clients.capacity)))
    rating = np.where(place > 0.896, 1, np.where(place < 0.158, 3, 2))
    promoted = (uniform[0] < 0.085) & (rating == 3) | (uniform[0] < 0.005)
    size = quantile(uniform[0], POPULATION, POPULATION_AT)
    capital = np.where(uniform[0] > 0.27, 0.0462, 0.0725)
    # 60 regions: a region's population share is one of a few fixed numbers.
    population = np.where(rating == 1, capital, np.round(size * 1300) / 1300)
    return {
        "REGION_POPULATION_RELATIVE": np.round(np.maximum(population, 0.00029), 6),
        "REGION_RATING_CLIENT": rating,
        "REGION_RATING_CLIENT_W_CITY": np.maximum(rating - promoted, 1),
    }


def _income(
    clients: Clients, columns: Columns, skill: Floats, normal: Floats, uniform: Floats
) -> Columns:
    pensioner = columns["NAME_INCOME_TYPE"].equals("Pensioner")
    rating = columns["REGION_RATING_CLIENT"]
    amounts = np.exp(
        11.85
        + 0.26 * clients.capacity
        + 0.1 * skill
        + 0.22 * clients.is_male
        - 0.22 * pensioner
        + 0.28 * (rating == 1)
        + np.where(clients.is_test, 0.06, 0)
        + 0.32 * normal * np.where(np.abs(normal) > 2.5, 1.35, 1)
    )
    return {"AMT_INCOME_TOTAL": heap(uniform, np.maximum(amounts, 25650), INCOME_GRID)}


def _property(clients: Clients, uniform: Floats) -> Columns:
    age = clients.age
    car = uniform[0] < chance(
        -1.3 + 1.55 * clients.is_male + 0.35 * clients.capacity - 0.02 * (age - 43)
    )
    car_age = np.round(quantile(uniform[1], CAR_AGE) * np.exp(-0.2 * clients.capacity))
    at_home = np.exp(-(age - 20) / 8)
    shares = np.stack(
        (
            0.9 + 0 * age,
            0.32 * at_home + 0.006,
            0.037 + 0 * age,
            0.012 + 0.02 * at_home,
            0.0081 + 0 * age,
            0.0037 + 0 * age,
        ),
        axis=1,
    )
    return {
        "FLAG_OWN_CAR": _yes_no(car),
        "OWN_CAR_AGE": blank(np.minimum(car_age, 91), ~car),
        "FLAG_OWN_REALTY": _yes_no(uniform[2] < 0.6 + 0.0022 * age),
        "NAME_HOUSING_TYPE": Categories(HOUSING, pick_by(uniform[3], shares)),
    }


def _dates(clients: Clients, normal: Floats, uniform: Floats) -> Columns:
    days = clients.age * 365.25
    rooted = share_below(blend(normal[0], (0.35, clients.stability)))
    registered = np.round(np.minimum(quantile(rooted, REGISTRATION), days))
    phone = share_below(blend(normal[1], (0.4, clients.stability)))
    since = quantile(phone, PHONE_CHANGE) * np.where(clients.is_test, 1.12, 1)
    return {
        "DAYS_REGISTRATION": 0.0 - registered,
        "DAYS_ID_PUBLISH": -np.round(
            np.minimum(quantile(uniform, IDENTITY), days - 14 * 365)
        ).astype(int),
        "DAYS_LAST_PHONE_CHANGE": 0.0 - np.round(since),
    }


def _phones(clients: Clients, columns: Columns, uniform: Floats) -> Columns:
    employed = columns["DAYS_EMPLOYED"] != NO_EMPLOYMENT
    email = np.where(clients.is_test, 0.1626, 0.0557)
    flags: dict[str, Flags] = {
        "FLAG_MOBIL": uniform[0] >= 3e-6,
        "FLAG_EMP_PHONE": employed,
        "FLAG_WORK_PHONE": employed & (uniform[1] < 0.242),
        "FLAG_CONT_MOBILE": uniform[2] >= 0.0018,
        "FLAG_PHONE": uniform[3] < 0.277,
        "FLAG_EMAIL": uniform[4] < email,
    }
    return {name: flag.astype(int) for name, flag in flags.items()}


def _yes_no(flags: Flags) -> Categories:
    return Categories(("N", "Y"), flags.astype(np.int8))
