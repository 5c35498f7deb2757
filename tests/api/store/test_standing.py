"""A client has one standing decision: the newest review, else the newest decision."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.schemas.answers import ClientAnswer
from api.store.database import Database
from api.store.people import erasure
from api.store.tables import events, personal

CLIENT = 100003


@pytest.fixture
def decide(call: Any) -> Callable[..., dict[str, Any]]:
    def post(**more: Any) -> dict[str, Any]:
        answer = call("POST", "/v1/predictions", json={"client_id": CLIENT, **more})
        assert answer.status_code == 201
        return dict(answer.json)

    return post


@pytest.fixture
def review(call: Any) -> Callable[..., Any]:
    def post(prediction: dict[str, Any], decision: str, **more: Any) -> Any:
        body = {"decision": decision, "reason": "Seen.", "reviewer": "A. Martin"}
        path = f"/v1/predictions/{prediction['prediction_id']}/review"
        return call("POST", path, "officer", json=body | more)

    return post


@pytest.fixture
def standing(call: Any) -> Callable[[], Any]:
    def get() -> Any:
        answer = call("GET", f"/v1/clients/{CLIENT}", "officer").json
        ClientAnswer.model_validate(answer)
        return answer["standing"]

    return get


def other_than(decision: str) -> str:
    return "refused" if decision == "granted" else "granted"


def test_nothing_stands_before_the_first_decision(decide: Any, standing: Any) -> None:
    decide(changes={"CNT_CHILDREN": 1})
    assert standing() is None


def test_the_newest_decision_stands_with_what_it_was_made_on(
    decide: Any, standing: Any, world: Any
) -> None:
    decide()
    made = decide()
    for _ in range(25):
        decide(changes={"CNT_CHILDREN": 1}, explain=False)
    found = standing()
    assert found.pop("latest") == {
        **{name: made[name] for name in ("prediction_id", "decision", "probability")},
        **{name: made[name] for name in ("threshold", "model", "created_at")},
        "recommendation": made["decision"],
        "model_changed": False,
        "data_changed": False,
    }
    assert found.pop("import_id") == 1
    assert found.pop("imported_at") < made["created_at"]
    asked = world.raw[CLIENT].application
    assert found == {
        "result": made["decision"],
        "by": "model",
        "reviewer": None,
        "signer": None,
        "category": None,
        "reason": None,
        "decided_at": made["created_at"],
        "review_id": None,
        "prediction_id": made["prediction_id"],
        "model_decision": made["decision"],
        "model": made["model"],
        "terms": {name: asked[name] for name in ("AMT_CREDIT", "AMT_ANNUITY")},
    }


def test_a_review_stands_whatever_is_scored_after_it(
    decide: Any, review: Any, standing: Any
) -> None:
    first = decide()
    result = other_than(first["decision"])
    made = review(first, result).json
    later = decide()
    found = standing()
    assert (found["result"], found["by"]) == (result, "person")
    assert (found["reviewer"], found["decided_at"]) == ("A. Martin", made["created_at"])
    assert (found["review_id"], found["reason"]) == (made["review_id"], "Seen.")
    assert found["prediction_id"] == first["prediction_id"]
    assert found["model_decision"] == first["decision"]
    assert found["latest"]["prediction_id"] == later["prediction_id"]


def test_a_review_replaces_the_clients_under_whatever_prediction(
    decide: Any, review: Any, standing: Any
) -> None:
    first, second = decide(), decide()
    before = review(first, "refused").json["review_id"]
    conflict = review(second, "granted")
    assert conflict.status_code == 409
    assert before in conflict.json["detail"]
    after = review(second, "granted", replaces=before).json
    assert standing()["review_id"] == after["review_id"]
    assert review(first, "refused", replaces=before).status_code == 409
    assert standing()["result"] == "granted"


@pytest.mark.usefixtures("own")
def test_says_that_the_clients_data_have_changed(
    app: Flask, decide: Any, standing: Any
) -> None:
    decide()
    with app.extensions["scoring"].database.write() as connection:
        connection.exec_driver_sql(
            f"UPDATE clients SET features = (SELECT features FROM clients "
            f"WHERE client_id = {CLIENT + 1}) WHERE client_id = {CLIENT}"
        )
    assert standing()["latest"]["data_changed"] is True
    decide()
    assert standing()["latest"]["data_changed"] is False


def test_a_decision_from_before_its_basis_was_noted_stands_too(
    app: Flask, decide: Any, standing: Any
) -> None:
    """As the releases up to 0.3 recorded them."""
    made = decide()
    with app.extensions["scoring"].database.write() as connection:
        for statement in _ALLOW[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        old = personal.update().values(request=f'{{"client_id":{CLIENT}}}')
        connection.execute(old)
    found = standing()
    assert found["prediction_id"] == made["prediction_id"]
    assert found["terms"] is found["import_id"] is found["imported_at"] is None


# Only for its transaction on PostgreSQL; each test on SQLite has its own file.
_ALLOW = {
    "sqlite": ["DROP TRIGGER personal_no_update"],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}


def test_reviews_of_an_earlier_release_keep_their_meaning(
    world: Any, tmp_path: Path
) -> None:
    """Client 100003 was refused, confirmed, overridden, simulated 25 times, and scored
    again because somebody looked at them; client 100004 was only scored.
    """
    packed = Path(__file__).parents[1] / "releases" / "before-0.4.0.sqlite.xz"
    file = tmp_path / "before.sqlite"
    file.write_bytes(lzma.decompress(packed.read_bytes()))
    app = create_app(Config(bundle=world.bundle, database_url=f"sqlite:///{file}"))
    run = app.test_cli_runner().invoke
    assert run(args=["db", "upgrade"]).exit_code == 0
    added = run(args=["keys", "add", "new", "--role", "officer", "--role", "scoring"])
    headers = {"Authorization": f"Bearer {added.stdout.strip()}"}
    ask = partial(app.test_client().get, headers=headers)

    standing = ask("/v1/clients/100003").get_json()["standing"]
    assert (standing["result"], standing["model_decision"]) == ("granted", "refused")
    assert (standing["by"], standing["reviewer"]) == ("person", "B. Diallo")
    assert standing["decided_at"] == "2026-11-29T17:47:28.486447Z"
    assert standing["latest"]["prediction_id"] != standing["prediction_id"]
    alone = ask("/v1/clients/100004").get_json()["standing"]
    assert (alone["result"], alone["by"], alone["terms"]) == ("granted", "model", None)
    assert run(args=["events", "verify"]).exit_code == 0
    app.extensions["scoring"].database.close()


def test_of_two_simultaneous_reviews_of_a_client_one_is_refused(
    decide: Any, review: Any, standing: Any, at_once: Any
) -> None:
    before = None
    for _ in range(5):
        pair = decide(), decide()
        again = partial(review, decision="granted", replaces=before)
        answers = at_once(*(partial(again, one) for one in pair))
        assert sorted(one.status_code for one in answers) in ([201, 409], [201, 503])
        (won,) = (one.json for one in answers if one.status_code == 201)
        before = standing()["review_id"]
        assert before == won["review_id"]


def test_a_review_stands_against_a_score_of_the_same_moment(
    decide: Any, review: Any, standing: Any, at_once: Any
) -> None:
    before = None
    for _ in range(5):
        made = decide()
        reviewed, scored = at_once(
            partial(review, made, "refused", replaces=before), decide
        )
        found = standing()
        assert reviewed.status_code == 201
        assert found["review_id"] == reviewed.json["review_id"]
        assert found["latest"]["prediction_id"] == scored["prediction_id"]
        before = found["review_id"]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("act", ["score", "simulate", "batch", "review", "outcome"])
def test_nothing_of_a_forgotten_client_is_recorded_after_it(
    app: Flask, call: Any, decide: Any, act: str
) -> None:
    """The client is forgotten between reading them and recording the answer."""
    made = decide()
    services = app.extensions["scoring"]
    database: Database = services.database
    prediction = made["prediction_id"]
    observed = {"prediction_id": prediction, "defaulted": True}
    paths: dict[str, tuple[str, str, Any]] = {
        "score": ("/v1/predictions", "scoring", {"client_id": CLIENT}),
        "simulate": (
            "/v1/predictions",
            "scoring",
            {"client_id": CLIENT, "changes": {}},
        ),
        "batch": (
            "/v1/predictions/batch",
            "scoring",
            {"predictions": [{"client_id": CLIENT}, {"client_id": CLIENT + 1}]},
        ),
        "review": (
            f"/v1/predictions/{prediction}/review",
            "officer",
            {"decision": "granted", "reason": "Seen.", "reviewer": "A. Martin"},
        ),
        "outcome": (
            "/v1/outcomes",
            "admin",
            {"outcomes": [{**observed, "observed_on": "2026-10-31"}]},
        ),
    }
    path, role, body = paths[act]
    recorder = services.recorder
    record = recorder.record

    def forget_first(*asked: Any) -> None:
        recorder.record = record
        erasure.forget(database, services.chain_end, CLIENT)
        record(*asked)

    recorder.record = forget_first
    answer = call("POST", path, role, json=body)
    expected = {"batch": 200, "outcome": 201, "review": 410}
    assert answer.status_code == expected.get(act, 404)
    if act == "batch":
        gone, there = answer.json["predictions"]
        assert (gone["status"], there["client_id"]) == (404, CLIENT + 1)
    with database.read() as connection:
        left = personal.c.client_id == CLIENT
        assert connection.execute(personal.select().where(left)).all() == []


@pytest.mark.usefixtures("own")
def test_a_first_decision_that_is_being_recorded_is_forgotten_too(
    app: Flask, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction has appended it, and has not ended, when the erasure begins."""
    services = app.extensions["scoring"]
    appended, go_on = Event(), Event()

    def wait(*_: Any) -> None:
        appended.set()
        assert go_on.wait(5)

    monkeypatch.setattr("api.store.events.group_commit.remember", wait)
    body = {"client_id": CLIENT}
    with ThreadPoolExecutor(2) as pool:
        scored = pool.submit(call, "POST", "/v1/predictions", json=body)
        assert appended.wait(5)
        about = services.database, services.chain_end, CLIENT
        forgotten = pool.submit(erasure.forget, *about)
        sleep(0.1)
        go_on.set()
        assert (scored.result().status_code, forgotten.result()) == (201, 1)
    with services.database.read() as connection:
        assert connection.execute(personal.select()).all() == []


@pytest.mark.usefixtures("own")
def test_what_a_review_is_about_is_kept_as_long_as_the_review(
    app: Flask, call: Any, decide: Any, review: Any, standing: Any
) -> None:
    services = app.extensions["scoring"]
    retain = partial(erasure.erase_outdated, services.database, services.chain_end)
    decide()
    made = decide()
    reviewed = review(made, "refused").json
    assert retain(reviewed["created_at"]) == 1
    found = standing()
    assert (found["result"], found["by"]) == ("refused", "person")
    path = f"/v1/predictions/{made['prediction_id']}/letter"
    assert call("GET", path, "officer").status_code == 200
    assert retain("2999") == 2
    assert standing() is None


@pytest.mark.usefixtures("own")
def test_forgetting_and_scoring_at_once_leave_nothing(
    app: Flask, call: Any, decide: Any, at_once: Any
) -> None:
    services = app.extensions["scoring"]
    database: Database = services.database
    forget = partial(erasure.forget, database, services.chain_end, CLIENT)
    decide()

    def score() -> int:
        body = {"client_id": CLIENT}
        return int(call("POST", "/v1/predictions", json=body).status_code)

    *statuses, _ = at_once(*[score] * 6, forget)
    assert set(statuses) <= {201, 404, 503}
    with database.read() as connection:
        about = connection.execute(personal.select()).all()
        kinds = connection.execute(events.select()).all()
    assert about == []
    assert [one.kind for one in kinds].count("decision") == 1 + statuses.count(201)
