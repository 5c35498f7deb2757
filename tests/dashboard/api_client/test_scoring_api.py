from __future__ import annotations

import json
import threading
from typing import Any

import fake_answers
import pytest
from fake_api import KEY, FakeApi, document, problem

from api_client.errors import (
    Conflict,
    Erased,
    Forbidden,
    LoggedOut,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerError,
    Unauthorised,
    Unreachable,
)
from api_client.scoring_api import ScoringApi
from api_client.transport import Transport, connections
from config import Settings
from session.asker import Asker

DASHBOARD = Asker("dashboard", None, ("analyst", "officer", "scoring"))


def asking(url: str, asker: Asker = DASHBOARD, seconds: float = 5) -> ScoringApi:
    settings = Settings(url, KEY, seconds, "EUR")
    return ScoringApi(Transport(settings, connections(settings), asker))


@pytest.fixture
def client(api: FakeApi) -> ScoringApi:
    return asking(api.url)


def test_reads_every_answer(client: ScoringApi) -> None:
    assert client.ready()
    labels = client.model().columns["AMT_CREDIT"].labels
    assert labels is not None and labels.fr == "LOAN AMOUNT (fr)"
    assert client.importance().features[0].feature == "EXT_SOURCE_MEAN"
    assert client.search(5, prefix="7000").client_ids == (700001, 700002)
    assert client.client(700001).application[2].value == 406597.5
    assert client.latest_report("train_test").id == "train_test-1"
    assert client.has_page("train_test-1") and not client.has_page("train_test-2")
    assert client.report_html("train_test-1") == fake_answers.DRIFT_HTML.encode()
    assert client.model_card("fr") == f"fr: {fake_answers.CARD}"
    assert client.similar(700001).size == 400
    assert client.distribution("DAYS_BIRTH").counts["all"] == [60, 40]
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
    told = {"name": "dashboard", "sub": None, "roles": roles, "login": None}
    assert json.loads(sent) == told
    asking(api.url, Asker("Zoë\n😀", None, ())).model()
    sent = api.requests[1][2]["On-Behalf-Of"]
    assert sent.startswith(r'{"name": "Zo\u00eb\n\ud83d\ude00", "sub": null, ')


def test_a_login_that_was_ended_is_an_error_of_its_own(api: FakeApi) -> None:
    asked = asking(api.url, Asker("Ada", "7", (), "a" * 64))
    assert not asked.login_was_ended()
    asked.end_login()
    assert asked.login_was_ended()
    with pytest.raises(LoggedOut, match="This login was ended"):
        asked.model()


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
        (410, Erased, 1),
        (422, Refused, 1),
        (429, ServerError, 1),
        (500, ServerError, 1),
        (503, ServerError, 3),
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
    assert [vars(one) for one in caught.value.faults] == faults


def test_an_error_page_from_something_else_is_still_told(
    api: FakeApi, client: ScoringApi
) -> None:
    api.replies["/v1/model"] = (500, "text/html", b"<h1>Bad</h1>")
    with pytest.raises(ServerError, match="500"):
        client.model()


def test_an_api_that_refuses_the_connection_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="no API at"):
        asking("http://127.0.0.1:1").model()


def test_an_api_that_answers_too_late_is_unreachable(api: FakeApi) -> None:
    gate = threading.Event()

    def late() -> tuple[int, str, bytes]:
        gate.wait(5)
        return document({})

    api.replies["/v1/model"] = late
    with pytest.raises(Unreachable, match="0.1 seconds"):
        asking(api.url, seconds=0.1).model()
    gate.set()


def test_an_answer_of_a_later_api_is_read(api: FakeApi, client: ScoringApi) -> None:
    """It has more members and other codes than those that are known here."""
    api.later = True
    assert client.score(700001).confidence.band == "later"
    standing = client.client(700001).standing
    assert standing is not None
    assert standing.result == "later" and not standing.reviewed
    assert client.model().features[0].dtype == "later"
    assert client.history(700001).predictions[0].kind == "later"
    assert client.alerts("open")[0].severity == "later"
    assert client.distribution("DAYS_BIRTH").counts["all"] == [60, 40]


# What is wrong with a decision, and the sentence that says so.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"probability": True}, "/probability: expected a number; found: True"),
    (
        {"probability": 1.2},
        "/probability: expected less than or equal to 1; found: 1.2",
    ),
    (
        {"decision": "maybe"},
        "/decision: expected the decision to follow the threshold; found: 'maybe'",
    ),
    (
        {"decision": "refused"},
        "/decision: expected the decision to follow the threshold; found: 'refused'",
    ),
    (
        {"explanation": {"base_value": 0, "margin": 9, "contributions": []}},
        "/explanation/margin: expected the contributions to sum to the margin; "
        "found: 9",
    ),
    (
        {"confidence": {"band": "clear", "out_of_range": []}},
        "/confidence: missing_share is missing; "
        "found: {'band': 'clear', 'out_of_range': []}",
    ),
    (
        {"created_at": "2026-11-22T13:27:00"},
        "/created_at: expected a date and time with its offset; "
        "found: '2026-11-22T13:27:00'",
    ),
    ({"created_at": "now"}, "/created_at: expected a date and time; found: 'now'"),
    ({"client_id": 700002}, "asked for client 700001, answered for 700002"),
    ({"client_id": 1.5}, "/client_id: expected a whole number; found: 1.5"),
    ({"reasons": None}, "/reasons: expected a list; found: None"),
    ({"model": "3"}, "/model: expected an object; found: '3'"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_a_decision_that_makes_no_sense_is_refused_in_a_sentence(
    api: FakeApi, client: ScoringApi, change: dict[str, Any], sentence: str
) -> None:
    answer = fake_answers.prediction(700001) | change
    api.replies["/v1/predictions"] = document(answer, 201)
    with pytest.raises(NonsenseAnswer) as caught:
        client.score(700001)
    assert str(caught.value) == sentence


def test_a_simulation_is_explained_by_groups_that_sum_to_its_margin(
    api: FakeApi, client: ScoringApi
) -> None:
    answer = fake_answers.brief(fake_answers.prediction(700001))
    api.replies["/v1/predictions"] = document(answer, 201)
    told = client.simulate(700001, {}).by_group
    assert [one.group for one in told.contributions] == list(fake_answers.GROUPS)
    answer["by_group"]["margin"] += 0.1
    api.replies["/v1/predictions"] = document(answer, 201)
    with pytest.raises(NonsenseAnswer, match="^/by_group/margin: expected the contr"):
        client.simulate(700001, {})


@pytest.mark.parametrize(
    ("answered", "sentence"),
    [
        ([700002, 700001], "asked for client 700001, answered for 700002"),
        ([700001], "asked for 2 clients, answered for 1"),
    ],
)
def test_a_list_is_answered_client_by_client(
    api: FakeApi, client: ScoringApi, answered: list[int], sentence: str
) -> None:
    slots = [fake_answers.brief(fake_answers.prediction(one)) for one in answered]
    api.replies["/v1/predictions/batch"] = document({"predictions": slots})
    with pytest.raises(NonsenseAnswer) as caught:
        client.score_all([700001, 700002])
    assert str(caught.value) == sentence


def test_a_value_that_is_none_is_named_by_its_place(
    api: FakeApi, client: ScoringApi
) -> None:
    answer = fake_answers.prediction(700001)
    answer["explanation"]["contributions"][2]["value"] = ["x" * 90]
    api.replies["/v1/predictions"] = document(answer, 201)
    with pytest.raises(NonsenseAnswer) as caught:
        client.score(700001)
    shown = f"['{'x' * 55}…"
    place = "/explanation/contributions/2/value"
    assert str(caught.value) == f"{place}: expected a number; found: {shown}"


# Members of the model that contradict each other, and the place that is named.
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"threshold_interval": [0.2, 0.1]}, "/threshold_interval: expected two threshol"),
    ({"threshold_interval": [0.2]}, "/threshold_interval"),
    ({"costs": {"false_negative": 10, "false_positive": 0}}, "/costs/false_positive"),
    ({"calibration": {"method": "sigmoid", "slope": 0, "intercept": 0}}, "/calibratio"),
    ({"tables": {}}, "/tables: expected the table application"),
    (
        {"metrics": {"cv": {}, "cost_curve": {"threshold": [0], "business_score": []}}},
        "/metrics/cost_curve/business_score: expected as many as in threshold",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), CONTRADICTIONS)
def test_a_model_that_contradicts_itself_is_refused(
    api: FakeApi, client: ScoringApi, change: dict[str, Any], sentence: str
) -> None:
    api.replies["/v1/model"] = document(fake_answers.model() | change)
    with pytest.raises(NonsenseAnswer, match=sentence):
        client.model()


def test_counts_and_points_that_do_not_fit_their_columns_are_refused(
    api: FakeApi, client: ScoringApi
) -> None:
    spread = fake_answers.distribution("DAYS_BIRTH") | {"repaid": [1]}
    api.replies["/v1/features/DAYS_BIRTH/distribution"] = document(spread)
    with pytest.raises(NonsenseAnswer, match="/repaid: expected a count for every bin"):
        client.distribution("DAYS_BIRTH")
    importance = fake_answers.importance()
    importance["beeswarm"]["features"].append("DAYS_BIRTH")
    api.replies["/v1/model/importance"] = document(importance)
    with pytest.raises(NonsenseAnswer, match="a contribution for every feature"):
        client.importance()


def test_another_clients_record_is_not_shown(api: FakeApi, client: ScoringApi) -> None:
    other = {"client_id": 700002, "predictions": [], "next_cursor": None}
    api.replies["/v1/clients/700001/predictions"] = document(other)
    similar = document(fake_answers.SIMILAR | {"client_id": 700002})
    api.replies["/v1/clients/700001/similar"] = similar
    for asked in (client.history, client.similar):
        with pytest.raises(NonsenseAnswer, match="answered for 700002"):
            asked(700001)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b"\xff\xfe", b'{"name": NaN}', b"null"]
)
def test_an_answer_that_is_no_model_is_refused(
    api: FakeApi, client: ScoringApi, body: bytes
) -> None:
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
    client.review(first, "granted", "Papers seen", "Ada")
    assert client.letter(700002, "fr") == f"%PDF {first} fr".encode()
