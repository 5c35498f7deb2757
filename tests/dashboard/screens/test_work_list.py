"""The work list, and the way from one client on it to the next."""

from __future__ import annotations

from datetime import date
from typing import Any

import fake_answers
import pytest
import streamlit as st
from fake_api import FakeApi
from streamlit.testing.v1 import AppTest
from test_app import APP, notices, open_app, page_text

from session.user import Person
from session.work_view import question
from texts.work import due_text

ALL = ["700002", "700001", "new-7k3m9q2x4w", "700103"]


def listed(app: AppTest) -> list[str]:
    return [name for name in ALL if f">{name}</a>" in page_text(app)]


def view(**filters: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=20)
    for name, text in filters.items():
        app.query_params[name] = text
    app = app.switch_page("screens/work_list.py").run()
    assert not app.exception and not notices(app, "error")
    return app


def test_who_waits_and_who_was_decided_are_told_with_their_references(
    api: FakeApi,
) -> None:
    app = view()
    assert listed(app) == ALL
    text = page_text(app)
    for cells in (
        "Contested: answer by 30 Nov 2126",
        "<td>2026-17 É. Roy</td><td>To decide</td>",
        "<td>9.0%, borderline</td><td>Granted by the model</td>",
        "<td>Refused by Ada</td>",
    ):
        assert cells in text
    assert 'href="/?lang=en&amp;client=700001"' in text
    assert 'href="/new_application?lang=en&amp;client=new-7k3m9q2x4w"' in text
    tabs = app.segmented_control(key="work_tabs").options
    assert tabs[:3] == ["All: 4", "Contested: 1", "Second signature: 0"]


def test_the_bare_address_shows_the_list_until_a_client_is_looked_for(
    api: FakeApi,
) -> None:
    app = open_app()
    assert listed(app) == ALL
    assert not listed(app.text_input(key="search").set_value("7000").run())
    assert not listed(app.text_input(key="search").set_value("700001").run())


def test_the_filters_are_those_of_the_address(api: FakeApi) -> None:
    app = view(state="open,done,none", result="refused,lapsed", borderline="maybe")
    assert listed(app) == ["700103"]
    assert app.segmented_control(key="work_tabs").value is None
    app.pills(key="work_result").set_value(None).run()
    app.pills(key="work_borderline").set_value("true").run()
    assert listed(app) == ["700001"]
    assert app.query_params["borderline"] == "true"
    assert "result" not in app.query_params
    assert "state=open%2Cdone&amp;borderline=true" in page_text(app)
    app.segmented_control(key="work_tabs").set_value("done").run()
    assert app.query_params["state"] == "done" and not listed(app)
    app.segmented_control(key="work_tabs").set_value("all").run()
    assert listed(app) == ["700001"] and "state" not in app.query_params


def test_who_claims_a_client_has_them_above_all_others(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A button stands for the script, which a browser runs."""

    def mount(on_pressed_change: Any, **_: Any) -> None:
        def press(act: str) -> None:
            st.session_state["work_choice"] = {"pressed": act}
            on_pressed_change()

        for act in ("claim:700001", "claim:700002", "release:700001"):
            st.button(act, key=act, on_click=press, args=(act,))

    monkeypatch.setattr("components.work_table._buttons", lambda: mount)
    api.claims[700002] = "Bo"
    app = view()
    assert "Yours" not in page_text(app)
    assert "<td>Bo, until 14:05" in page_text(app)
    assert 'data-act="claim:700002"' not in page_text(app)
    app.button(key="claim:700001").click().run()
    assert api.claims[700001] == "dashboard"
    yours, others = page_text(app).split('aria-label="Work list"')
    assert "Yours" in yours and 'aria-label="Leave client 700001 to others"' in yours
    assert ">700002</a>" in others
    app.button(key="claim:700002").click().run()
    assert "Bo works on client 700002" in notices(app, "warning")[0]
    app.button(key="release:700001").click().run()
    assert 700001 not in api.claims and "Yours" not in page_text(app)


def test_a_senior_has_somebody_work_on_a_client(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def see(name: str, *roles: str) -> AppTest:
        someone = Person(name, frozenset({"officer", *roles}), f"sub-{name}")
        monkeypatch.setattr("session.user.person", lambda: someone)
        return view()

    monkeypatch.setattr("api_client.transport.COUNTED", "Content-Type")
    assert not see("Bo").selectbox
    app = see("Cy", "senior")
    app.selectbox(key="assign_client").set_value(700001).run()
    app.selectbox(key="assign_sub").set_value("sub-Bo").run()
    app.button(key="assign").click().run()
    [asked] = [one for one in api.requests if one[1].endswith("/assign")]
    assert asked[1::2] == ("/v1/work/700001/assign", {"name": "Bo", "sub": "sub-Bo"})


def test_mine_is_whoever_looks(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    app = view(mine="true")
    assert not listed(app) and "Type your name" in notices(app, "info")[0]
    app.text_input(key="work_reviewer").set_value("Ada").run()
    assert listed(app) == ["700103"]
    ada = Person("Ada", frozenset({"officer"}), None)
    monkeypatch.setattr("session.user.person", lambda: ada)
    monkeypatch.setattr("components.forms.person", lambda: ada)
    assert listed(view(mine="true")) == ["700103"]


def test_days_are_counted_from_the_one_of_whoever_looks() -> None:
    asked = {"mine": "true", "since": "week"}
    expected = {"state": "done", "reviewer": "Ada", "since": "2026-11-24"}
    assert question(asked, "Ada", date(2026, 11, 30)) == expected
    assert due_text("2026-11-29", date(2026, 11, 30)).endswith("(overdue)")


def test_a_long_list_is_paged_by_its_address(api: FakeApi) -> None:
    items = [fake_answers.work_item(one, "open") for one in range(1001, 1061)]
    api.work = items
    text = page_text(view(state="open"))
    assert ">1050</a>" in text and ">1051</a>" not in text
    assert "state=open&amp;cursor=50" in text and "First page" not in text
    text = page_text(view(state="open", cursor="50"))
    assert ">1051</a>" in text and "First page" in text and "Next page" not in text


def test_next_stays_who_it_was_when_the_client_was_opened(api: FakeApi) -> None:
    app = open_app("700001")
    app.query_params["state"] = "open,draft"
    app.switch_page("screens/decide.py").run()
    following = "/decide?lang=en&amp;client=new-7k3m9q2x4w&amp;state=open%2Cdraft"
    assert following in page_text(app)
    api.work[1]["state"] = "done"
    app.radio[0].set_value("refused")
    app.text_area(key="reason_decision_700001_0").set_value("Papers seen")
    app.text_input(key="reviewer").set_value("Ada")
    app.button(key="record_decision_700001_0").click().run()
    assert "on record" in notices(app, "success")[0]
    assert following in page_text(app)
    links = [link.proto.query_string for link in app.sidebar.get("page_link")]
    assert all("state=open%2Cdraft" in link for link in links)


def test_without_a_list_the_client_is_shown_all_the_same(api: FakeApi) -> None:
    api.replies["/v1/work"] = (501, "application/json", b"{}")
    assert "Granted" in page_text(open_app("700001"))
