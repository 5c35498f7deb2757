"""Identifiers and moments."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import UTC, datetime


def uuid7() -> str:
    """A time-ordered UUID, version 7 (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def now() -> str:
    """This moment, as `moment` writes it."""
    return moment(datetime.now(UTC))


def moment(when: datetime) -> str:
    """A moment of UTC, with microseconds: 2026-11-22T13:27:00.123456Z."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
