"""The hash chain over events: what each hash covers, and the next link.

An event's `sha256` covers every field of its row: its place (`sequence`, `writer`,
`position`), the hash of the event before it, and `personal_sha256`, the hash of the row
in `personal` with its random salt. So that row can be erased, and the chain still
verifies; and from the hash that stays nobody can find out whom it was about by trying
every client.

Up to 0.3 each run of a process, a writer, had a chain of its own: only its first event
linked to the newest of all. The one chain begins after those, and once more where such
a release has written in between; its name in `writer` seals where theirs ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A writer's name begins so when it is the one chain, and none of before.
CHAIN = "chain-"
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
    """The end of a chain; position 0 is before its first event."""

    writer: str
    position: int
    sha256: str


@dataclass(frozen=True)
class End:
    """The newest event."""

    sequence: int
    sha256: str


# Before the first event.
NOWHERE = End(0, NOTHING)


def name(ends: Iterable[Head]) -> str:
    """The name of the chain that goes on from earlier chains with these ends."""
    sha256 = hashlib.sha256()
    for end in sorted(ends, key=lambda end: end.writer):
        if not end.writer.startswith(CHAIN):
            sha256.update(f"{end.writer} {end.position} {end.sha256}\n".encode())
    return CHAIN + sha256.hexdigest()[:30]


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
    rows: Sequence[Mapping[str, Any]], head: Head, sequence: int
) -> tuple[list[dict[str, Any]], Head]:
    """Give rows their places after `sequence`, and answer the new end of the chain.

    `head` has the hash of the event at `sequence`, also before the chain's first one.
    """
    linked = []
    for at, row in enumerate(rows, 1):
        position = {
            "sequence": sequence + at,
            "writer": head.writer,
            "position": head.position + 1,
            "previous_sha256": head.sha256,
        }
        whole = {**row, **position}
        whole["sha256"] = digest(whole, HASHED)
        head = Head(head.writer, head.position + 1, whole["sha256"])
        linked.append(whole)
    return linked, head
