"""Requests about one client at the same moment: one winner, nothing left, nothing lost.

    python -m tests.benchmarks.races [FOLDER] [TIMES]

Against two processes of the API, on SQLite and on PostgreSQL: two reviews of different
decisions; a review and a new score; scoring while a third process forgets the client.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from sqlalchemy import select

from api.store.database import Database
from api.store.events.chain_end import ChainEnd, place
from api.store.events.verification import verify
from api.store.people import erasure
from api.store.tables import personal
from tests.benchmarks.databases import other_database, postgresql
from tests.benchmarks.load import (
    Answer,
    Client,
    Server,
    house_folder,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import House

TIMES = 500
SCORERS = 3
LONGEST_DELAY = 0.02
TIMEOUT_SECONDS = 30.0


class Desk:
    """One connection to the API; keep-alive holds it at one of the processes."""

    def __init__(self, server: Server) -> None:
        self._client = Client(server.port, server.key)

    def score(self, client_id: int) -> Answer:
        body = {"client_id": client_id, "explain": False}
        return self._client.post("/v1/predictions", body)

    def review(self, prediction_id: str, replaces: str | None) -> Answer:
        body = {"decision": "granted", "reason": "Seen.", "reviewer": "A. Martin"}
        path = f"/v1/predictions/{prediction_id}/review"
        return self._client.post(path, {**body, "replaces": replaces})

    def standing(self, client_id: int) -> dict[str, Any]:
        found = self._client.get(f"/v1/clients/{client_id}").json()
        return dict(found["standing"])


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    gate = Barrier(len(asked))

    def run(one: Callable[[], Any]) -> Any:
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(run, asked))


def two_reviews(desks: list[Desk], client_id: int, times: int) -> Iterator[str]:
    """Tells what was wrong in each of the times; nothing when all was right."""
    replaces = None
    for _ in range(times):
        pair = [desks[0].score(client_id).json()["prediction_id"] for _ in range(2)]
        answers = at_once(
            *(
                partial(desk.review, prediction_id, replaces)
                for desk, prediction_id in zip(desks, pair, strict=False)
            )
        )
        replaces = desks[0].standing(client_id)["review_id"]
        won = [one.json()["review_id"] for one in answers if one.status == 201]
        lost = [one.status for one in answers if one.status != 201]
        if (won, lost) != ([replaces], [409]):
            yield f"{won} won, {replaces} stands, others got {lost}"


def review_and_score(desks: list[Desk], client_id: int, times: int) -> Iterator[str]:
    replaces = desks[0].standing(client_id)["review_id"]
    for _ in range(times):
        made = desks[0].score(client_id).json()["prediction_id"]
        reviewed, scored = at_once(
            partial(desks[0].review, made, replaces), partial(desks[1].score, client_id)
        )
        found = desks[0].standing(client_id)
        expected = reviewed.json().get("review_id"), scored.json()["prediction_id"]
        replaces = found["review_id"]
        if (replaces, found["latest"]["prediction_id"]) != expected:
            yield f"{found} stands, expected {expected}"


def forget_and_score(
    desks: list[Desk],
    ids: list[int],
    database: Database,
    chain_end: ChainEnd,
    tally: Counter[int],
) -> Iterator[str]:
    for client_id in ids:
        desks[0].score(client_id)
        *answers, _ = at_once(
            *(partial(desk.score, client_id) for desk in desks[:SCORERS]),
            partial(forget, database, chain_end, client_id),
        )
        statuses = [one.status for one in answers]
        tally.update(statuses)
        with database.read() as connection:
            left = select(personal.c.sequence).where(personal.c.client_id == client_id)
            events = connection.execute(left).scalars().all()
        if events or not set(statuses) <= {201, 404}:
            yield f"events {events} are left, answers {statuses}"


def forget(database: Database, chain_end: ChainEnd, client_id: int) -> None:
    """Sometimes before the scoring, sometimes in the middle of it or after it."""
    time.sleep(random.uniform(0, LONGEST_DELAY))
    erasure.forget(database, chain_end, client_id)


def race(house: House, url: str, key: str, times: int) -> bool:
    """Whether every race had one winner, left nothing and lost nothing."""
    database = Database(url, TIMEOUT_SECONDS)
    chain_end = ChainEnd(place("", url), TIMEOUT_SECONDS)
    kind = url.partition(":")[0]
    tally: Counter[int] = Counter()
    with served(house, key, SCORING_DATABASE_URL=url, SCORING_WORKERS="2") as server:
        desks = [Desk(server) for _ in range(SCORERS)]
        first, *others = some_clients(server, times + 1)
        races = {
            "two reviews": two_reviews(desks, first, times),
            "a review and a score": review_and_score(desks, first, times),
            "forget and score": forget_and_score(
                desks, others, database, chain_end, tally
            ),
        }
        wrong = 0
        for name, findings in races.items():
            found = list(findings)
            wrong += len(found)
            say(f"{kind:10} {name:22} {times} times, {len(found)} wrong {found[:3]}")
    checked = verify(database.read)
    database.close()
    say(f"{kind:10} scored while forgotten: {dict(tally)}; chains: {checked.broken}")
    return not (wrong or checked.broken)


def main(arguments: list[str]) -> None:
    times = int(arguments[1]) if len(arguments) > 1 else TIMES
    house, _ = prepared(house_folder(arguments))
    with postgresql() as url:
        right = race(house, url, other_database(house, url), times)
    file = house.folder / "races.sqlite"
    for part in house.folder.glob(f"{file.name}*"):
        part.unlink()
    url = f"sqlite:///{file}"
    right &= race(house, url, other_database(house, url), times)
    if not right:
        sys.exit("races: not as they should be")


if __name__ == "__main__":
    main(sys.argv[1:])
