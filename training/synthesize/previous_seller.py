"""Where a previous application was made: channel, seller, goods."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.synthesize.sampling import Categories, Columns, Integers, pick

CONSUMER = 1
# Seller's industry: share of consumer loans, typical area, channels, goods.
SELLERS = {
    "Consumer electronics": (0.49, 700),
    "Connectivity": (0.335, 36),
    "Furniture": (0.073, 100),
    "Construction": (0.04, 50),
    "Clothing": (0.033, 50),
    "Industry": (0.02, 65),
    "Auto technology": (0.006, 100),
    "Jewelry": (0.0025, 60),
    "MLM partners": (0.001, 20),
    "Tourism": (0.0005, 40),
}
GOODS: Mapping[str, Mapping[str, float]] = {
    "Consumer electronics": {
        "Consumer Electronics": 33,
        "Audio/Video": 26,
        "Computers": 25,
        "Mobile": 5,
        "Photo / Cinema Equipment": 4,
        "Construction Materials": 1,
        "Furniture": 1,
        "Office Appliances": 1,
        "XNA": 1,
        "Additional Service": 0.05,
    },
    "Connectivity": {
        "Mobile": 83,
        "Computers": 7,
        "Photo / Cinema Equipment": 5,
        "Audio/Video": 2,
        "XNA": 1,
    },
    "Furniture": {"Furniture": 95, "Consumer Electronics": 3, "Homewares": 2},
    "Construction": {"Construction Materials": 77, "Homewares": 15, "Gardening": 7},
    "Clothing": {"Clothing and Accessories": 98, "Fitness": 0.5, "Furniture": 1},
    "Industry": {
        "Medical Supplies": 21,
        "Jewelry": 20,
        "Auto Accessories": 17,
        "Medicine": 9,
        "Sport and Leisure": 9,
        "Tourism": 9,
        "Vehicles": 7,
        "Other": 5,
        "Weapon": 0.7,
        "Animals": 0.05,
        "House Construction": 0.05,
        "Insurance": 0.1,
        "Education": 1,
    },
    "Auto technology": {"Auto Accessories": 75, "Vehicles": 25},
    "Jewelry": {"Jewelry": 100},
    "MLM partners": {"Direct Sales": 80, "Medicine": 20},
    "Tourism": {"Tourism": 100},
}
CASH_CHANNELS = {
    "Credit and cash offices": 0.8,
    "Contact center": 0.09,
    "AP+ (Cash loan)": 0.052,
    "Country-wide": 0.05,
    "Channel of corporate sales": 0.006,
}
SHOP_CHANNELS = {
    "Country-wide": 0.595,
    "Stone": 0.265,
    "Regional / Local": 0.13,
    "Car dealer": 0.0004,
}


def draw_seller(rng: np.random.Generator, kind: Integers) -> Columns:
    """One row per application."""
    count = len(kind)
    uniform = rng.random((5, count))
    shop = kind == CONSUMER
    names = (*SELLERS, "XNA")
    seller = pick(uniform[0], [share for share, _ in SELLERS.values()])
    goods = tuple(
        dict.fromkeys(("XNA", *(g for group in GOODS.values() for g in group)))
    )
    category = np.zeros(count, dtype=np.int16)
    for code, group in enumerate(GOODS.values()):
        rows = seller == code
        drawn = pick(uniform[1][rows], tuple(group.values()))
        category[rows] = np.array([goods.index(name) for name in group])[drawn]
    channels = tuple(dict.fromkeys((*CASH_CHANNELS, *SHOP_CHANNELS)))
    channel = np.where(
        shop,
        np.array([channels.index(name) for name in SHOP_CHANNELS])[
            pick(uniform[2], tuple(SHOP_CHANNELS.values()))
        ],
        np.array([channels.index(name) for name in CASH_CHANNELS])[
            pick(uniform[2], tuple(CASH_CHANNELS.values()))
        ],
    )
    typical = np.array([area for _, area in SELLERS.values()])[seller]
    area = np.round(typical * np.exp(1.0 * rng.standard_normal(count)))
    elsewhere = np.where(uniform[3] < 0.12, np.round(400 * uniform[4] ** 3), -1)
    return {
        "NAME_SELLER_INDUSTRY": Categories(names, seller).where(shop, "XNA"),
        "NAME_GOODS_CATEGORY": Categories(goods, category).where(shop, "XNA"),
        "CHANNEL_TYPE": Categories(channels, channel.astype(np.int16)),
        "SELLERPLACE_AREA": np.where(shop, area, elsewhere).astype(int),
    }
