"""A JDM file in, a policy out; what is wrong with it is told by line and rule."""

from __future__ import annotations

from collections.abc import Mapping

from policy.facts import FactName
from policy.rules import Policy

LARGEST_FILE = 10 * 1024 * 1024


def read_policy(content: bytes, known: Mapping[str, FactName]) -> Policy:
    """A policy whose rules read no other than the `known` facts; raises PolicyError."""
    raise NotImplementedError
