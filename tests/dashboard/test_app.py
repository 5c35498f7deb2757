from __future__ import annotations

import gc
import gzip
import re
import time
import tomllib
from base64 import b64decode
from html import unescape
from pathlib import Path
from typing import Any

import fake_answers
import pytest
from fake_api import FakeApi, problem
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from api_client import cache
from components import report_page
from config import settings
from session.user import Person

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "main.py"
PREDICTIONS = ("POST", "/v1/predictions")


def open_app(client: str = "") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=20)
    if client:
        app.query_params["client"] = client
    return app.run()


def page(name: str, client: str = "700002") -> AppTest:
    app = open_app(client).switch_page(f"screens/{name}.py").run()
    assert not app.exception
    return app


def posted(api: FakeApi, part: str) -> list[Any]:
    """The bodies sent to the paths with `part` in them."""
    return [
        body
        for method, path, _, body in api.requests
        if method == "POST" and part in path
    ]


def page_text(app: AppTest) -> str:
    """All HTML on the page: every sentence is in it."""
    return "\n".join(block.proto.body for block in app.get("html"))


def notices(app: AppTest, kind: str) -> list[str]:
    """The boxed sentences of a kind: info, success, warning or error."""
    box = re.compile(f'<p class="notice {kind}"[^>]*>(.*?)</p>', re.S)
    return [unescape(re.sub("<.*?>", "", told)) for told in box.findall(page_text(app))]


def trouble(app: AppTest) -> str:
    """The sentence of the one error on the page; there is never a traceback."""
    assert not app.exception
    [error] = notices(app, "error")
    return error


def search(app: AppTest, number: str) -> AppTest:
    return app.text_input(key="search").set_value(number).run()


def test_a_deep_link_opens_the_client(api: FakeApi) -> None:
    app = open_app("700002")
    text = page_text(app)
    assert not app.exception and not notices(app, "error")
    assert "Refused" in text and "47.2%" in text
    assert "Scores from outside agencies: what we know speaks for a higher" in text
    assert "Unlike anything the model learnt from" in text
    assert "Mean of the outside scores: 0.212" in text


def test_a_search_opens_the_client_and_scores_once(api: FakeApi) -> None:
    app = search(open_app(), "700001")
    assert "Granted" in page_text(app)
    app.run()
    search(search(app, "700002"), "700001")
    assert api.asked(*PREDICTIONS) == 2


def test_choosing_a_client_asks_for_nothing_twice(api: FakeApi) -> None:
    """Who is beside them is asked for last: the decision is on the screen by then."""
    client, work = ("GET", "/v1/clients/700001"), ("GET", "/v1/work")
    first, again = open_app("700002"), open_app("700002")

    def asked(app: AppTest) -> list[tuple[str, str]]:
        api.requests.clear()
        app.query_params["client"] = "700001"
        assert "Granted" in page_text(app.run())
        return [seen[:2] for seen in api.requests]

    assert asked(first) == [client, PREDICTIONS, client, work]
    stored = ("GET", f"/v1/predictions/{list(api.made)[1]}")
    assert asked(again) == [client, stored, work]
    assert asked(again) == [client]
    again.button(key="score_again").click()
    assert asked(again) == [client, PREDICTIONS, client]


def test_score_again_makes_a_new_decision(api: FakeApi) -> None:
    app = open_app("700001")
    assert "000000000001" in page_text(app)
    app.button(key="score_again").click().run()
    assert "000000000002" in page_text(app)
    assert api.asked(*PREDICTIONS) == 2
    app.session_state["details"] = "History"
    assert "Decision: Granted (2 times)" in page_text(app.run())


def test_a_new_model_is_said_and_scores_when_asked(api: FakeApi) -> None:
    from api_client import cache

    app = open_app("700001")
    api.version = "4"
    cache.forget_answers()
    app.run()
    assert api.asked(*PREDICTIONS) == 1
    assert "Another model serves now" in notices(app, "warning")[0]
    app.button(key="score_again").click().run()
    assert api.asked(*PREDICTIONS) == 2
    assert "Model version 4" in page_text(app)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    told = f"Software version {project['project']['version']}"
    assert told in page_text(app) and f"{told}," not in page_text(app)
    assert not notices(app, "warning")


def test_a_second_click_scores_once(api: FakeApi) -> None:
    app = open_app("700001")
    shown = next(iter(api.made))
    for _ in range(2):
        app.session_state["score_again_client"] = (700001, shown)
        app.run()
    assert api.asked(*PREDICTIONS) == 2


def test_opening_a_client_again_makes_no_decision(api: FakeApi) -> None:
    """A decision is made by whoever opens a client first, and by nobody after."""
    open_app("700001")
    text = page_text(open_app("700001"))
    assert api.asked(*PREDICTIONS) == 1
    assert "000000000001" in text and "Granted" in text


def test_a_decision_without_reasons_of_an_earlier_model_is_said(api: FakeApi) -> None:
    open_app("700001")
    made = next(iter(api.made))
    api.replies[f"/v1/predictions/{made}"] = problem(409, "no reasons")
    app = open_app("700001")
    assert "decided on without reasons" in notices(app, "warning")[0]
    assert "Granted by the model on" in page_text(app)
    app.button(key="score_again").click().run()
    assert "000000000002" in page_text(app)
    assert not app.exception


def test_a_prefix_offers_the_clients_that_begin_with_it(api: FakeApi) -> None:
    app = search(open_app(), "7000")
    assert app.pills[0].options == ["700001", "700002"]
    assert api.asked(*PREDICTIONS) == 0
    app.pills[0].set_value(700002).run()
    assert app.text_input(key="search").value == ""
    assert app.query_params["client"] == "700002"
    assert "Refused" in page_text(app)


@pytest.mark.parametrize(
    "typed", ["700 002", "700,002", "#700002", " 700002\u202f", "n° 700.002"]
)
def test_a_client_number_is_accepted_as_people_type_it(
    api: FakeApi, typed: str
) -> None:
    app = search(open_app(), typed)
    assert app.query_params["client"] == "700002"
    assert app.text_input(key="search").value == ""


def test_a_client_is_found_by_the_last_digits(api: FakeApi) -> None:
    app = search(open_app(), "0002")
    assert "number ends with 0002" in page_text(app)
    app.pills(key="suggestion_end").set_value(700002).run()
    assert app.query_params["client"] == "700002"


def test_more_than_ten_matches_can_be_reached(api: FakeApi) -> None:
    api.known = [*range(500_000, 500_250), *api.known]
    app = search(open_app(), "500")
    assert "numbers begin with 500" in page_text(app)
    assert len(app.pills(key="suggestion_begin").options) == 10
    for expected in (50, 250):
        app.button(key="more_clients").click().run()
        assert len(app.pills(key="suggestion_begin").options) == expected
    assert "more_clients" not in [button.key for button in app.button]


def test_every_control_acts_on_the_client_that_was_found(api: FakeApi) -> None:
    """The sidebar's links were those of the client before."""
    app = search(open_app("700001"), "700002")
    links = [link.proto.query_string for link in app.sidebar.get("page_link")]
    assert links and all("client=700002" in link for link in links)


def test_the_address_changes_the_client_on_the_same_page(api: FakeApi) -> None:
    """As Back does."""
    app = search(open_app("700001"), "700002")
    app.query_params["client"] = "700001"
    assert 'data-client="700001"' in page_text(app.run())
    assert 'data-client="700002"' not in page_text(app)


def test_recent_clients_are_offered_again(api: FakeApi) -> None:
    app = search(search(open_app(), "700001"), "700002")
    app.text_input(key="search").set_value("").run()
    assert app.pills[0].options == ["700001"]
    app.pills[0].set_value(700001).run()
    assert "Granted" in page_text(app)
    assert api.asked(*PREDICTIONS) == 2


def test_recent_clients_survive_a_new_session_and_are_their_persons(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_app("700001")
    assert open_app().pills[0].options == ["700001"]
    bo = Person("Bo", frozenset({"officer"}), "bo")
    monkeypatch.setattr("session.user.person", lambda: bo)
    assert not open_app().pills


def test_an_application_and_its_record_are_a_click_away(api: FakeApi) -> None:
    app = open_app("700001")
    app.session_state["details"] = "Application"
    text = page_text(app.run())
    assert "€406,597.50" in text and "41 years" in text
    [file] = re.findall(r'data-file="([^"]+)"', text)
    lines = b64decode(file).decode("utf-8-sig").splitlines()
    assert 'The loan asked for,Loan amount,"€406,597.50"' in lines
    assert "Home and car,Age of the car,not given" in lines
    app.session_state["details"] = "History"
    assert "Decision: Granted" in page_text(app.run())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("999", "No client's number is, begins or ends with 999"),
        ("7o1", "has only digits"),
    ],
)
def test_an_unknown_number_gets_a_plain_sentence(
    api: FakeApi, typed: str, sentence: str
) -> None:
    app = search(open_app(), typed)
    assert sentence in notices(app, "warning")[0]
    assert not notices(app, "error") and not app.exception


def test_an_api_that_is_down_gets_a_plain_sentence_and_a_retry(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_API_URL", "http://127.0.0.1:1")
    app = open_app("700001")
    assert "does not answer" in trouble(app)
    assert "API unreachable" in page_text(app)
    monkeypatch.setenv("DASHBOARD_API_URL", api.url)
    settings.cache_clear()
    app.button(key="try_again").click().run()
    assert "Granted" in page_text(app)


def test_an_old_decision_is_marked_when_the_api_is_gone(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api_client import cache

    app = open_app("700001")
    api.replies["/health/ready"] = problem(503, "the database cannot be written")
    cache._ready.clear()
    app.run()
    assert "this decision is from before" in notices(app, "warning")[0]
    assert "API not ready" in page_text(app)


def test_a_wrong_key_and_a_missing_key_get_a_sentence(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_API_KEY", "wrong")
    assert "does not accept the dashboard's key" in trouble(open_app())
    monkeypatch.delenv("DASHBOARD_API_KEY")
    settings.cache_clear()
    app = open_app()
    assert "not set up" in trouble(app)
    assert "DASHBOARD_API_KEY" in app.code[0].value


@pytest.mark.parametrize(("role", "told"), [("officer", False), ("analyst", True)])
def test_an_officer_is_told_of_no_setting(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, role: str, told: bool
) -> None:
    someone = Person("Ada", frozenset({role}), "248289")
    monkeypatch.setattr("session.user.person", lambda: someone)
    monkeypatch.setenv("DASHBOARD_API_URL", "http://127.0.0.1:1")
    app = open_app()
    assert "does not answer" in trouble(app)
    assert ("DASHBOARD_API_URL" in trouble(app)) is told
    assert bool(app.code) is told


@pytest.mark.parametrize(
    ("path", "reply", "sentence"),
    [
        ("/v1/predictions", (201, "application/json", b"{]"), "makes no sense"),
        ("/v1/predictions", problem(503, "cannot store"), "in trouble"),
        ("/v1/predictions", problem(403, "needs scoring"), "may not ask"),
        ("/v1/predictions", problem(422, "stale client"), "refused the request"),
        ("/v1/clients/700001", problem(500, "gone"), "in trouble"),
        ("/v1/model", (200, "text/html", b"<html>"), "makes no sense"),
    ],
)
def test_a_bad_answer_gets_a_plain_sentence_and_no_decision(
    api: FakeApi, path: str, reply: Any, sentence: str
) -> None:
    api.replies[path] = reply
    app = open_app("700001")
    assert sentence in trouble(app)
    assert "Granted" not in page_text(app)


def test_the_model_page_shows_limit_measures_and_weights(api: FakeApi) -> None:
    app = open_app().switch_page("screens/model.py").run()
    text = page_text(app)
    assert not app.exception and not notices(app, "error")
    assert '<p class="value">9.1%</p>' in text
    assert "0.771 ± 0.004" in text and "Logistic regression" in text
    assert "is counted as 10" in text
    app.segmented_control(key="importance_by").set_value("Facts").run()
    assert "Mean of the outside scores" in page_text(app)


def test_the_drift_page_frames_the_report_when_asked_to(api: FakeApi) -> None:
    app = open_app().switch_page("screens/drift.py").run()
    assert "Little has changed" in page_text(app)
    assert not app.get("iframe")
    app.session_state["report"] = True
    app.run()
    [frame] = app.get("iframe")
    _, _, token, report = frame.proto.src.split("/")
    assert report_page.TICKETS[token] and report == "train_test-1"


def test_a_report_is_answered_to_the_browser_that_is_logged_in(api: FakeApi) -> None:
    login = {"_streamlit_user": "signed", "_streamlit_user__1": "more"}
    ticket = report_page.Ticket(cache.scoring_api(), login)
    token = ticket.token
    report_page.TICKETS[token] = ticket
    assert fetched(token, {}).status_code == 404
    assert fetched(token, login | {"_streamlit_user": "another"}).status_code == 404
    answer = fetched(token, login | {"_streamlit_xsrf": "any"})
    assert gzip.decompress(answer.body).startswith(fake_answers.DRIFT_HTML.encode())
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
    assert fetched(token, login, "train_test-2").status_code == 404
    over = report_page.Ticket(cache.scoring_api(), login, until=time.time())
    report_page.TICKETS[over.token] = over
    assert fetched(over.token, login).status_code == 404
    del ticket
    gc.collect()
    assert fetched(token, login).status_code == 404


def fetched(
    token: str, cookies: dict[str, str], report: str = "train_test-1"
) -> Response:
    sent = "; ".join(f"{name}={text}" for name, text in cookies.items())
    parameters = {"token": token, "report_id": report}
    scope = {"type": "http", "headers": [(b"cookie", sent.encode())]}
    answer: Response = report_page.route().endpoint(
        Request(scope | {"path_params": parameters})
    )
    return answer


def test_no_drift_report_says_how_to_make_one(api: FakeApi) -> None:
    api.replies["/v1/monitoring/reports/latest"] = problem(404, "no report")
    app = open_app().switch_page("screens/drift.py").run()
    assert "python -m training drift" in notices(app, "info")[0]
    assert not notices(app, "error")


def test_text_from_the_api_is_never_markup(api: FakeApi) -> None:
    open_app("700001")
    [(answer, _changes, _reviews)] = api.made.values()
    answer["reasons"][0]["text"] = "<img src=x onerror=alert(1)>"
    assert "&lt;img src=x" in page_text(open_app("700001"))
