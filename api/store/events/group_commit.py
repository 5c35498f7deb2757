"""Group commit: requests that are waiting at the same time share one transaction."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from api.errors import DatabaseUnavailable
from api.store.database import Database
from api.store.events import kept
from api.store.events.append import append
from api.store.events.chain_end import ChainEnd
from api.store.events.record import AlreadyRecorded, Overtaken, Reply, Token
from api.store.events.remembered import recorded, remember


@dataclass
class _Job:
    key_id: int | None
    reply: Reply
    token: Token | None
    done: bool = False
    error: BaseException | None = None


class Recorder:
    """Makes replies durable, for all threads of one process.

    Who comes while nobody commits does so at once, in its own thread; who comes
    meanwhile waits, and the first of those commits for all of them.
    """

    def __init__(self, database: Database, chain_end: ChainEnd) -> None:
        self._database = database
        self._chain_end = chain_end
        self._turn = threading.Condition()
        self._committing = False
        self._waiting: list[_Job] = []
        # Hashes of dictionaries that are in the database.
        self._kept: set[bytes] = set()

    def record(self, key_id: int | None, reply: Reply, token: Token | None) -> None:
        """Make all of the reply, and the token's record, durable, or nothing of it.

        Raises AlreadyRecorded, Overtaken, or DatabaseUnavailable. After the last it
        may be durable all the same, when the connection broke during the commit:
        who asks again with the same token then gets that answer.
        """
        if not (reply.events or reply.changes or reply.writes or token):
            return
        job = _Job(key_id, reply, token)
        with self._database.slot():
            batch = self._wait_for_turn(job)
            if batch:
                try:
                    self._commit(batch)
                finally:
                    self._end_turn(batch)
        if job.error is not None:
            raise self._explained(job.error, token)

    def _wait_for_turn(self, job: _Job) -> list[_Job]:
        """What this thread has to commit; nothing when another did it for the job."""
        with self._turn:
            self._waiting.append(job)
            while self._committing and not job.done:
                self._turn.wait()
            if job.done:
                return []
            self._committing = True
            batch, self._waiting = self._waiting, []
            return batch

    def _end_turn(self, batch: Sequence[_Job]) -> None:
        with self._turn:
            for job in batch:
                job.done = True
            self._committing = False
            self._turn.notify_all()

    def _commit(self, batch: Sequence[_Job]) -> None:
        """Together; one at a time when one of them cannot be recorded."""
        try:
            self._transact(batch)
        except BaseException as error:
            if len(batch) > 1 and not _hits_whole_batch(error):
                for job in batch:
                    self._commit([job])
                return
            for job in batch:
                job.error = error

    def _transact(self, batch: Sequence[_Job]) -> None:
        end = None
        keyed_events = [
            (job.key_id, event) for job in batch for event in job.reply.events
        ]
        used = {e.parts.dictionary for _, e in keyed_events if e.parts is not None}
        missing = {d.sha256: d for d in used if d.sha256 not in self._kept}
        with self._database.write() as connection:
            if keyed_events:
                end = append(connection, self._chain_end, keyed_events)
            for dictionary in missing.values():
                kept.keep(connection, dictionary)
            remember(connection, [(job.token, job.reply) for job in batch])
            for job in batch:
                _check(connection, job.reply)
                _change(connection, job.reply)
        self._kept |= missing.keys()
        if end is not None:
            self._chain_end.note(end)

    def _explained(self, error: BaseException, token: Token | None) -> BaseException:
        if not isinstance(error, IntegrityError):
            return error
        if token is not None and recorded(self._database, token) is not None:
            return AlreadyRecorded()
        return Overtaken()


def _hits_whole_batch(error: BaseException) -> bool:
    """Whether it would hit every job of the batch alike."""
    if isinstance(error, DatabaseUnavailable):
        return not isinstance(error.__cause__, DataError)
    return not isinstance(error, Exception)


def _check(connection: Connection, reply: Reply) -> None:
    """After the events are in, so that those of one batch see each other's."""
    for check in reply.checks:
        if check.query.scalar(connection, **check.values) != check.expected:
            raise Overtaken


def _change(connection: Connection, reply: Reply) -> None:
    counted = {"preserve_rowcount": True}
    for change in reply.changes:
        if connection.execute(change.execution_options(**counted)).rowcount != 1:
            raise Overtaken
    for write in reply.writes:
        write(connection)
