"""What a policy's rules may read, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FactName:
    """A fact, what it counts, where it is from.

    `protected`: only with a lawful basis may a rule read it.
    """

    name: str
    unit: str
    source: str
    protected: bool = False


# Of every application, whatever the lender; beside them each raw column is
# `application.NAME` and each feature `features.NAME`.
ALWAYS: Mapping[str, FactName] = {}
