"""Requests about one client at the same moment: one winner, nothing left, nothing lost.

    python -m tests.benchmarks.races [FOLDER] [TIMES]

Against two processes of the API, on SQLite and on PostgreSQL: two reviews of different
decisions; a review and a new score; two signatures for one grant; a grant and evidence
that speaks against it; claims of one client; scoring while the policy changes, and
while a third process forgets the client.
"""

from __future__ import annotations

import json
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

from api import create_app
from api.config import Config
from api.identifiers import now
from api.schemas.policies import EXAMPLE
from api.store.database import Database
from api.store.events.chain_end import ChainEnd, place
from api.store.events.group_commit import Recorder
from api.store.events.record import DECISION, Reply
from api.store.events.verification import verify
from api.store.people import erasure
from api.store.policies import ACTIVATED, BUILT_IN
from api.store.tables import events, personal
from tests.api.decisions import REGISTER, TWO, decision
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

TIMES = 1000
SCORERS = 3
LONGEST_DELAY = 0.02
TIMEOUT_SECONDS = 30.0


class Desk:
    """One connection to the API; keep-alive holds it at one of the processes."""

    def __init__(self, server: Server, key: str = "") -> None:
        self._client = Client(server.port, key or server.key)

    def score(self, client_id: int) -> Answer:
        body = {"client_id": client_id, "explain": False}
        return self._client.post("/v1/predictions", body)

    def prove(self, client_id: int, result: str) -> Answer:
        body = {"kind": "register", "source": "FICP", "author": "A. Martin"}
        seen = {"result": result, "consulted_at": now()[:10]}
        path = f"/v1/clients/{client_id}/evidence"
        return self._client.post(path, body | seen)

    def activate(self, policy: str) -> Answer:
        return self._client.post(f"/v1/policies/{policy}/activate", None)

    def add_policy(self) -> str:
        added = self._client.post("/v1/policies", EXAMPLE)
        return str(added.json()["sha256"])

    def work(self, client_id: int, what: str) -> Answer:
        return self._client.post(f"/v1/work/{client_id}/{what}", None)

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


def two_signatures(
    desks: list[Desk], client_id: int, times: int, recorder: Recorder
) -> Iterator[str]:
    """By the keys of two people: one is first, one second, and the grant stands."""
    replaces = None
    for _ in range(times):
        made = recorded(recorder, client_id, TWO)
        answers = at_once(*(partial(desk.review, made, replaces) for desk in desks[:2]))
        stands = desks[0].standing(client_id)["review_id"]
        said = sorted(
            (one.status, one.json().get("final"), one.json().get("signs") is not None)
            for one in answers
        )
        if said != [(201, False, False), (201, True, True)] or stands == replaces:
            yield f"{[one.json() for one in answers]}, {stands} stands"
        replaces = stands


def grant_and_evidence(
    desks: list[Desk],
    client_id: int,
    times: int,
    recorder: Recorder,
    database: Database,
) -> Iterator[str]:
    """What speaks against a grant and is recorded before it was seen by it."""
    replaces = None
    for _ in range(times):
        made = recorded(recorder, client_id, REGISTER)
        desks[0].prove(client_id, "negative")
        signed, told = at_once(
            partial(desks[0].review, made, replaces),
            partial(desks[1].prove, client_id, "inconclusive"),
        )
        if told.status != 201 or signed.status not in (201, 409):
            yield f"{told.status}, {signed.status}"
        elif signed.status == 201:
            replaces = signed.json()["review_id"]
            order = replaces, told.json()["evidence_id"]
            query = select(events.c.event_id).where(events.c.event_id.in_(order))
            with database.read() as connection:
                rows = connection.execute(query.order_by(events.c.sequence))
                if tuple(rows.scalars()) != order:
                    yield f"{order} came the other way round"


def claims(desks: list[Desk], client_id: int, times: int) -> Iterator[str]:
    for _ in range(times):
        answers = at_once(
            *(partial(desk.work, client_id, "claim") for desk in desks[:2])
        )
        if sorted(one.status for one in answers) != [200, 409]:
            yield f"{[one.status for one in answers]}"
        for desk in desks[:2]:
            desk.work(client_id, "release")


def recorded(recorder: Recorder, client_id: int, required: dict[str, Any]) -> str:
    """A decision that was referred, as somebody has to do something first."""
    event = decision(client_id, "referred", requires=[required])
    recorder.record(1, Reply(201, event.answer, None, (event,)), None)
    return event.event_id


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
            kept = connection.execute(left).scalars().all()
        if kept or not set(statuses) <= {201, 404}:
            yield f"events {kept} are left, answers {statuses}"


def activate_and_score(
    desks: list[Desk], client_id: int, times: int, database: Database
) -> Iterator[str]:
    """No decision in the chain is by another policy than was activated last."""
    policies = [desks[0].add_policy(), BUILT_IN]
    active, after = desks[0].activate(BUILT_IN).json()["policy"]["sha256"], 0
    for at in range(times):
        answers = at_once(
            partial(desks[0].activate, policies[at % 2]),
            *(partial(desk.score, client_id) for desk in desks[1:]),
        )
        statuses = [one.status for one in answers]
        if statuses != [200, *[201] * len(desks[1:])]:
            yield f"answers {statuses}"
    query = select(events.c.kind, events.c.facts).order_by(events.c.sequence)
    with database.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        facts = json.loads(row.facts)
        if facts.get("action") == ACTIVATED:
            active, after = facts["sha256"], after + 1
        elif after and row.kind == DECISION and facts["policy"] != active:
            yield f"a decision by {facts['policy']} while {active} was active"


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
    recorder = Recorder(database, chain_end)
    officer = new_officer(house, url)
    with served(house, key, SCORING_DATABASE_URL=url, SCORING_WORKERS="2") as server:
        desks = [Desk(server) for _ in range(SCORERS)]
        people = [Desk(server), Desk(server, officer)]
        first, second, third, *others = some_clients(server, times + 3)
        races = {
            "two reviews": two_reviews(desks, first, times),
            "a review and a score": review_and_score(desks, first, times),
            "two signatures": two_signatures(people, second, times, recorder),
            "a grant and evidence": grant_and_evidence(
                desks, third, times, recorder, database
            ),
            "claims": claims([desks[0], people[1]], first, times),
            "activate and score": activate_and_score(desks, first, times, database),
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


def new_officer(house: House, url: str) -> str:
    """The key of another person."""
    app = create_app(Config(bundle=house.bundle, database_url=url))
    add = ["keys", "add", f"officer-{time.time_ns()}", "--role", "officer"]
    return app.test_cli_runner().invoke(args=add).stdout.strip()


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
