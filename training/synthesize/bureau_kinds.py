"""The types of credit that other lenders give."""

from __future__ import annotations

from dataclasses import dataclass

# The terms below are given at these probabilities (rounded aggregates, in days).
TERMS_AT = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Kind:
    """A credit type: share, amount (median, spread of logs), term and active share."""

    name: str
    share: float
    amount: float
    deviation: float
    terms: tuple[float, ...]
    revolving: bool = False


KINDS = (
    Kind("Consumer credit", 0.7281, 125e3, 1.2, (90, 184, 365, 730, 1827)),
    Kind("Credit card", 0.2339, 135e3, 0.95, (348, 1098, 1410, 3653, 31000), True),
    Kind("Car loan", 0.0157, 1.55e6, 0.65, (366, 1095, 1461, 1826, 1830)),
    Kind("Mortgage", 0.0103, 4.5e6, 0.7, (1800, 3680, 5480, 7300, 9130)),
    Kind("Microloan", 0.0094, 24e3, 0.8, (7, 14, 20, 60, 366)),
    Kind(
        "Loan for business development", 0.0012, 4e5, 1.3, (180, 365, 730, 1826, 2190)
    ),
    Kind("Another type of loan", 0.0006, 2e5, 1.1, (60, 184, 365, 1096, 1826)),
    Kind(
        "Loan for working capital replenishment",
        0.0003,
        1e6,
        1.0,
        (60, 180, 365, 730, 1096),
    ),
    Kind("Unknown type of loan", 0.0003, 2e5, 1.0, (90, 184, 365, 1096, 1826)),
    Kind("Cash loan (non-earmarked)", 0.0001, 3e5, 1.0, (90, 184, 365, 1096, 1826)),
    Kind(
        "Loan for the purchase of equipment",
        0.0001,
        6e5,
        1.0,
        (180, 365, 730, 1096, 1826),
    ),
    Kind("Real estate loan", 0.0001, 2e6, 0.8, (1800, 3680, 5480, 7300, 9130)),
)
