"""What is on record of a client: evidence, declarations, and what stood before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.schemas.client_keys import ClientKey
from api.store.database import Database


@dataclass(frozen=True)
class OnRecord:
    """Evidence and declaration as they were answered; evidence newest first.

    `earlier`: what stands until now: `result`, `by` and `decided_at`.
    """

    evidence: tuple[Mapping[str, Any], ...] = ()
    declared: Mapping[str, Any] | None = None
    earlier: Mapping[str, Any] | None = None


def on_record(
    database: Database, client_ids: Sequence[ClientKey]
) -> dict[ClientKey, OnRecord]:
    """Of those of whom there is anything; by one statement a thousand clients."""
    raise NotImplementedError


def met(
    evidence: Sequence[Mapping[str, Any]], kind: str, within_days: int | None, day: str
) -> bool:
    """Whether there is evidence of the kind that is valid on this day."""
    raise NotImplementedError
