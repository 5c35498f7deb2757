"""Features whose direction is known before any data is seen."""

from __future__ import annotations

from collections.abc import Sequence

# The external scores are made so that a higher one means less risk; so are what
# rises with each of them.
FALLING_RISK = (
    "EXT_SOURCE_1",
    "EXT_SOURCE_2",
    "EXT_SOURCE_3",
    "EXT_SOURCE_MEAN",
    "EXT_SOURCE_WEIGHTED",
    "EXT_SOURCE_MIN",
    "EXT_SOURCE_MAX",
    "EXT_SOURCE_PRODUCT",
    "EXT_SOURCE_2_TIMES_3",
)


def constraints(features: Sequence[str]) -> list[int]:
    """-1 for a feature with which risk may only fall, 0 for the others."""
    return [-1 if name in FALLING_RISK else 0 for name in features]
