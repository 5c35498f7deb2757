"""Which numbers of instalments fit a loan whose application does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from api.bundle.manifest import parse
from api.schemas.requests import MOST_INSTALMENTS

FILE = "instalments.json"
Number = Annotated[int, Field(ge=1, le=MOST_INSTALMENTS)]
# What a loan is looked up by: its amount, and that over the amount of an instalment or
# the price of the goods.
Measure = Literal["amount", "over_instalment", "over_price"]


@dataclass(frozen=True)
class Split:
    """Where to look on: `below` for what is at most `at`."""

    of: Measure
    at: float
    below: list[Number] | Split
    above: list[Number] | Split


@dataclass(frozen=True)
class LikelyTerms:
    """Numbers of instalments that fit nearly as well as each other, or how to tell."""

    tree: list[Number] | Split

    def of(self, loan: Mapping[Measure, float]) -> list[int]:
        """The likeliest first; none where a measure is not known."""
        node = self.tree
        while isinstance(node, Split):
            if node.of not in loan:
                return []
            node = node.below if loan[node.of] <= node.at else node.above
        return node


def read_likely_terms(document: Any) -> LikelyTerms:
    """Raises BundleError."""
    return parse(LikelyTerms, {"tree": document}, FILE)
