"""An officer's day with the lender's rules: told, met, signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fake_api import FakeApi
from streamlit.testing.v1 import AppTest
from test_app import notices, page, page_text, posted

from session.user import Person

CLIENT = "700001"


@pytest.fixture(autouse=True)
def rules(api: FakeApi) -> None:
    api.rules = True


@pytest.fixture
def log_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody of these roles, as if they had logged in."""
    monkeypatch.setattr("api_client.transport.COUNTED", "Content-Type")

    def enter(name: str, *roles: str) -> None:
        someone = Person(name, frozenset({"officer", *roles}), f"sub-{name}")
        for place in ("session.user.person", "components.forms.person"):
            monkeypatch.setattr(place, lambda: someone)

    return enter


def test_the_recommendation_is_first_and_each_part_has_its_author(
    api: FakeApi,
) -> None:
    app = page("client", CLIENT)
    text = page_text(app)
    assert (
        'class="verdict referred" data-client="700001"><h2 class="word">To be' in text
    )
    assert "The model would grant: the risk of default, 2.7%, is below" in text
    unknown = "Rule RATIO (“Instalments weigh too much”) could not be applied"
    assert unknown in text
    rules = text[text.index("The lender's rules (version 7)".replace("'", "&#x27;")) :]
    assert "Two people sign a large loan" in rules
    assert "Loan amount: €406,597.50" in rules
    assert "Not there: Declared monthly income." in rules
    ticks = text[text.index("What a grant needs") :]
    assert "Two people sign a large loan <b>nobody has signed yet</b>" in ticks
    assert "of the last 30 days <b>not there yet</b>" in ticks
    assert "To be examined by the lender" in page_text(page("simulate", CLIENT))
    across = page_text(page("across", CLIENT))
    assert "By our own rules a person looks" in across
    assert "Instalments weigh too much" not in across


def test_what_is_on_record_is_asked_for_once_it_is_opened(api: FakeApi) -> None:
    app = page("client", CLIENT)
    asked = ("GET", "/v1/clients/700001/evidence")
    assert not api.asked(*asked)
    app.session_state["on_record"] = True
    assert "Nothing was consulted yet" in page_text(app.run())
    assert api.asked(*asked) == 1


def test_evidence_is_put_on_record_and_decided_with_on_a_button(api: FakeApi) -> None:
    declare(app := page("decide", CLIENT), "2 100,50")
    [declared] = posted(api, "declarations")
    assert declared == {"monthly_income": 2100.5, "dependants": 1, "author": "Ada"}
    assert "€2,100.50" in page_text(app) and "not given" in page_text(app)
    consult(app)
    [body] = posted(api, "evidence")
    assert body == {
        "kind": "register",
        "source": "FICP",
        "reference": None,
        "result": "negative",
        "amount": None,
        "author": "Ada",
        "consulted_at": str(date.today()),
        "valid_until": None,
    }
    text = page_text(app)
    assert "of the last 30 days <b>there</b>" in text
    assert "Register of payment incidents: Not listed (FICP, " in text
    before = "What is recommended is from before what was recorded since."
    assert before in notices(app, "info")
    app.button(key="decide_again").click().run()
    assert api.asked("POST", "/v1/predictions") == 2
    assert "could not be applied" not in page_text(app)
    assert "decide_again" not in [one.key for one in app.button]


def declare(app: AppTest, income: str) -> None:
    """What a rule misses is the form that is open."""
    field("monthly_income", app).set_value(income)
    field("dependants", app).set_value("1")
    app.text_input(key="declaration_author").set_value("Ada")
    button("send_declaration", app).click().run()


def consult(app: AppTest) -> None:
    [chosen] = [
        one for one in app.segmented_control if (one.key or "").startswith("add_")
    ]
    chosen.set_value("evidence").run()
    [result] = [one for one in app.selectbox if (one.key or "").startswith("result_")]
    result.set_value("negative")
    field("source", app).set_value("FICP")
    app.text_input(key="evidence_author").set_value("Ada")
    button("send_evidence", app).click().run()


def field(name: str, app: AppTest) -> Any:
    [found] = [one for one in app.text_input if (one.key or "").startswith(name)]
    return found


def button(name: str, app: AppTest) -> Any:
    [found] = [one for one in app.button if (one.key or "").startswith(name)]
    return found


def test_what_is_no_number_is_named_and_not_sent(api: FakeApi) -> None:
    declare(app := page("decide", CLIENT), "about 2000")
    assert "Income a month: “about 2000” is no number." in notices(app, "error")[0]
    assert not posted(api, "declarations")


def test_a_grant_without_its_evidence_is_answered_with_the_list(
    api: FakeApi, log_in: Any
) -> None:
    log_in("Ada")
    app = sign(page("decide", CLIENT))
    assert "a grant needs what is not there yet" in notices(app, "warning")[0]
    assert "<li>A grant takes a register that was looked up — Register of" in page_text(
        app
    )
    assert app.text_area[0].value == "Papers seen"


def sign(app: AppTest) -> AppTest:
    app.radio[0].set_value("granted")
    app.text_area[0].set_value("Papers seen")
    return button("record_", app).click().run()


def test_two_people_sign_and_the_first_is_told_who_is_missing(
    api: FakeApi, log_in: Any
) -> None:
    api.consulted[700001] = [consulted()]
    log_in("Ada")
    app = page("decide", CLIENT)
    assert app.radio[0].options[0] == "Grant the loan: first of two signatures"
    app = sign(app)
    assert "another person must sign" in notices(app, "success")[0]
    assert any("You signed first, on" in one for one in notices(app, "info"))
    assert app.radio[0].options == [
        "Refuse it",
        "Withdrawn by the applicant",
        "Lapsed: not taken up",
    ]
    log_in("Bo")
    app = page("decide", CLIENT)
    assert "Ada has signed" in page_text(app)
    assert any("Ada signed first, on" in one for one in notices(app, "info"))
    assert app.radio[0].options[0] == "Grant the loan: second signature"
    app = sign(app)
    assert "Your decision is on record." in notices(app, "success")[0]
    text = page_text(app)
    assert "Granted by Bo on" in text
    assert "Granted (first of two signatures) by Ada" in text
    assert "Granted (second signature) by Bo" in text
    assert "<td>Proposed: To be examined; the model: granted</td>" in text


def consulted() -> dict[str, Any]:
    told = {"evidence_id": "e", "client_id": 700001, "kind": "register"}
    told |= {"source": "FICP", "reference": None, "result": "negative", "amount": None}
    told |= {"consulted_at": "2026-11-20", "valid_until": None, "author": "Ada"}
    return told | {"created_at": "2026-11-20T08:00:00.000000Z"}


def test_without_a_login_there_is_no_second_signature(api: FakeApi) -> None:
    app = page("decide", CLIENT)
    assert any("Without a login" in one for one in notices(app, "info"))
    assert app.radio[0].options[0] == "Refuse it"
    app.radio[0].set_value("refused")
    app.text_area[0].set_value("Papers seen")
    app.text_input(key="reviewer").set_value("Ada")
    button("record_", app).click().run()
    assert [body["decision"] for body in posted(api, "review")] == ["refused"]


def test_a_refusal_of_the_rules_is_overridden_by_seniors_alone(
    api: FakeApi, log_in: Any
) -> None:
    api.refusing = True
    log_in("Ada")
    app = page("decide", CLIENT)
    assert "Rule AGE refuses: The applicant is too young" in page_text(app)
    assert "Proposed: Refused</h2>" in page_text(app)
    assert any("the role senior may grant" in one for one in notices(app, "info"))
    assert app.radio[0].options[0] == "Confirm: refuse it"
    assert "grant" not in " ".join(app.radio[0].options).lower()
    log_in("Cy", "senior")
    options = page("decide", CLIENT).radio[0].options
    assert options[1] == "Grant the loan: first of two signatures"


def test_who_works_on_a_client_is_told_and_can_be_claimed(
    api: FakeApi, log_in: Any
) -> None:
    log_in("Ada")
    app = page("client", CLIENT)
    app.button(key="claim_client").click().run()
    assert api.claims[700001] == "Ada"
    assert "You work on this client, until 14:05" in page_text(app)
    app.button(key="release_client").click().run()
    assert "Nobody works on it yet." in page_text(app)
    api.claims[700001] = "Bo"
    app.button(key="claim_client").click().run()
    assert "Bo works on client 700001" in notices(app, "warning")[0]
    assert "Bo works on this client, until 14:05" in page_text(page("decide", CLIENT))


def test_a_new_applicant_declares_before_they_are_decided_on(api: FakeApi) -> None:
    draft = api.answer(
        "POST", "/v1/applications", "Bearer fake-key", {"application": {}}
    )
    assert draft[0] == 201
    app = page("new_application", "new-0000000001")
    [steps] = [
        one for one in app.segmented_control if (one.key or "").startswith("step_")
    ]
    steps.set_value(len(steps.options) - 1).run()
    app.session_state["declare_new-0000000001"] = True
    declare(app.run(), "1800")
    assert posted(api, "new-0000000001/declarations")[0]["monthly_income"] == 1800
    assert "€1,800" in page_text(app)
