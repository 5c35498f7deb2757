"""What evidence proves what a rule requires."""

from __future__ import annotations

# A register was consulted whatever it said: whether that lets pass is for other rules.
_PROVES = {
    "register": ("negative", "positive"),
    "other": ("confirmed", "negative", "positive"),
}


def proves(kind: str, result: str) -> bool:
    """Whether a result is proof: not what was contradicted or left open."""
    return result in _PROVES.get(kind, ("confirmed",))
