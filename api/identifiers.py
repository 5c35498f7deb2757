"""Identifiers and moments."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

Id = TypeVar("Id", bound=int | str)
# How many a statement is asked for at once.
AT_A_TIME = 500


def uuid7() -> str:
    """A time-ordered UUID, version 7 (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def now() -> str:
    """This moment, as `moment` writes it."""
    return moment(datetime.now(UTC))


def moment(when: datetime) -> str:
    """A moment of UTC, with microseconds: 2026-11-22T13:27:00.123456Z."""
    return f"{when.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def parts(ids: Sequence[Id]) -> Iterator[Sequence[Id]]:
    """The ids in their order, `AT_A_TIME` at most together."""
    return (ids[at : at + AT_A_TIME] for at in range(0, len(ids), AT_A_TIME))
