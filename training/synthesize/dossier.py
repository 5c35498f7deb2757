"""What came with the application: addresses, documents, enquiries, acquaintances."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Columns,
    Flags,
    blank,
    chance,
    choose,
)
from training.synthesize.work import NO_EMPLOYMENT

WEEKDAYS = {
    "MONDAY": 0.166,
    "TUESDAY": 0.173,
    "WEDNESDAY": 0.17,
    "THURSDAY": 0.164,
    "FRIDAY": 0.164,
    "SATURDAY": 0.111,
    "SUNDAY": 0.052,
}
WEEKDAYS_TEST = {
    "MONDAY": 0.1725,
    "TUESDAY": 0.2,
    "WEDNESDAY": 0.1735,
    "THURSDAY": 0.1727,
    "FRIDAY": 0.1487,
    "SATURDAY": 0.0944,
    "SUNDAY": 0.0382,
}
# Share per document flag: earlier (train) and later (test) clients. Documents 3, 6
# and 8 exclude each other and are drawn apart.
DOCUMENTS = {
    2: (0.00004, 0.0),
    4: (0.00008, 0.0001),
    5: (0.0151, 0.0148),
    7: (0.0002, 0.00004),
    9: (0.0039, 0.0045),
    10: (0.00002, 0.0),
    11: (0.0039, 0.0012),
    12: (0.00001, 0.0),
    13: (0.0035, 0.0),
    14: (0.0029, 0.0),
    15: (0.0012, 0.0),
    16: (0.0099, 0.0),
    17: (0.0003, 0.0),
    18: (0.0081, 0.0016),
    19: (0.0006, 0.0),
    20: (0.0005, 0.0),
    21: (0.0003, 0.0),
}
# Mean number of credit bureau enquiries: earlier and later clients. The windows moved
# between the two, as in the source: months became quarters.
ENQUIRIES = {
    "HOUR": (0.0064, 0.0021),
    "DAY": (0.007, 0.0018),
    "WEEK": (0.0344, 0.0028),
    "MON": (0.267, 0.0093),
    "QRT": (0.265, 0.547),
    "YEAR": (1.9, 1.984),
}


def draw_dossier(
    rng: np.random.Generator, clients: Clients, person: Columns, no_enquiries: Flags
) -> Columns:
    """One row per client."""
    return {
        **_time(rng, clients),
        **_addresses(rng, clients),
        **_documents(rng, clients, person),
        **_acquaintances(rng, clients),
        **_enquiries(rng, clients, no_enquiries),
    }


def _time(rng: np.random.Generator, clients: Clients) -> Columns:
    uniform = rng.random(len(clients))
    earlier, later = choose(uniform, WEEKDAYS), choose(uniform, WEEKDAYS_TEST)
    hours = np.round(12 + 3.25 * rng.standard_normal(len(clients)))
    codes = np.where(clients.is_test, later.codes, earlier.codes)
    return {
        "WEEKDAY_APPR_PROCESS_START": type(earlier)(earlier.words, codes),
        "HOUR_APPR_PROCESS_START": np.clip(hours, 0, 23).astype(int),
    }


def _addresses(rng: np.random.Generator, clients: Clients) -> Columns:
    """Mismatches of registered, living and working place come together."""
    region, city = rng.random((2, len(clients)))
    rooted = -0.35 * clients.stability
    works_away = rng.random(len(clients)) < chance(-1.6 + rooted)
    lives_away = rng.random(len(clients)) < chance(-2.6 + rooted)
    commutes = lives_away & (rng.random(len(clients)) < 0.2)
    far_work = works_away & (region < 0.22)
    far_home = lives_away & (city < 0.19)
    flags = {
        "REG_REGION_NOT_LIVE_REGION": far_home,
        "REG_REGION_NOT_WORK_REGION": far_work | (far_home & (region < 0.85)),
        "LIVE_REGION_NOT_WORK_REGION": far_work | (far_home & (region > 0.82)),
        "REG_CITY_NOT_LIVE_CITY": lives_away,
        "REG_CITY_NOT_WORK_CITY": works_away | (lives_away & (city < 0.87)),
        "LIVE_CITY_NOT_WORK_CITY": (works_away & ~lives_away) | commutes,
    }
    return {name: flag.astype(int) for name, flag in flags.items()}


def _documents(rng: np.random.Generator, clients: Clients, person: Columns) -> Columns:
    count = len(clients)
    retired = person["DAYS_EMPLOYED"] == NO_EMPLOYMENT
    uniform = rng.random(count)
    third = np.where(retired, 0.475, 0.765) + np.where(clients.is_test, 0.075, 0)
    sixth = np.where(retired, 0.45, 0.009)
    eighth = np.where(retired, 0.0, 0.098)
    given = {
        3: uniform < third,
        6: (uniform >= third) & (uniform < third + sixth),
        8: (uniform >= third + sixth) & (uniform < third + sixth + eighth),
    }
    for number, shares in DOCUMENTS.items():
        given[number] = rng.random(count) < np.take(shares, clients.is_test.astype(int))
    return {
        f"FLAG_DOCUMENT_{number}": given[number].astype(int) for number in range(2, 22)
    }


def _acquaintances(rng: np.random.Generator, clients: Clients) -> Columns:
    count = len(clients)
    seen = rng.poisson(rng.gamma(0.45, 3.17, count))
    risk = chance(-2.25 - 0.3 * clients.discipline - 0.1 * clients.capacity)
    defaults = rng.binomial(seen, risk)
    missing = rng.random(count) < np.where(clients.is_test, 0.0006, 0.0033)
    counts = {
        "OBS_30_CNT_SOCIAL_CIRCLE": seen,
        "DEF_30_CNT_SOCIAL_CIRCLE": defaults,
        "OBS_60_CNT_SOCIAL_CIRCLE": np.maximum(
            seen - (rng.random(count) < 0.03), defaults
        ),
        "DEF_60_CNT_SOCIAL_CIRCLE": rng.binomial(defaults, 0.7),
    }
    return {name: blank(values, missing) for name, values in counts.items()}


def _enquiries(rng: np.random.Generator, clients: Clients, missing: Flags) -> Columns:
    activity = rng.gamma(2.2, 1 / 2.2, len(clients))
    activity = activity * np.exp(0.25 * clients.indebtedness - 0.03)
    columns: Columns = {}
    for window, means in ENQUIRIES.items():
        rate = np.take(means, clients.is_test.astype(int)) * activity
        columns[f"AMT_REQ_CREDIT_BUREAU_{window}"] = blank(rng.poisson(rate), missing)
    return columns
