"""The building the applicant lives in: 47 columns that are missing together."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Columns,
    Floats,
    blank,
    blend,
    chance,
    choose,
    quantile,
    share_below,
)

# Of the described buildings, the share that lacks a second, harder group of columns,
# and the further share missing in each column (rounded aggregates).
DETAILS_MISSING = 0.34
DETAILS = {
    "YEARS_BUILD": 0.03,
    "COMMONAREA": 0.13,
    "FLOORSMIN": 0.07,
    "LIVINGAPARTMENTS": 0.08,
    "NONLIVINGAPARTMENTS": 0.11,
    "FONDKAPREMONT": 0.09,
}
MISSING = {
    "APARTMENTS": 0.062,
    "BASEMENTAREA": 0.21,
    "YEARS_BEGINEXPLUATATION": 0.027,
    "ELEVATORS": 0.111,
    "ENTRANCES": 0.056,
    "FLOORSMAX": 0.045,
    "LANDAREA": 0.224,
    "LIVINGAREA": 0.054,
    "NONLIVINGAREA": 0.147,
    "HOUSETYPE": 0.051,
    "TOTALAREA": 0.017,
    "WALLSMATERIAL": 0.064,
    "EMERGENCYSTATE": 0.0,
}
# Correlation with the building's size, then the values at PROBABILITIES.
SHAPES: dict[str, tuple[float, tuple[float, ...]]] = {
    "APARTMENTS": (
        0.95,
        (0, 0.002, 0.009, 0.0165, 0.0577, 0.0866, 0.1485, 0.242, 0.33, 0.544, 1),
    ),
    "BASEMENTAREA": (
        0.7,
        (0, 0, 0, 0, 0.0445, 0.076, 0.112, 0.17, 0.226, 0.397, 1),
    ),
    "YEARS_BEGINEXPLUATATION": (
        0.5,
        (0, 0.95, 0.9692, 0.9727, 0.9767, 0.9816, 0.9871, 0.991, 0.996, 0.999, 1),
    ),
    "YEARS_BUILD": (
        0.5,
        (0, 0.395, 0.592, 0.633, 0.687, 0.755, 0.823, 0.878, 0.952, 0.986, 1),
    ),
    "COMMONAREA": (
        0.6,
        (0, 0, 0, 0.0009, 0.0078, 0.0207, 0.0507, 0.103, 0.162, 0.383, 1),
    ),
    "ELEVATORS": (0.75, (0, 0, 0, 0, 0, 0, 0.12, 0.24, 0.36, 0.616, 1)),
    "ENTRANCES": (
        0.55,
        (0, 0.0345, 0.0345, 0.0345, 0.069, 0.138, 0.207, 0.276, 0.31, 0.528, 1),
    ),
    "FLOORSMAX": (
        0.8,
        (0, 0, 0.0417, 0.0417, 0.1667, 0.1667, 0.3333, 0.375, 0.479, 0.667, 1),
    ),
    "FLOORSMIN": (
        0.5,
        (0, 0, 0.0417, 0.0417, 0.0833, 0.2083, 0.375, 0.4167, 0.5, 0.708, 1),
    ),
    "LANDAREA": (0.45, (0, 0, 0, 0, 0.0187, 0.0485, 0.086, 0.142, 0.198, 0.38, 1)),
    "LIVINGAPARTMENTS": (
        0.93,
        (0, 0.0034, 0.01, 0.02, 0.0504, 0.075, 0.121, 0.2085, 0.277, 0.454, 1),
    ),
    "LIVINGAREA": (
        0.95,
        (0, 0.0022, 0.008, 0.0145, 0.0466, 0.0747, 0.13, 0.233, 0.322, 0.554, 1),
    ),
    "NONLIVINGAPARTMENTS": (0.28, (0, 0, 0, 0, 0, 0, 0.0039, 0.0154, 0.031, 0.097, 1)),
    "NONLIVINGAREA": (0.27, (0, 0, 0, 0, 0, 0.0036, 0.0276, 0.082, 0.129, 0.33, 1)),
    "TOTALAREA": (
        0.95,
        (0, 0.0016, 0.0068, 0.0122, 0.042, 0.0688, 0.128, 0.227, 0.306, 0.53, 1),
    ),
}
WORDS = {
    "FONDKAPREMONT": {
        "reg oper account": 0.76,
        "reg oper spec account": 0.123,
        "org spec account": 0.059,
        "not specified": 0.058,
    },
    "HOUSETYPE": {
        "block of flats": 0.983,
        "specific housing": 0.0095,
        "terraced house": 0.0075,
    },
    "WALLSMATERIAL": {
        "Panel": 0.436,
        "Stone, brick": 0.4285,
        "Block": 0.063,
        "Wooden": 0.035,
        "Mixed": 0.0156,
        "Monolithic": 0.0118,
        "Others": 0.01,
    },
    "EMERGENCYSTATE": {"No": 0.986, "Yes": 0.014},
}
# The three statistics of one building differ little: a factor and its spread.
STATISTICS = {"AVG": (1.0, 0.0), "MODE": (0.985, 0.06), "MEDI": (1.004, 0.02)}


def draw_housing(
    rng: np.random.Generator, clients: Clients, person: Columns
) -> Columns:
    """One row per client."""
    count = len(clients)
    rating = person["REGION_RATING_CLIENT"]
    known = np.select([rating == 1, rating == 3], [1.15, -0.42], 0.06)
    described = rng.random(count) < chance(known + np.where(clients.is_test, 0.07, 0))
    detailed = described & (rng.random(count) >= DETAILS_MISSING)
    size = blend(rng.standard_normal(count), (0.3, clients.capacity))
    columns: Columns = {}
    for name, share in (MISSING | DETAILS).items():
        present = (detailed if name in DETAILS else described) & (
            rng.random(count) >= share
        )
        if name in WORDS:
            drawn = choose(rng.random(count), WORDS[name])
            columns[f"{name}_MODE"] = drawn.where(present)
        else:
            columns |= _measures(rng, name, size, ~present)
    return columns


def _measures(
    rng: np.random.Generator, name: str, size: Floats, missing: np.ndarray
) -> Columns:
    weight, values = SHAPES[name]
    own = rng.standard_normal(len(size))
    base = quantile(share_below(blend(own, (weight, size))), values)
    kinds = ("MODE",) if name == "TOTALAREA" else STATISTICS
    columns: Columns = {}
    for kind in kinds:
        factor, deviation = STATISTICS[kind]
        if name.startswith("YEARS"):  # nearly constant: the three barely differ
            factor, deviation = 1.0, deviation / 20
        noise = factor + deviation * rng.standard_normal(len(size))
        drawn = np.round(np.clip(base * noise, 0, 1), 4)
        columns[f"{name}_{kind}"] = blank(drawn, missing)
    return columns
