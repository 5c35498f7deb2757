"""Which numbers of instalments fit a loan whose application does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from api.bundle.manifest import parse

FILE = "instalments.json"
# What a loan is looked up by: its amount, and that over the amount of an instalment or
# the price of the goods.
Measure = Literal["amount", "over_instalment", "over_price"]


@dataclass(frozen=True)
class Split:
    """Where to look on: `below` for what is at most `at`."""

    of: Measure
    at: Annotated[float, Field(allow_inf_nan=False)]
    below: list[int] | Split
    above: list[int] | Split


@dataclass(frozen=True)
class LikelyTerms:
    """Numbers of instalments that fit nearly as well as each other, or how to tell."""

    tree: list[int] | Split

    def of(self, loan: Mapping[Measure, float]) -> list[int]:
        """The likeliest first; none where a measure is not known."""
        node = self.tree
        while isinstance(node, Split):
            if node.of not in loan:
                return []
            node = node.below if loan[node.of] <= node.at else node.above
        return node


def read_likely_terms(content: bytes) -> LikelyTerms:
    """Raises BundleError."""
    return parse(LikelyTerms, b'{"tree":' + content + b"}", FILE)
