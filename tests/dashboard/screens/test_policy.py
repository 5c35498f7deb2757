"""The page about the lender's policy: read, compared, tried, activated, added."""

from __future__ import annotations

import json

import fake_answers
import fake_policies
import pytest
from fake_api import FakeApi, document, problem
from streamlit.testing.v1 import AppTest
from test_app import APP, notices, page_text

from session.user import Person


@pytest.fixture
def page(api: FakeApi) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=20)
    app = app.switch_page("screens/policy.py").run()
    assert not app.exception and not notices(app, "error")
    return app


def choose(app: AppTest, sha256: str) -> AppTest:
    return app.selectbox(key="policy_chosen").set_value(sha256).run()


def test_the_active_policys_rules_are_told_in_plain_words(page: AppTest) -> None:
    text = page_text(page)
    for told in (
        '<p class="value">Active</p>',
        "<li>“burden” is more than 0.4</li>",
        "“Instalments and rent take much of the income.”",
        "is less than 18 years</li>",
        "Lawful basis: Code civil, Article 414",
        "A grant needs the signatures of two different people.",
        "<td>“Instalment” ÷ “Declared monthly income”</td>",
        "Decisions by this policy: 200. Recommended: To grant: 150; To examine: 50.",
        "<td>40</td><td>20.0%</td><td>7</td><td>12</td><td>5</td><td>2</td>",
        "20 Nov 2026, 08:00 UTC, Ada",
        "This policy is active",
    ):
        assert told in text, told


def test_what_changed_is_told_rule_by_rule(page: AppTest) -> None:
    text = page_text(choose(page, fake_policies.NEW))
    for row in (
        "<td>Conditions</td><td>“burden” is more than 0.4</td>"
        "<td>“burden” is more than 0.35</td>",
        "REGISTER</th><td>New rule</td>",
        "LARGE</th><td>Rule gone</td>",
        "burden</th><td>Computed value</td>",
        "no older than 30 days.",
    ):
        assert row in text, row
    assert "AGE</th>" not in text.split("What changed")[1]


def test_a_policy_is_tried_then_activated(page: AppTest, api: FakeApi) -> None:
    app = choose(page, fake_policies.NEW)
    assert "can be activated once it was tried" in page_text(app)
    app.button(key="policy_try").click().run()
    text = page_text(app)
    assert "another one in 120 of 500 decisions (24.0%)" in text
    assert "<td>To examine</td><td>95</td><td>19.0%</td>" in text
    assert "evaluated in 3 of them" in notices(app, "warning")[0]
    assert app.button(key="policy_activate").disabled
    app.checkbox[0].check().run()
    app.button(key="policy_activate").click().run()
    assert notices(app, "success") == ["Version 2 is active."]
    assert api.policies[0]["active"] and "This policy is active" in page_text(app)


def test_four_eyes_are_told_as_the_api_says_it(page: AppTest, api: FakeApi) -> None:
    said = "Ada added this policy: another person has to activate it."
    api.replies[f"/v1/policies/{fake_policies.NEW}/activate"] = problem(409, said)
    app = choose(page, fake_policies.NEW)
    app.button(key="policy_try").click().run()
    app.checkbox[0].check().run()
    app.button(key="policy_activate").click().run()
    assert said in notices(app, "warning")[1] and not api.policies[0]["active"]


def test_only_an_admin_activates(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = Person("Zoé", frozenset({"analyst"}), None)
    monkeypatch.setattr("components.policy.life.person", lambda: analyst)
    app = choose(page, fake_policies.NEW)
    app.button(key="policy_try").click().run()
    assert "takes the role admin" in notices(app, "info")[0]
    assert not app.checkbox


def test_a_file_that_is_no_policy_is_refused_by_line_and_rule(
    page: AppTest, api: FakeApi
) -> None:
    faults = [
        {"path": "line 12: BURDEN", "detail": "expected a number; found: “x”"},
        {"path": "", "detail": "<b>no</b> version"},
    ]
    file = json.dumps({"faults": faults}).encode()
    app = page.file_uploader(key="policy_file").upload("p.json", file).run()
    app.button(key="policy_send").click().run()
    text = page_text(app)
    assert "p.json: not added, because of 2 faults." in notices(app, "error")[0]
    assert '<th scope="row">12</th><td>BURDEN</td><td>expected a number' in text
    assert "<td>–</td><td>&lt;b&gt;no&lt;/b&gt; version</td>" in text


def test_an_added_policy_is_sent_as_it_is_and_shown(
    page: AppTest, api: FakeApi
) -> None:
    app = page.file_uploader(key="policy_file").upload("p.json", b'{ "nodes":[]}').run()
    app.button(key="policy_send").click().run()
    [seen] = [one for one in api.requests if one[:2] == ("POST", "/v1/policies")]
    assert seen[2]["Content-Length"] == "13" and seen[3] == {"nodes": []}
    assert page_text(app).count("d" * 8) and app.selectbox[0].value == "d" * 64


def test_an_older_bundle_has_no_curve(api: FakeApi) -> None:
    model = fake_answers.model()
    for name in ("approval_rate", "default_rate"):
        del model["metrics"]["cost_curve"][name]
    api.replies["/v1/model"] = document(model)
    app = AppTest.from_file(APP, default_timeout=20)
    text = page_text(app.switch_page("screens/policy.py").run())
    assert "came without approval and default rates" in text
    assert not app.select_slider and not app.exception


def test_a_proposed_limit_is_set_against_todays(page: AppTest) -> None:
    assert "Today 84.8% of applications are granted, and 3.9%" in page_text(page)
    app = page.select_slider[0].set_value(5).run()
    text = page_text(app)
    assert "With the proposed limit 64.2% would be granted, and 3.3%" in text
    assert '<th scope="row">proposed</th><td>5.00%</td><td>64.2%</td>' in text
    assert "Nothing here changes the limit" in text
