"""Verify the chain, and those of before it, from the first event to the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from api.errors import EventsError
from api.store.events import chain
from api.store.events.chain import CHAIN, HASHED, PERSONAL, Head
from api.store.events.kept import Dictionaries, Read, whole
from api.store.events.pages import ALL, pages
from api.store.events.record import ERASURE
from api.store.people.erasure import erased_ranges
from api.store.tables import key_of, personal, writers

_AT_A_TIME = 2000


@dataclass
class Verification:
    """`broken` names the first break; `heads` are the ends of the chains.

    `newest_sha256`: of the last event.
    """

    events: int = 0
    newest_sha256: str = chain.NOTHING
    erased: int = 0
    broken: str | None = None
    heads: dict[str, Head] = field(default_factory=dict)


class _Broken(Exception):
    pass


def verify(read: Read, earlier: Iterable[Head] = ()) -> Verification:
    """Check hashes, places and ends; raises DatabaseUnavailable.

    `earlier`: ends that were found before and kept elsewhere. Each must still be
    there: so even a tail that was cut off together with its entry in `writers` shows.
    """
    verification = Verification()
    seen = {(head.writer, head.position): head for head in earlier}
    check = _Check(verification, seen, Dictionaries(read))
    parts = (*PERSONAL, "client_text", "packed")
    columns = [personal.c[name] for name in parts]
    try:
        for page in pages(read, columns, ALL, _AT_A_TIME):
            for row in page:
                check.take(row)
        check.finish(_ends(read))
    except _Broken as broken:
        verification.broken = str(broken)
    return verification


class _Check:
    def __init__(
        self,
        verification: Verification,
        earlier: dict[tuple[str, int], Head],
        known: Dictionaries,
    ) -> None:
        self._verification = verification
        self._earlier = earlier
        self._dictionaries = known
        self._absent: set[int] = set()

    def take(self, row: Row[Any]) -> None:
        self._place(row)
        if chain.digest(row._asdict(), HASHED) != row.sha256:
            raise _Broken(f"event {row.sequence} ({row.event_id}): was changed")
        self._link(row)
        self._personal(row)
        if row.kind == ERASURE:
            for first, last in erased_ranges(row.facts):
                self._verification.erased += last - first + 1
                self._absent.difference_update(range(first, last + 1))
        head = Head(row.writer, row.position, row.sha256)
        self._compare(head)
        self._verification.heads[row.writer] = head
        self._verification.events += 1
        self._verification.newest_sha256 = row.sha256

    def finish(self, ends: Mapping[str, Head]) -> None:
        if self._absent:
            first = min(self._absent)
            raise _Broken(f"event {first}: its personal part is missing, not erased")
        for head in [*ends.values(), *self._earlier.values()]:
            newest = self._verification.heads.get(head.writer)
            if newest is None or newest.position < head.position:
                there = newest.position if newest else 0
                raise _Broken(
                    f"writer {head.writer}: truncated, {head.position} events were "
                    f"written, {there} are there"
                )
        for head in self._verification.heads.values():
            if ends.get(head.writer) != head:
                raise _Broken(f"writer {head.writer}: its end is not the recorded one")

    def _place(self, row: Row[Any]) -> None:
        expected = self._verification.events + 1
        if row.sequence != expected:
            raise _Broken(f"event {expected}: missing, {row.sequence} is the next")

    def _link(self, row: Row[Any]) -> None:
        heads = self._verification.heads
        before, is_one = heads.get(row.writer), row.writer.startswith(CHAIN)
        position = before.position + 1 if before else 1
        if row.position != position:
            raise _Broken(
                f"event {row.sequence}: out of order, {row.position} of writer "
                f"{row.writer} where {position} is next"
            )
        newest = self._verification.newest_sha256
        if row.previous_sha256 != (newest if is_one or not before else before.sha256):
            raise _Broken(f"event {row.sequence}: does not follow what is before it")
        if is_one and not before and row.writer != chain.name(heads.values()):
            raise _Broken(
                f"event {row.sequence}: seals other chains than those before it"
            )

    def _personal(self, row: Row[Any]) -> None:
        if row.personal_sha256 is None:
            return
        if row.salt is None:
            self._absent.add(row.sequence)
        elif self._whole(row) != row.personal_sha256:
            raise _Broken(f"event {row.sequence}: its personal part was changed")

    def _whole(self, row: Row[Any]) -> str | None:
        """The hash of the personal part as it was before it was packed."""
        try:
            kept = whole(row._asdict(), self._dictionaries)
        except EventsError:
            return None
        return chain.digest({**kept, "client_id": key_of(row)}, PERSONAL)

    def _compare(self, head: Head) -> None:
        expected = self._earlier.pop((head.writer, head.position), head)
        if expected != head:
            raise _Broken(
                f"writer {head.writer}: event {head.position} is not the one "
                "seen before"
            )


def _ends(read: Read) -> dict[str, Head]:
    with read() as connection:
        rows = connection.execute(select(writers)).all()
    return {row.writer: Head(*row) for row in rows}
