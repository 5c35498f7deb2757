"""Values as YAML that a person reads: on one line, quoted only where they must be."""

from __future__ import annotations

import re
import sys
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes 1e3, too, which only YAML 1.2 takes for a number."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+"), None
)


def flow(value: Any) -> str:
    """A text or a list as it stands within a line."""
    dumped: str = yaml.dump(
        [value],
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=True,
        width=sys.maxsize,
    )
    return dumped.strip().removeprefix("[").removesuffix("]")


def number(value: float) -> str:
    """A number for people, and for YAML, which takes 1e-06 for a text."""
    if value == int(value):
        return f"{value:.0f}"
    return f"{value:.12f}".rstrip("0") if abs(value) < 1e-3 else repr(float(value))


def bounds(ends: tuple[float, float]) -> str:
    return f"[{number(ends[0])}, {number(ends[1])}]"
