"""A client on the work list is one person's at a time, and free again after a time."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from api.schemas.work import WorkItem, WorkPage
from api.store.tables import work

CLIENT = 100003
LONG_AGO = "2026-01-01T00:00:00.000000Z"


def ask(by: Any, what: str, client_id: Any = CLIENT, **more: Any) -> Any:
    return by("POST", f"/v1/work/{client_id}/{what}", **more)


def sign(by: Any, made: Any, name: str) -> Any:
    body = {"decision": "granted", "reason": "Seen.", "reviewer": name}
    return by("POST", f"/v1/predictions/{made['prediction_id']}/review", json=body)


def page(by: Any) -> Any:
    found = by("GET", "/v1/work").json
    WorkPage.model_validate(found)
    return found


@pytest.fixture
def over(app: Flask) -> Any:
    """Let the time of what is claimed be over."""

    def end() -> None:
        with app.extensions["scoring"].database.write() as connection:
            connection.execute(update(work).values(claimed_until=LONG_AGO))

    return end


def test_a_client_is_one_persons_until_they_leave_it(
    person: Any, recommend: Any
) -> None:
    recommend(CLIENT, "referred")
    ada, zoe = person("Ada"), person("Zoe")
    claimed = ask(ada, "claim")
    WorkItem.model_validate(claimed.json)
    assert (claimed.json["claimed_by"], claimed.json["mine"]) == ("Ada", True)
    assert ask(ada, "claim").json["claimed_until"] > claimed.json["claimed_until"]
    for what in ("claim", "release"):
        refused = ask(zoe, what)
        assert (refused.status_code, "Ada" in refused.json["detail"]) == (409, True)
    assert [one["client_id"] for one in page(ada)["mine"]] == [CLIENT]
    assert page(zoe)["mine"] == []
    assert (page(zoe)["items"][0]["claimed_by"], page(zoe)["items"][0]["mine"]) == (
        "Ada",
        False,
    )
    for by, mine in ((ada, True), (zoe, False)):
        claim = by("GET", f"/v1/clients/{CLIENT}").json["claim"]
        assert (claim["by"], claim["mine"]) == ("Ada", mine)
    assert ask(ada, "release").json["claimed_by"] is None
    assert ada("GET", f"/v1/clients/{CLIENT}").json["claim"] is None
    assert ask(zoe, "claim").json["claimed_by"] == "Zoe"
    for what in ("claim", "release"):
        assert ask(ada, what, CLIENT + 1).status_code == 404
        assert ask(ada, what, 2**70).status_code == 404


def test_what_is_claimed_is_free_again_after_a_time(
    person: Any, recommend: Any, over: Any
) -> None:
    recommend(CLIENT, "granted")
    ask(person("Ada"), "claim")
    over()
    (item,) = page(person("Ada"))["items"]
    assert (item["claimed_by"], item["claimed_until"], item["mine"]) == (
        *(None, None),
        False,
    )
    assert page(person("Ada"))["mine"] == []
    assert ask(person("Zoe"), "release").status_code == 200
    assert ask(person("Zoe"), "claim").json["mine"] is True


def test_a_senior_gives_a_client_to_somebody_and_frees_it(
    person: Any, recommend: Any
) -> None:
    recommend(CLIENT, "referred")
    ada, eve = person("Ada"), person("Eve", "senior")
    whom = {"json": {"name": "Zoe", "sub": "zoe"}}
    assert ask(ada, "assign", **whom).status_code == 403
    ask(ada, "claim")
    assert ask(eve, "assign", **whom).json["claimed_by"] == "Zoe"
    assert [one["client_id"] for one in page(person("Zoe"))["mine"]] == [CLIENT]
    assert ask(eve, "release").json["claimed_by"] is None
    assert ask(eve, "assign", CLIENT + 1, **whom).status_code == 404


def test_who_works_on_a_client_decides_and_is_done_with_it(
    person: Any, recommend: Any, over: Any
) -> None:
    made = recommend(CLIENT, "referred")
    ada, zoe = person("Ada"), person("Zoe")
    claimed = ask(ada, "claim").json
    refused = sign(zoe, made, "Zoe")
    assert refused.status_code == 409
    for said in ("Ada", claimed["claimed_until"]):
        assert said in refused.json["detail"]
    assert sign(ada, made, "Ada").status_code == 201
    assert page(ada)["mine"] == []
    assert page(ada)["items"][0]["claimed_by"] is None
    late = recommend(CLIENT + 1, "referred")
    ask(ada, "claim", CLIENT + 1)
    over()
    assert sign(zoe, late, "Zoe").status_code == 201


def test_mine_are_oldest_first_and_whole(person: Any, recommend: Any) -> None:
    ids = [CLIENT + n for n in range(4)]
    ada = person("Ada")
    for client_id, result in zip(
        ids, ("granted", "referred", "granted", "referred"), strict=True
    ):
        recommend(client_id, result)
    for client_id in ids[::-1]:
        ask(ada, "claim", client_id)
    found = ada("GET", "/v1/work?limit=1&state=done").json
    assert [one["client_id"] for one in found["mine"]] == ids


def test_of_claims_at_once_one_is_right(
    person: Any, recommend: Any, at_once: Any
) -> None:
    recommend(CLIENT, "referred")
    people = [person(name, "senior") for name in ("Ada", "Zoe", "Eve")]
    for _ in range(5):
        answers = at_once(*(partial(ask, one, "claim") for one in people))
        (won,) = (one.json for one in answers if one.status_code == 200)
        assert {one.status_code for one in answers} <= {200, 409, 503}
        assert page(people[0])["items"][0]["claimed_by"] == won["claimed_by"]
        ask(people[0], "release")


def test_namesakes_are_told_apart_in_all_that_they_sign(
    person: Any, recommend: Any, call: Any
) -> None:
    made = [recommend(client, "granted") for client in (CLIENT, CLIENT + 1)]
    first, second = (person("Ada Roy", sub=sub) for sub in ("248289", "551077"))
    signers = ["sub:248289", "sub:551077"]
    reviews = [
        sign(by, one, "Ada Roy").json
        for by, one in zip((first, second), made, strict=True)
    ]
    assert [one["signer"] for one in reviews] == signers
    path = f"/v1/clients/{CLIENT}"
    assert first("GET", path).json["standing"]["signer"] == signers[0]
    author = {"author": "Ada Roy"}
    wrote = {
        "notes": author | {"text": "Called."},
        "contests": author | {"text": "An error.", "received_on": "2026-10-15"},
        "evidence": author
        | {"kind": "register", "source": "The bureau", "result": "negative"}
        | {"consulted_at": "2026-10-15"},
        "declarations": author | {"housing": 650.0},
    }
    for what, body in wrote.items():
        assert second("POST", f"{path}/{what}", json=body).json["signer"] == signers[1]
        (listed,) = first("GET", f"{path}/{what}").json[what]
        assert listed["signer"] == signers[1]
    decided = call("GET", "/v1/decisions").json["decisions"][-2:]
    assert [one["signer"] for one in decided] == signers
    # One's own name is nobody else's; by another's name all are meant who have it.
    for by, client in ((first, CLIENT), (second, CLIENT + 1)):
        items = by("GET", "/v1/work?reviewer=Ada Roy").json["items"]
        assert [one["client_id"] for one in items] == [client]
    items = person("Zoe")("GET", "/v1/work?reviewer=Ada Roy").json["items"]
    assert {one["signer"] for one in items} == {*signers}
    ask(first, "claim", CLIENT + 1)
    claim = second("GET", f"/v1/clients/{CLIENT + 1}").json["claim"]
    assert (claim["by"], claim["signer"]) == ("Ada Roy", signers[0])
    lines = call("GET", "/v1/events?kind=review", "analyst").text.splitlines()
    assert len({json.loads(line)["officer"] for line in lines}) == 2
