"""The hash chain over events: what each hash covers, and the next link.

An event's `sha256` covers every field of its row: its place (`sequence`, `writer`,
`position`), the hash before it in its writer's chain, and `personal_sha256`, the hash
of the row in `personal` with its random salt. So that row can be erased, and the chain
still verifies; and from the hash that stays nobody can find out whom it was about by
trying every client. A writer is one run of one process; its first event links to the
event that was the newest then, so every start of a writer seals what came before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.identifiers import uuid7

NOTHING = "0" * 64
HASHED = (
    "sequence",
    "event_id",
    "kind",
    "subject_id",
    "created_at",
    "key_id",
    "bundle_sha256",
    "facts",
    "personal_sha256",
    "unique_as",
    "writer",
    "position",
    "previous_sha256",
)
PERSONAL = ("salt", "client_id", "request", "features", "answer")


@dataclass(frozen=True)
class Head:
    """The end of a writer's chain; position 0 is before its first event."""

    writer: str
    position: int
    sha256: str


@dataclass(frozen=True)
class End:
    """The newest event of all writers."""

    sequence: int
    sha256: str


# Before the first event.
NOWHERE = End(0, NOTHING)


def new_writer() -> Head:
    return Head(uuid7(), 0, NOTHING)


def digest(row: Mapping[str, Any], fields: Sequence[str]) -> str:
    """SHA-256 of the fields, each as its length in bytes, a colon and the bytes.

    Numbers are decimal, text is UTF-8; nothing at all is a length of "-".
    """
    sha256 = hashlib.sha256()
    for name in fields:
        value = row[name]
        if value is None:
            sha256.update(b"-:")
            continue
        content = value if isinstance(value, bytes) else str(value).encode()
        sha256.update(b"%d:" % len(content))
        sha256.update(content)
    return sha256.hexdigest()


def link(
    rows: Sequence[Mapping[str, Any]], head: Head, sequence: int, newest_sha256: str
) -> tuple[list[dict[str, Any]], Head]:
    """Give rows their places after `sequence`, and answer the new end of the chain.

    `newest_sha256`: of the event at `sequence`, which a writer's first one links to.
    """
    linked = []
    for at, row in enumerate(rows, 1):
        place = {
            "sequence": sequence + at,
            "writer": head.writer,
            "position": head.position + 1,
            "previous_sha256": head.sha256 if head.position else newest_sha256,
        }
        whole = {**row, **place}
        whole["sha256"] = digest(whole, HASHED)
        head = Head(head.writer, head.position + 1, whole["sha256"])
        linked.append(whole)
    return linked, head
