from __future__ import annotations

import json
import threading
from typing import Any

import fake_answers
import pytest
from fake_api import KEY, FakeApi, document, problem

from api_client.scoring_api import ScoringApi
from api_client.transport import Asker, Transport, connections
from config import Settings
from errors import (
    Conflict,
    Fault,
    Forbidden,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerTrouble,
    Unauthorised,
    Unreachable,
)

DASHBOARD = Asker("dashboard", None, ("analyst", "officer", "scoring"))


def asking(url: str, asker: Asker = DASHBOARD, seconds: float = 5) -> ScoringApi:
    settings = Settings(url, KEY, seconds)
    return ScoringApi(Transport(settings, connections(settings), asker))


@pytest.fixture
def client(api: FakeApi) -> ScoringApi:
    return asking(api.url)


def test_reads_every_answer(client: ScoringApi) -> None:
    assert client.ready()
    assert client.model().describe("AMT_CREDIT").labels.fr == "LOAN AMOUNT (fr)"
    assert client.importance().features[0].name == "EXT_SOURCE_MEAN"
    assert client.search(5, prefix="7000").client_ids == (700001, 700002)
    assert client.client(700001).application[2].value == 406597.5
    assert client.latest_report("train_test").report_id == "train_test-1"
    assert client.latest_report_html("train_test") == fake_answers.DRIFT_HTML
    assert client.model_card() == fake_answers.CARD
    assert client.similar(700001).size == 400
    assert client.distribution("DAYS_BIRTH", 700001).counts[0] == (60, 40)
    assert client.scatter("A", "B", 700001).client == (0.6, 0.3)
    assert client.alerts("open")[0].title == "Instalments have grown"


def test_a_decision_keeps_every_digit(client: ScoringApi) -> None:
    asked = fake_answers.prediction(700002)
    answered = client.score(700002)
    assert answered.probability == asked["probability"]
    assert answered.explanation.margin == asked["explanation"]["margin"]
    assert [r.code for r in answered.reasons] == [r["code"] for r in asked["reasons"]]
    assert not answered.granted


def test_sends_the_key_and_scores_once_per_question(
    api: FakeApi, client: ScoringApi
) -> None:
    client.score(700001)
    client.score(700001)
    sent = [headers for method, _, headers, _ in api.requests if method == "POST"]
    assert sent[0]["Authorization"] == f"Bearer {KEY}"
    assert sent[0]["Idempotency-Key"] != sent[1]["Idempotency-Key"]
    assert api.requests[0][3] == {"client_id": 700001}


def test_names_in_ascii_whom_it_asks_for(api: FakeApi, client: ScoringApi) -> None:
    client.model()
    sent = api.requests[0][2]["On-Behalf-Of"]
    roles = ["analyst", "officer", "scoring"]
    assert json.loads(sent) == {"name": "dashboard", "sub": None, "roles": roles}
    asking(api.url, Asker("Zoë\n😀", None, ())).model()
    sent = api.requests[1][2]["On-Behalf-Of"]
    assert sent == r'{"name": "Zo\u00eb\n\ud83d\ude00", "sub": null, "roles": []}'


def test_tries_again_after_passing_trouble_with_the_same_idempotency_key(
    api: FakeApi, client: ScoringApi
) -> None:
    replies = iter([problem(503, "busy"), problem(502, "busy")])
    good = document(fake_answers.prediction(700001), 201)
    api.replies["/v1/predictions"] = lambda: next(replies, good)
    assert client.score(700001).client_id == 700001
    keys = {headers["Idempotency-Key"] for _, _, headers, _ in api.requests}
    assert (len(api.requests), len(keys)) == (3, 1)


@pytest.mark.parametrize(
    ("status", "error", "asked"),
    [
        (400, Refused, 1),
        (401, Unauthorised, 1),
        (403, Forbidden, 1),
        (404, NotFound, 1),
        (409, Conflict, 1),
        (422, Refused, 1),
        (429, ServerTrouble, 1),
        (500, ServerTrouble, 1),
        (503, ServerTrouble, 3),
    ],
)
def test_each_bad_status_is_its_own_error(
    api: FakeApi,
    client: ScoringApi,
    status: int,
    error: type[Exception],
    asked: int,
) -> None:
    api.replies["/v1/model"] = problem(status, "in the API's own words")
    with pytest.raises(error, match="in the API's own words"):
        client.model()
    assert len(api.requests) == asked


def test_a_refusal_says_where(api: FakeApi, client: ScoringApi) -> None:
    faults = [{"path": "/client_id", "detail": "must be a whole number"}]
    api.replies["/v1/predictions"] = problem(422, "bad request", errors=faults)
    with pytest.raises(Refused) as caught:
        client.score(700001)
    assert caught.value.faults == (Fault("/client_id", "must be a whole number"),)


def test_an_error_page_from_something_else_is_still_told(
    api: FakeApi, client: ScoringApi
) -> None:
    api.replies["/v1/model"] = (500, "text/html", b"<h1>Bad</h1>")
    with pytest.raises(ServerTrouble, match="500"):
        client.model()


def test_nobody_there() -> None:
    with pytest.raises(Unreachable, match="no API at"):
        asking("http://127.0.0.1:1").model()


def test_no_answer_in_time(api: FakeApi) -> None:
    gate = threading.Event()

    def late() -> tuple[int, str, bytes]:
        gate.wait(5)
        return document({})

    api.replies["/v1/model"] = late
    with pytest.raises(Unreachable, match="0.1 seconds"):
        asking(api.url, seconds=0.1).model()
    gate.set()


SPOILT: list[tuple[str, Any]] = [
    ("probability", {"probability": 1.2}),
    ("probability", {"probability": True}),
    ("decision", {"decision": "maybe"}),
    ("decision", {"decision": "refused"}),
    ("margin", {"explanation": {"base_value": 0, "margin": 9, "contributions": []}}),
    ("created_at", {"created_at": "2026-11-22T13:27:00"}),
    ("client", {"client_id": 700002}),
    ("reasons", {"reasons": None}),
]


@pytest.mark.parametrize(("word", "change"), SPOILT)
def test_a_decision_that_contradicts_itself_is_refused(
    api: FakeApi, client: ScoringApi, word: str, change: dict[str, Any]
) -> None:
    answer = fake_answers.prediction(700001) | change
    api.replies["/v1/predictions"] = document(answer, 201)
    with pytest.raises(NonsenseAnswer, match=word):
        client.score(700001)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b"\xff\xfe", b'{"name": NaN}', b"null"]
)
def test_nonsense_is_refused(api: FakeApi, client: ScoringApi, body: bytes) -> None:
    api.replies["/v1/model"] = (200, "application/json", body)
    with pytest.raises(NonsenseAnswer):
        client.model()


def test_numbers_too_large_are_nonsense(api: FakeApi, client: ScoringApi) -> None:
    text = json.dumps(fake_answers.model()).replace("1.02", "1e999")
    api.replies["/v1/model"] = (200, "application/json", text.encode())
    with pytest.raises(NonsenseAnswer, match="slope"):
        client.model()


def test_a_redirection_is_not_followed(api: FakeApi, client: ScoringApi) -> None:
    api.replies["/v1/model"] = (302, "text/html", b"")
    with pytest.raises(NonsenseAnswer, match="302"):
        client.model()


def test_a_letter_is_of_what_stands_when_it_is_asked_for(
    client: ScoringApi, api: FakeApi
) -> None:
    first, second = (client.score(700002).prediction_id for _ in range(2))
    assert client.letter(700002, "fr") == f"%PDF {second} fr".encode()
    client.review(first, True, "Papers seen", "Ada")
    assert client.letter(700002, "fr") == f"%PDF {first} fr".encode()
