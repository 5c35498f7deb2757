"""The work list says who waits and who was decided, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api.identifiers import now, uuid7
from api.schemas.work import WorkPage
from api.store.events.record import DECISION, Event
from api.store.people import erasure
from api.store.tables import personal, work
from api.store.work import moves

CONTESTED = {"text": "Paid.", "received_on": "2026-10-15", "author": "A. Martin"}
STATES = "contested", "second", "evidence", "referred", "open", "draft", "done"
Act = Callable[..., Any]


@pytest.fixture
def decide(call: Any) -> Act:
    def post(client_id: int, **more: Any) -> Any:
        body = {"client_id": client_id, **more}
        return call("POST", "/v1/predictions", json=body).json

    return post


@pytest.fixture
def review(call: Any) -> Act:
    def post(made: Any, decision: str, reviewer: str = "A. Martin", **more: Any) -> Any:
        body = {"decision": decision, "reason": "Seen.", "reviewer": reviewer}
        path = f"/v1/predictions/{made['prediction_id']}/review"
        answer = call("POST", path, "officer", json=body | more)
        assert answer.status_code == 201, answer.json
        return answer.json

    return post


@pytest.fixture
def contest(call: Any) -> Act:
    def post(client_id: int, **more: Any) -> Any:
        path = f"/v1/clients/{client_id}/contests"
        return call("POST", path, "officer", json=CONTESTED | more).json

    return post


@pytest.fixture
def listed(call: Any) -> Act:
    def get(**query: Any) -> Any:
        answer = call("GET", "/v1/work", "officer", query_string=query)
        assert answer.status_code == 200, answer.json
        WorkPage.model_validate(answer.json)
        return answer.json

    return get


def ids(page: Any) -> list[Any]:
    return [item["client_id"] for item in page["items"]]


def test_decisions_wait_and_simulations_do_not(decide: Act, listed: Act) -> None:
    decide(100002, changes={"CNT_CHILDREN": 1})
    made = decide(100001)
    page = listed()
    assert page["items"] == [
        {
            "client_id": 100001,
            "reference": None,
            "state": "open",
            "since": made["created_at"],
            "due": None,
            **{n: made[n] for n in ("prediction_id", "probability", "threshold")},
            "decision": made["decision"],
            "borderline": made["confidence"]["band"] == "borderline",
            "result": made["decision"],
            "reviewer": None,
            "signer": None,
            "claimed_by": None,
            "claimed_signer": None,
            "claimed_until": None,
            "mine": False,
        }
    ]
    assert page["mine"] == []
    assert page["counts"] == {**dict.fromkeys(STATES, 0), "open": 1}


def test_who_is_decided_again_waits_as_long_with_the_newest_decision(
    decide: Act, listed: Act
) -> None:
    first, _, last = decide(100001), decide(100002), decide(100001)
    (item,) = [one for one in listed()["items"] if one["client_id"] == 100001]
    assert item["since"] == first["created_at"]
    assert item["prediction_id"] == last["prediction_id"]


def test_what_a_person_decided_is_done_whatever_is_scored_after_it(
    decide: Act, review: Act, listed: Act
) -> None:
    made = decide(100001)
    reviewed = review(made, "withdrawn")
    decide(100001)
    (item,) = listed()["items"]
    assert (item["state"], item["since"]) == ("done", reviewed["created_at"])
    assert (item["result"], item["reviewer"]) == ("withdrawn", "A. Martin")
    assert item["prediction_id"] == made["prediction_id"]


def test_what_is_contested_is_answered_by_the_next_review(
    decide: Act, review: Act, contest: Act, listed: Act
) -> None:
    made = decide(100001)
    before = review(made, "refused")
    contested = contest(100001)
    (item,) = listed()["items"]
    assert (item["state"], item["due"]) == ("contested", "2026-11-14")
    assert (item["since"], item["result"]) == (contested["created_at"], "refused")
    review(made, "granted", "B. Diallo", replaces=before["review_id"])
    (item,) = listed()["items"]
    assert (item["state"], item["due"]) == ("done", None)
    assert (item["result"], item["reviewer"]) == ("granted", "B. Diallo")


def test_a_contested_decision_stays_contested_when_it_is_scored_again(
    decide: Act, contest: Act, listed: Act
) -> None:
    decide(100001)
    contest(100001)
    again = decide(100001)
    (item,) = listed()["items"]
    assert (item["state"], item["due"]) == ("contested", "2026-11-14")
    assert item["prediction_id"] == again["prediction_id"]


@pytest.fixture
def day(app: Flask, decide: Act, review: Act, contest: Act) -> list[Any]:
    """Ids in the order of the list: of each kind some."""
    done = [100030, 100031]
    for client_id in done:
        review(decide(client_id), "granted")
    contested = [100020, 100021]
    for client_id, on in zip(
        contested[::-1], ("2026-10-20", "2026-10-10"), strict=True
    ):
        decide(client_id)
        contest(client_id, received_on=on)
    waiting: dict[bool, list[Any]] = {True: [], False: []}
    for client_id in range(100180, 100206):
        band = decide(client_id)["confidence"]["band"]
        waiting[band == "borderline"].append(client_id)
    assert waiting[True] and waiting[False]
    draft = "new-0000000001"
    with app.extensions["scoring"].database.write() as connection:
        for _ in range(2):
            moves.entered(connection, draft, "2026-11-01T00:00:00.000000Z")
    return [*contested, *waiting[True], *waiting[False], draft, *done[::-1]]


def test_a_draft_that_is_decided_waits_as_any_other_client(
    app: Flask, listed: Act
) -> None:
    draft = "new-0000000001"
    facts = {"probability": 0.1, "threshold": 0.3, "decision": "granted"}
    made = Event(uuid7(), DECISION, draft, now(), None, facts=facts | {"band": "clear"})
    again = replace(made, event_id=uuid7(), created_at=now())
    with app.extensions["scoring"].database.write() as connection:
        moves.entered(connection, draft, "2026-11-01T00:00:00.000000Z")
        moves.followed(connection, [made, again])
    (item,) = listed()["items"]
    assert (item["client_id"], item["state"]) == (draft, "open")
    assert (item["since"], item["probability"]) == (made.created_at, 0.1)
    assert item["prediction_id"] == again.event_id
    with app.extensions["scoring"].database.write() as connection:
        moves.removed(connection, [draft])
    assert listed()["items"] == []


def test_pages_follow_each_other_in_the_order_of_the_work(
    day: list[Any], listed: Act
) -> None:
    found: list[Any] = []
    cursor: dict[str, Any] = {}
    while True:
        page = listed(limit=4, **cursor)
        found += ids(page)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == day


def test_beside_a_client_are_its_neighbours_in_what_is_filtered(
    day: list[Any], listed: Act
) -> None:
    for at, client_id in enumerate(day):
        if isinstance(client_id, int):
            around = listed(client_id=client_id)["beside"]
            before = day[at - 1] if at else None
            after = day[at + 1] if at + 1 < len(day) else None
            assert around == {"previous": before, "next": after}
    around = listed(client_id=day[2], state="contested,done")["beside"]
    assert around == {"previous": day[1], "next": day[-2]}
    assert listed(client_id=100500)["beside"] is None


def test_filters_leave_out_the_others(day: list[Any], listed: Act) -> None:
    contested, done = day[:2], day[-2:]
    assert ids(listed(state="contested,done")) == [*contested, *done]
    assert ids(listed(reviewer="A. Martin")) == done
    assert ids(listed(state="done", result="granted")) == done
    assert ids(listed(state="done", since="2999-01-01")) == []
    assert len(ids(listed(since="2999-01-01"))) == len(day) - 2
    assert ids(listed(state="done", since="2026-11-01")) == done
    narrow = ids(listed(state="open", borderline="true"))
    wide = ids(listed(state="open", borderline="false"))
    assert [*contested, *narrow, *wide] == day[:-3]


@pytest.mark.parametrize(
    "bad", [{"state": "old"}, {"cursor": "1|~x"}, {"since": "today"}, {"limit": 0}]
)
def test_what_makes_no_query_is_named(call: Any, bad: dict[str, Any]) -> None:
    answer = call("GET", "/v1/work", "officer", query_string=bad)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"] == next(iter(bad))


@pytest.mark.usefixtures("own")
def test_what_is_erased_leaves_the_list(
    app: Flask, decide: Act, review: Act, listed: Act
) -> None:
    services = app.extensions["scoring"]
    erase = partial(erasure.erase_outdated, services.database, services.chain_end)
    review(decide(100001), "granted")
    decide(100002)
    later = decide(100002)
    assert erase(later["created_at"]) == 3
    (item,) = listed()["items"]
    assert (item["client_id"], item["since"]) == (100002, later["created_at"])
    erasure.forget(services.database, services.chain_end, 100002)
    assert listed()["items"] == []
    with services.database.read() as connection:
        assert connection.execute(work.select()).all() == []
        assert connection.execute(personal.select()).all() == []


def test_what_was_decided_before_there_was_a_list_is_put_on_it(
    app: Flask, decide: Act, review: Act
) -> None:
    """A person's as far back as there are any, the model's of some time.

    Their places are those of before second signatures until those of now follow.
    """
    review(decide(100001), "granted")
    decide(100001)
    long_ago = [decide(client_id) for client_id in (100002, 100003)]
    lately = [decide(client_id) for client_id in (100192, 100191, 100180)]
    migration: Any = import_module("api.migrations.versions.work_list")
    places = import_module("api.migrations.versions.lender_rules").PLACES
    # Who signed was not noted then.
    columns = [column for column in work.c if column.key not in ("id", "signer")]
    of_model = work.c.prediction_id.in_([one["prediction_id"] for one in long_ago])
    everything = select(*columns).order_by(work.c.place)
    with app.extensions["scoring"].database.write() as connection:
        connection.execute(work.delete().where(of_model))
        before = connection.execute(everything).all()
        connection.execute(work.delete())
        migration.list_earlier(connection, lately[0]["created_at"])
        connection.exec_driver_sql(places)
        after = connection.execute(everything).all()
    assert {row.state for row in after} == {"done", "open"}
    assert {row.borderline for row in after} == {True, False}
    assert after == before
