"""10,000 drafts and 100,000 references: each route as a ratio to none of them.

python -m tests.benchmarks.drafts [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from api.identifiers import moment, now
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.people import drafts, references
from api.store.people.drafts import Content
from api.store.work import moves
from tests.benchmarks.load import Client, Server, house_folder, prepared, say, served
from tests.benchmarks.online import medians
from tests.benchmarks.serving import PREDICTIONS
from tests.conftest import House

DRAFTS, REFERENCES, AT_A_TIME = 10_000, 100_000, 2000
NAMES = ("Dupont", "Martin", "Éloïse", "Nguyễn", "Strauß", "O'Neill", "Le Gall")


def fill(house: House) -> None:
    """Drafts as incomplete ones are stored, and references of clients and of them."""
    database = Database(house.environment["SCORING_DATABASE_URL"], 60)
    to = moment(datetime.now(UTC) + timedelta(days=30))
    content = Content({"application": {}, "records": {}}, None, None, None)
    for first in range(0, REFERENCES, AT_A_TIME):
        with database.write() as connection:
            called: dict[ClientKey, str | None] = {}
            for at in range(first, first + AT_A_TIME):
                key: ClientKey = 10**9 + at
                if at < DRAFTS:
                    key = drafts.new_key()
                    drafts.enter(connection, str(key), content, now(), to)
                    moves.entered(connection, key, now())
                called[key] = f"2026-{at:06d} {NAMES[at % len(NAMES)]}"
            for kind in (int, str):
                some = {k: v for k, v in called.items() if isinstance(k, kind)}
                references.put(connection, some)
    database.close()


def questions(server: Server, known: int) -> dict[str, Callable[[], float]]:
    client = Client(server.port, server.key)

    def get(path: str) -> Callable[[], float]:
        def ask() -> float:
            answer = client.get(path)
            assert answer.status == 200, answer.content
            return answer.milliseconds

        return ask

    def decide() -> float:
        asked = {"client_id": known, "explain": False}
        answer = client.post(PREDICTIONS, asked)
        assert answer.status == 201, answer.content
        return answer.milliseconds

    return {
        "decide": decide,
        "a client": get(f"/v1/clients/{known}"),
        "clients by number": get("/v1/clients?prefix=1"),
        "similar clients": get(f"/v1/clients/{known}/similar"),
        "a client's decisions": get(f"/v1/clients/{known}/predictions"),
        "the work list": get("/v1/work"),
    }


def entered(server: Server) -> dict[str, Callable[[], float]]:
    client = Client(server.port, server.key)

    def get(path: str) -> Callable[[], float]:
        return lambda: client.get(path).milliseconds

    def enter() -> float:
        return client.post("/v1/applications", {"reference": "Durand"}).milliseconds

    return {
        "enter a draft": enter,
        "drafts by key": get("/v1/clients?prefix=new-"),
        "a word begins with dup": get("/v1/clients?reference=dup"),
        "a reference": get("/v1/clients?reference=2026-004711"),
        "a reference of nobody known": get("/v1/clients?reference=2026-047110"),
    }


def missing(server: Server, house: House, known: int) -> Callable[[], float]:
    """Of an application with as little as can be scored."""
    client = Client(server.port, server.key)
    model = client.get("/v1/model").json()
    columns = {c["name"]: c for c in model["tables"]["application"]["columns"]}
    facts = client.get(f"/v1/clients/{known}").json()["application"]
    least = {
        one["name"]: one["value"]
        for one in facts
        if not columns[one["name"]]["nullable"]
        and columns[one["name"]].get("role") != "client"
    }
    key = client.post("/v1/applications", {"application": least}).json()["client_id"]

    def ask() -> float:
        answer = client.get(f"/v1/applications/{key}/missing")
        assert answer.json()["missing"], answer.content
        return answer.milliseconds

    return ask


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    with served(house, key) as server:
        first = Client(server.port, key).get("/v1/clients?limit=1").json()
        known = first["clients"][0]["client_id"]
        asked = questions(server, known)
        before = medians(*asked.values())
        fill(house)
        after = medians(*asked.values())
        for name, one, other in zip(asked, before, after, strict=True):
            say(f"{name}: {other:.2f} ms = {other / one:.2f}x without them")
        of_drafts = entered(server) | {"missing": missing(server, house, known)}
        for name, spent in zip(of_drafts, medians(*of_drafts.values()), strict=True):
            say(f"{name}: {spent:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
