"""A new applicant is entered in steps, kept by the API, and decided on."""

from __future__ import annotations

import json
from typing import Any

from fake_api import FakeApi, problem
from streamlit.testing.v1 import AppTest
from test_app import notices, open_app, page_text, search

DRAFT = "new-0000000001"


def opened(client: str = "") -> AppTest:
    app = open_app(client).switch_page("screens/new_application.py").run()
    assert not app.exception
    return app


def typed(app: AppTest, name: str, text: str) -> AppTest:
    app.text_input(key=f"{name}_1_en").set_value(text).run()
    assert not app.exception
    return app


def chosen(app: AppTest, name: str, value: Any) -> AppTest:
    return app.selectbox(key=f"{name}_1_en").set_value(value).run()


def go_to(app: AppTest, step: int) -> AppTest:
    return app.segmented_control(key="step_1_en").set_value(step).run()


def dropped(app: AppTest, name: str, *lines: str) -> AppTest:
    file = "\n".join(lines).encode()
    return app.file_uploader(key="history_1").upload(name, file).run()


def whole(app: AppTest) -> AppTest:
    """With all that a decision needs."""
    typed(app, "AMT_CREDIT", "250 000,50")
    chosen(app, "NAME_CONTRACT_TYPE", "Cash loans")
    app.button(key="next_1").click().run()
    typed(app, "DAYS_BIRTH", "23.11.1986")
    typed(go_to(app, 2), "AMT_INCOME_TOTAL", "135,000")
    return go_to(app, 4).button(key="none_Documents handed in_1").click().run()


def bodies(api: FakeApi, method: str, path: str) -> list[Any]:
    return [body for *asked, _, body in api.requests if asked == [method, path]]


def test_nothing_is_kept_before_something_is_typed(api: FakeApi) -> None:
    app = opened()
    text = page_text(app)
    assert not api.drafts and app.button(key="decide_now").disabled
    assert "<dt>The loan asked for</dt><dd>Loan amount; Kind of loan</dd>" in text
    # The loan as it is spoken of; the others by the model's weight, or left out.
    assert [one.label for one in app.text_input][2:] == [
        "Loan amount \\(€\\) *",
        "Loan instalment \\(€\\)",
        "Price of the goods \\(€\\)",
    ]


def test_the_draft_is_kept_from_the_first_value_and_stands_in_the_address(
    api: FakeApi,
) -> None:
    app = typed(opened("700001"), "AMT_CREDIT", "250 000,50")
    assert bodies(api, "POST", "/v1/applications") == [
        {"application": {"AMT_CREDIT": 250_000.5}}
    ]
    assert app.query_params["client"] == DRAFT
    links = [link.proto.query_string for link in app.sidebar.get("page_link")]
    assert all(f"client={DRAFT}" in link for link in links)
    typed(app, "reference", "  2026-0417  Dupont ")
    assert bodies(api, "PUT", f"/v1/applications/{DRAFT}") == [
        {
            "reference": "2026-0417 Dupont",
            "application": {"AMT_CREDIT": 250_000.5},
            "revision": 1,
        }
    ]
    sent = len(api.requests)
    app.run()
    assert not [one for one in api.requests[sent:] if one[0] in {"POST", "PUT"}]


def test_a_new_session_goes_on_with_the_draft(api: FakeApi) -> None:
    typed(opened(), "AMT_CREDIT", "250000.5")
    app = opened(DRAFT)
    assert app.text_input(key="AMT_CREDIT_1_en").value == "250,000.50"
    app.segmented_control(key="language_switch").set_value("fr").run()
    assert app.text_input(key="AMT_CREDIT_1_fr").value == "250\u202f000,50"
    app.text_input(key="AMT_GOODS_PRICE_1_fr").set_value("1 200,5").run()
    assert api.drafts[DRAFT]["application"] == {
        "AMT_CREDIT": 250_000.5,
        "AMT_GOODS_PRICE": 1_200.5,
    }


def test_what_cannot_be_is_told_at_the_field_and_not_kept(api: FakeApi) -> None:
    app = typed(opened(), "AMT_CREDIT", "a lot")
    [error] = notices(app, "error")
    assert error == "“a lot” is no amount from €0 to €1,000,000,000, such as 0.50."
    assert not api.drafts
    assert app.text_input(key="AMT_CREDIT_1_en").value == "a lot"
    typed(app, "AMT_CREDIT", "1")
    assert not notices(app, "error")
    typed(app, "AMT_CREDIT", "")
    assert api.drafts[DRAFT]["application"] == {}


def test_a_birth_date_is_typed_as_one_and_sent_as_the_model_takes_it(
    api: FakeApi,
) -> None:
    app = typed(go_to(opened(), 1), "DAYS_BIRTH", "31/02/1986")
    [error] = notices(app, "error")
    assert error.startswith("“31/02/1986” is no date from ")
    typed(app, "reference", "Dupont")
    # From here on the day of the application is that of the draft: 23 November 2026.
    typed(app, "DAYS_BIRTH", "23/11/1986")
    assert api.drafts[DRAFT]["application"]["DAYS_BIRTH"] == -14610
    assert app.text_input(key="DAYS_BIRTH_1_en").value == "23/11/1986"
    assert "14,610" not in page_text(app) and "14610" not in page_text(app)


def test_somebody_elses_change_is_told_and_theirs_is_shown(api: FakeApi) -> None:
    app = typed(opened(), "AMT_CREDIT", "5000")
    typed(opened(DRAFT), "AMT_CREDIT", "6000")
    typed(app, "AMT_GOODS_PRICE", "4000")
    [warning] = notices(app, "warning")
    assert "Somebody else changed this application" in warning
    assert "Not kept of yours: Price of the goods." in warning
    assert app.text_input(key="AMT_CREDIT_1_en").value == "6,000"
    assert app.text_input(key="AMT_GOODS_PRICE_1_en").value == ""
    typed(app, "AMT_GOODS_PRICE", "4000")
    assert api.drafts[DRAFT]["application"] == {
        "AMT_CREDIT": 6000.0,
        "AMT_GOODS_PRICE": 4000.0,
    }
    assert not notices(app, "warning")


def test_nothing_typed_is_lost_while_the_api_is_away(api: FakeApi) -> None:
    app = typed(opened(), "AMT_CREDIT", "5000")
    api.replies[f"/v1/applications/{DRAFT}"] = problem(503, "away")
    typed(app, "AMT_GOODS_PRICE", "4000")
    assert "in trouble" in notices(app, "error")[0]
    assert app.text_input(key="AMT_GOODS_PRICE_1_en").value == "4,000"
    api.replies.clear()
    app.button(key="keep_again").click().run()
    assert api.drafts[DRAFT]["application"]["AMT_GOODS_PRICE"] == 4000.0
    assert not notices(app, "error")


def test_what_to_ask_for_next_is_told_with_what_it_could_do(api: FakeApi) -> None:
    app = whole(opened())
    text = page_text(app)
    assert (
        "<li>Outside score 2: could move the risk between 4.0% and 19.0%.</li>" in text
    )
    path = f"/v1/applications/{DRAFT}/missing"
    assert api.asked("GET", path) == 1
    app.run()
    assert api.asked("GET", path) == 1
    typed(app, "EXT_SOURCE_2", "0,5")
    assert "Outside score 2: could" not in page_text(app)
    assert api.drafts[DRAFT]["application"] == {
        "AMT_CREDIT": 250_000.5,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "DAYS_BIRTH": -14610,
        "AMT_INCOME_TOTAL": 135_000.0,
        "FLAG_DOCUMENT_3": 0,
        "EXT_SOURCE_2": 0.5,
    }


def test_it_is_decided_on_when_asked_and_by_no_look(api: FakeApi) -> None:
    app = whole(opened())
    app.switch_page("screens/client.py").run()
    assert "not decided on" in notices(app, "info")[0]
    assert not api.made
    app.switch_page("screens/new_application.py").run()
    app.button(key="decide_now").click().run()
    assert f"Client {DRAFT}" in page_text(app) and "Granted" in page_text(app)
    assert [made["client_id"] for made, *_ in api.made.values()] == [DRAFT]
    app.switch_page("screens/new_application.py").run()
    assert "decided on, and cannot be changed" in notices(app, "info")[0]
    app.button(key="begin_another").click().run()
    assert "client" not in app.query_params
    assert app.text_input(key="AMT_CREDIT_3_en").value == ""


def test_the_same_person_is_pointed_out(api: FakeApi) -> None:
    app = typed(opened(), "AMT_CREDIT", "7000")
    assert "of the same person" in notices(app, "warning")[0]
    links = [one.proto for one in app.main.get("page_link")]
    assert [one.label for one in links] == ["See client 700002"]
    assert "client=700002" in links[0].query_string


def test_a_history_is_recognised_and_taken_and_removed(api: FakeApi) -> None:
    app = go_to(typed(opened(), "AMT_CREDIT", "5000"), 4)
    dropped(
        app,
        "extract.csv",
        "sk_id_curr;SK_ID_BUREAU;AMT_CREDIT_SUM;DAYS_CREDIT",
        *("1;7;1000,5;-30", "1;8;;-60"),
    )
    assert api.drafts[DRAFT]["records"]["bureau"] == [
        {"SK_ID_BUREAU": 7, "AMT_CREDIT_SUM": 1000.5, "DAYS_CREDIT": -30},
        {"SK_ID_BUREAU": 8, "DAYS_CREDIT": -60},
    ]
    assert "bureau: 2 records" in page_text(app)
    app.button(key="remove_bureau_1").click().run()
    assert api.drafts[DRAFT]["records"] == {}


def test_a_fault_in_a_history_is_told_where_it_is_and_nothing_is_kept(
    api: FakeApi,
) -> None:
    app = go_to(typed(opened(), "AMT_CREDIT", "5000"), 4)
    rows = [
        {"SK_ID_BUREAU": 7, "AMT_CREDIT_SUM": 1000.5},
        {"SK_ID_BUREAU": 8, "AMT_CREDIT_SUM": "a lot"},
    ]
    dropped(app, "extract.json", json.dumps({"bureau": rows}))
    assert "extract.json: nothing of it was taken" in notices(app, "error")[0]
    assert (
        '<th scope="row">2</th><td>AMT_CREDIT_SUM</td>'
        "<td>“a lot” is no amount from €0 to €1,000,000,000, such as 0.50.</td>"
        in page_text(app)
    )
    assert api.drafts[DRAFT]["records"] == {}


def test_a_draft_is_found_by_its_reference_and_by_its_id(api: FakeApi) -> None:
    typed(typed(opened(), "AMT_CREDIT", "5000"), "reference", "Dupont")
    app = search(open_app(), "Dup")
    assert app.pills[0].options == ["new\\-0000000001 · Dupont"]
    app.pills[0].set_value(DRAFT).run()
    assert app.query_params["client"] == DRAFT
    assert "not decided on" in notices(app, "info")[0]
    assert search(open_app(), "new-").pills[0].options
    assert "only digits" in notices(search(open_app(), "Nobody"), "warning")[0]
