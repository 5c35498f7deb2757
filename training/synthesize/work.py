"""The applicant's work: income type, occupation, employer, time employed."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    blend,
    chance,
    pick,
    pick_by,
    share_below,
)

NO_EMPLOYMENT = 365243  # what the source writes for pensioners
INCOME_TYPES = (
    "Working",
    "Commercial associate",
    "State servant",
    "Pensioner",
    "Unemployed",
    "Student",
    "Businessman",
    "Maternity leave",
)
PENSION_AGE = (20, 45, 50, 55, 60, 65, 70)
PENSION_SHARE = (0.004, 0.02, 0.07, 0.35, 0.72, 0.88, 0.94)
# Occupation: share of all, share of women in it, share with higher education.
OCCUPATIONS = {
    "Laborers": (0.26, 0.42, 0.12),
    "Sales staff": (0.155, 0.89, 0.17),
    "Core staff": (0.131, 0.79, 0.48),
    "Managers": (0.1, 0.54, 0.54),
    "Drivers": (0.086, 0.055, 0.11),
    "High skill tech staff": (0.054, 0.66, 0.4),
    "Accountants": (0.046, 0.96, 0.58),
    "Medicine staff": (0.04, 0.97, 0.11),
    "Security staff": (0.032, 0.32, 0.11),
    "Cooking staff": (0.027, 0.91, 0.06),
    "Cleaning staff": (0.022, 0.93, 0.06),
    "Private service staff": (0.0126, 0.95, 0.16),
    "Low-skill Laborers": (0.0112, 0.16, 0.05),
    "Secretaries": (0.0066, 0.96, 0.37),
    "Waiters/barmen staff": (0.0065, 0.91, 0.16),
    "Realty agents": (0.0036, 0.92, 0.36),
    "HR staff": (0.003, 0.91, 0.66),
    "IT staff": (0.0023, 0.31, 0.62),
}
# Organization: share of all employed (%), share of state servants in it (%).
ORGANIZATIONS = {
    "Business Entity Type 3": (26.9, 1),
    "Self-employed": (15.3, 0.5),
    "Other": (6.8, 16),
    "Medicine": (4.5, 29),
    "Government": (4.2, 29),
    "Business Entity Type 2": (4.1, 3),
    "School": (3.5, 32),
    "Trade: type 7": (3.1, 1),
    "Kindergarten": (2.7, 29),
    "Construction": (2.6, 1),
    "Business Entity Type 1": (2.2, 2),
    "Transport: type 4": (2.1, 2),
    "Industry: type 9": (1.4, 3),
    "Trade: type 3": (1.4, 1),
    "Industry: type 3": (1.4, 1),
    "Security": (1.2, 2),
    "Housing": (1.2, 8),
    "Industry: type 11": (1.0, 3),
    "Police": (1.0, 57),
    "Bank": (1.0, 3),
    "Military": (1.0, 54),
    "Agriculture": (0.9, 3),
    "Transport: type 2": (0.9, 9),
    "Postal": (0.9, 28),
    "Trade: type 2": (0.75, 1),
    "Security Ministries": (0.73, 51),
    "Services": (0.7, 1),
    "Restaurant": (0.66, 2),
    "University": (0.55, 35),
    "Industry: type 7": (0.53, 2),
    "Industry: type 1": (0.45, 2),
    "Transport: type 3": (0.42, 1),
    "Electricity": (0.4, 4),
    "Hotel": (0.39, 2),
    "Industry: type 4": (0.34, 2),
    "Trade: type 6": (0.26, 1),
    "Industry: type 5": (0.24, 2),
    "Telecom": (0.24, 2),
    "Insurance": (0.23, 2),
    "Emergency": (0.22, 40),
    "Industry: type 2": (0.18, 2),
    "Industry: type 12": (0.17, 2),
    "Advertising": (0.16, 1),
    "Realtor": (0.16, 1),
    "Culture": (0.15, 30),
    "Mobile": (0.13, 1),
    "Trade: type 1": (0.13, 1),
    "Legal Services": (0.12, 6),
    "Cleaning": (0.1, 2),
    "Transport: type 1": (0.1, 4),
    "Industry: type 10": (0.07, 2),
    "Industry: type 6": (0.05, 2),
    "Religion": (0.03, 1),
    "Trade: type 5": (0.02, 1),
    "Industry: type 13": (0.02, 2),
    "Trade: type 4": (0.02, 1),
    "Industry: type 8": (0.01, 2),
}


def draw_work(
    clients: Clients, skill: Floats, normal: Floats, uniform: Floats
) -> Columns:
    """One row per client; `skill` is the standard normal behind the education."""
    income_type = _income_type(clients, uniform[0])
    pensioner = income_type.equals("Pensioner")
    idle = pensioner | income_type.equals("Unemployed")
    higher = skill > 0.7  # where the education turns to "Higher education"
    hidden = uniform[1] < np.where(higher, 0.25, 0.13)
    return {
        "NAME_INCOME_TYPE": income_type,
        "DAYS_EMPLOYED": _days_employed(clients, normal, idle),
        "OCCUPATION_TYPE": _occupation(clients, higher, uniform[2]).where(
            ~idle & ~hidden
        ),
        "ORGANIZATION_TYPE": _organization(
            income_type.equals("State servant"), uniform[3]
        ).where(~idle, "XNA"),
    }


def _income_type(clients: Clients, uniform: Floats) -> Categories:
    retired = np.interp(clients.age, PENSION_AGE, PENSION_SHARE)
    retired = np.where(
        clients.age > 52, retired * (1 - 0.25 * clients.is_male), retired
    )
    working = 1 - retired
    rich = chance(0.5 * clients.capacity)
    shares = [
        working * (0.78 - 0.3 * rich),
        working * (0.133 + 0.3 * rich),
        working * 0.086,
        retired,
    ]
    rare = np.full(len(uniform), 7e-5)
    table = np.stack((*shares, rare, rare, rare / 2, rare / 4), axis=1)
    return Categories(INCOME_TYPES, pick_by(uniform, table))


def _days_employed(clients: Clients, normal: Floats, idle: Flags) -> np.ndarray:
    """Days (negative); tenure is skewed and ends at most at the 18th birthday."""
    settled = share_below(blend(normal, (0.5, clients.stability)))
    typical = 1150 + 55 * np.clip(clients.age - 22, 0, 35)
    tenure = typical * (-np.log1p(-settled * 0.9999)) ** 1.05 + 90 * settled
    tenure = np.minimum(tenure, (clients.age - 18) * 365.25)
    return np.where(idle, NO_EMPLOYMENT, -np.round(tenure)).astype(int)


def _occupation(clients: Clients, higher: Flags, uniform: Floats) -> Categories:
    share, women, educated = np.array(tuple(OCCUPATIONS.values())).T
    tables = [
        share * (1 - women if male else women) * (educated if high else 1 - educated)
        for male in (False, True)
        for high in (False, True)
    ]
    group = 2 * clients.is_male + higher
    return Categories(tuple(OCCUPATIONS), pick_by(uniform, np.stack(tables)[group]))


def _organization(state: Flags, uniform: Floats) -> Categories:
    share, servants = np.array(tuple(ORGANIZATIONS.values())).T
    codes = np.where(
        state,
        pick(uniform, share * servants),
        pick(uniform, share * (100 - servants)),
    )
    return Categories((*ORGANIZATIONS, "XNA"), codes)
