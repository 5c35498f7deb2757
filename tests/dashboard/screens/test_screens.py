"""What the pages beyond the first one do with what a person asks."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import fake_answers
import pytest
import streamlit as st
from fake_api import FakeApi, document, problem
from streamlit.testing.v1 import AppTest
from test_app import notices, open_app, page, page_text, posted, trouble

from config import settings
from session.user import Person

REFUSED, GRANTED = "700002", "700001"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("work_list", "<td>later"),
        ("client", 'class="verdict later"'),
        ("file", "Credit bureau record"),
        ("compare", "later by the model on"),
        ("simulate", "What would it take?"),
        ("decide", "Stands: later"),
        ("across", "Your loan application"),
        ("score_list", "Score a list"),
        ("model", "Scores from outside agencies"),
        ("alerts", 'class="alert later"'),
        ("drift", "There is no such report yet"),
        ("interface", "How it stands"),
    ],
)
def test_every_page_shows_what_a_later_api_answers(
    api: FakeApi, name: str, told: str
) -> None:
    api.later = True
    app = page(name)
    assert told in page_text(app)
    assert not notices(app, "error")


def test_a_slider_simulates_only_what_it_changed(api: FakeApi) -> None:
    app = page("simulate")
    assert "Nothing here is a decision" in notices(app, "info")[0]
    app.select_slider(key="amount_700002_en").set_value(200_000.0).run()
    assert posted(api, "/v1/predictions")[-1] == {
        "client_id": 700002,
        "terms": {"amount": 200_000.0},
        "explain": "reasons",
    }
    assert app.text_input(key="amount_typed_700002_en").value == "200,000"
    text = page_text(app)
    assert "The risk would move from 47.2% to" in text
    assert "The loan asked for" in text and "▼ lowers the risk" in text
    sent = api.scored
    app.run()
    assert api.scored == sent


def test_a_typed_term_moves_its_slider_and_back_resets_both(api: FakeApi) -> None:
    app = page("simulate")
    field = app.text_input(key="amount_typed_700002_en")
    assert field.value == "406,597.50"
    field.set_value("250 000,50").run()
    app.text_input(key="instalments_typed_700002_en").set_value("36").run()
    sent = json.dumps(posted(api, "/v1/predictions")[-1]["terms"])
    assert sent == '{"amount": 250000.5, "instalments": 36}'
    assert app.select_slider(key="amount_700002_en").value == 250_000.5
    app.text_input(key="down_payment_typed_700002_en").set_value("a lot").run()
    [error] = notices(app, "error")
    assert error == "“a lot” is no amount from €0 to €175,500, such as 0.50."
    app.segmented_control(key="language_switch").set_value("fr").run()
    assert app.text_input(key="amount_typed_700002_fr").value == "250\u202f000,50"
    app.segmented_control(key="language_switch").set_value("en").run()
    app.button(key="reset").click().run()
    assert app.select_slider(key="amount_700002_en").value == 406_597.5
    assert app.text_input(key="amount_typed_700002_en").value == "406,597.50"
    assert app.text_input(key="down_payment_typed_700002_en").value == "0"
    assert app.select_slider(key="instalments_700002_en").value == 24
    assert "Move a slider" in page_text(app) and not notices(app, "error")


def test_both_offers_stand_side_by_side_and_say_what_is_estimated(
    api: FakeApi,
) -> None:
    app = page("simulate")
    app.select_slider(key="amount_700002_en").set_value(200_000.0).run()
    text = page_text(app)
    for row in (
        ("Loan amount", "€406,597.50", "€200,000"),
        ("Number of instalments", "24 (estimated)", "24"),
        ("Instalment", "€24,700.50", "€12,149.85"),
        ("Total to repay", "€592,812 (estimated)", "€291,596.48"),
        ("Annual percentage rate (APR)", "47.1% (estimated)", "47.1%"),
    ):
        cells = (
            f'<th scope="row">{row[0]}</th>',
            *(f"<td>{one}</td>" for one in row[1:]),
        )
        assert "".join(cells) in text, row
    assert "12 or 36 instalments fit the amounts nearly as well." in text
    app.session_state["schedule"] = True
    [last] = re.findall(r'<th scope="row">24</th>(.*?)</tr>', page_text(app.run()))
    assert last.endswith("<td>€0</td>") and last.count("<td>") == 4


def test_what_is_not_known_of_an_offer_is_no_zero(api: FakeApi) -> None:
    unknown = dict.fromkeys(("instalments", "yearly_rate", "total", "cost", "apr"))
    bare = fake_answers.OFFER | unknown | {"estimated": [], "as_likely": []}
    told = fake_answers.client(700002, None)
    page("client")
    told["standing"] = api._standing(700002)
    api.replies["/v1/clients/700002"] = document(told | {"terms": bare})
    app = page("simulate")
    assert page_text(app).count("<td>not known</td>") == 5
    assert not [one for one in app.expander if one.label.startswith("Schedule")]
    assert not [one for one in app.select_slider if "Number" in one.label]


def test_the_counterfactual_moves_only_the_terms_allowed(api: FakeApi) -> None:
    app = page("simulate")
    app.pills(key="may_change").set_value(["amount", "instalments"]).run()
    app.button(key="find").click().run()
    assert posted(api, "counterfactual") == [{"terms": ["amount", "instalments"]}]
    text = page_text(app)
    assert "would turn from “Refused” to “Granted”" in text
    assert "<td>€406,597.50</td><td>€1,000</td>" in text


def test_no_counterfactual_is_offered_for_a_granted_loan(api: FakeApi) -> None:
    assert "Nothing: the model grants" in page_text(page("simulate", GRANTED))


def test_the_grid_of_offers_is_asked_for_when_it_is_opened(api: FakeApi) -> None:
    app = page("simulate")
    assert not api.asked("GET", "/v1/clients/700002/offers")
    app.session_state["offer_grid_opened"] = True
    text = page_text(app.run().run())
    assert api.asked("GET", "/v1/clients/700002/offers") == 1
    [grid] = re.findall(r"<table class=\"plain offers\".*?</table>", text, re.S)
    assert re.findall(r"<th s[^>]*>(.*?)</th>", grid) == [
        "Loan amount",
        "12 instalments",
        "24 instalments (asked for)",
        "36 instalments",
        "€200,000",
        "€406,597.50 (asked for)",
    ]
    cells = re.findall(r"<td.*?>(.*?)</td>", grid)
    assert re.sub("<.*?>", "", cells[1]) == "Refused €12,149.85 APR 21.0% "
    assert cells[2] == cells[5] == "no price"


def test_a_cell_that_is_chosen_sets_the_terms_and_no_others(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A button stands for the script, which a browser runs."""
    marked = []

    def mount(data: Any, on_chosen_change: Any, **_: Any) -> None:
        def choose() -> None:
            st.session_state["offer_choice"] = {"chosen": 0}
            on_chosen_change()

        marked.append(data["chosen"])
        st.button("The first", key="first_offer", on_click=choose)

    monkeypatch.setattr("components.client.offers._choosing", lambda: mount)
    app = page("simulate")
    app.select_slider(key="down_payment_700002_en").set_value(100_000.0).run()
    app.session_state["offer_grid_opened"] = True
    app.run().run().button(key="first_offer").click().run()
    terms = posted(api, "/v1/predictions")[-1]["terms"]
    assert terms == {"amount": 200_000.0, "instalments": 12}
    assert app.select_slider(key="instalments_700002_en").value == 12
    assert app.select_slider(key="down_payment_700002_en").value == 0
    assert (marked[0], marked[-1]) == (None, 0)


def test_without_the_lenders_prices_the_page_says_so(api: FakeApi) -> None:
    detail = "The lender's prices are not known here."
    api.replies["/v1/clients/700002/offers"] = problem(409, detail)
    app = page("simulate")
    app.session_state["offer_grid_opened"] = True
    app.run()
    assert "prices are not known here, so there is no grid" in notices(app, "info")[1]
    assert not notices(app, "error")


def test_an_offer_says_how_it_differs_and_stands_on_every_page(api: FakeApi) -> None:
    app = page("simulate")
    assert not [one for one in app.button if one.key == "make_offer"]
    app.select_slider(key="amount_700002_en").set_value(200_000.0).run()
    assert (
        "Against what was asked for: €206,597.50 less to borrow; each instalment "
        "€12,550.65 lower; €301,215.52 less to repay in all."
    ) in page_text(app)
    assert "The model would refuse these terms" in notices(app, "warning")[0]
    app.button(key="make_offer").click().run()
    assert "Give your name" in notices(app, "error")[0] and not api.offered
    app.text_input(key="offer_reviewer").set_value("Ada")
    app.button(key="make_offer").click().run()
    assert "The offer is on record" in notices(app, "success")[0]
    until = (datetime.now(UTC) + timedelta(14)).date()
    assert posted(api, "/offers") == [
        {
            "terms": {"amount": 200_000.0},
            "valid_until": until.isoformat(),
            "reviewer": "Ada",
        }
    ]
    day = f"{until.day} {until:%b %Y}"
    stands = (
        f"Offered by Ada, until {day}: "
        "€200,000 in 24 monthly instalments of €12,149.85."
    )
    for name in ("client", "simulate", "decide"):
        assert stands in page_text(page(name)), name
    assert "Replace the offer to client 700002" in [b.label for b in app.button]


def told_across(app: AppTest) -> dict[str, str]:
    """What stands below each heading for the client."""
    parts = re.findall(
        r"<section class=.part.><h2>(.*?)</h2>(.*?)</sec", page_text(app)
    )
    return {title: unescape(re.sub("<.*?>", " ", body)) for title, body in parts}


def test_across_the_desk_nothing_but_this_client_is_seen(api: FakeApi) -> None:
    page("client", GRANTED)
    app = page("across")
    text = page_text(app)
    assert GRANTED not in text and not app.pills and not app.text_input
    assert not app.sidebar.get("page_link")
    # No verdict in colour, no risk and no limit.
    assert not re.search('class="(verdict|badge|standing|gauge)', text)
    assert "47.2" not in text and "9.1%" not in text
    told = told_across(app)
    assert "A loan of €406,597.50 in 24 monthly" in told["What you asked for"]
    assert "too high for this loan" in told["What the automated assessment says"]
    assert "Repayment of earlier loans" in told["What speaks against the loan"]
    assert "a loan of €1,000 instead of" in told["What could change the result"]
    assert "then a person decides" in told["What happens next"]
    assert "000000000002" in told["Your rights"]
    app.segmented_control(key="language_switch").set_value("fr").run()
    assert "Un prêt de" in told_across(app)["Ce que vous avez demandé"]
    assert api.asked("POST", "/v1/predictions/" + list(api.made)[1] + WAY) == 1


WAY = "/counterfactual"


def test_across_the_desk_an_offer_and_a_decision_are_told(api: FakeApi) -> None:
    decide(page("decide"))
    body = {"terms": {"amount": 2e5}, "valid_until": "2027-01-31", "reviewer": "Ada"}
    api._offer(REFUSED, body)
    told = told_across(page("across"))
    assert "a person decided not to grant the loan" in told["What was decided"]
    assert "repay €291,596.48 in all" in told["What we offer you"]
    assert "This offer stands until 31 Jan 2027." in told["What we offer you"]
    assert "tell your adviser by 31 Jan 2027" in told["What happens next"]
    assert "What could change the result" not in told


def test_a_list_comes_back_scored_each_problem_in_its_row(
    api: FakeApi,
) -> None:
    app = page("score_list")
    numbers = b"SK_ID_CURR\n700002\n700001\n5\nx1\n"
    app.file_uploader[0].set_value(("list.csv", numbers, "text/csv")).run()
    assert "4 clients are to be scored" in page_text(app)
    app.button(key="score_list").click().run()
    [body] = posted(api, "batch")
    asked = [{"client_id": number} for number in (700002, 700001, 5)]
    assert body == {"predictions": asked, "explain": "reasons"}
    text = page_text(app)
    assert "Granted: 1, refused: 1, not scored: 2." in text
    why = "Scores from outside agencies: what we know speaks for a higher risk."
    assert f"<td>47.2%</td><td>Refused</td><td>{why}</td>" in text
    for row in ("No client has this number.", "This is no client&#x27;s number."):
        assert f"<td>–</td><td>–</td><td>{row}</td>" in text
    [file] = re.findall(r'data-file="([^"]+)"', text)
    lines = b64decode(file).decode("utf-8-sig").splitlines()
    assert lines[0] == "Client number,Risk,Decision,First reason"
    assert lines[1].startswith("700002,0.47") and lines[3].startswith("5,–")
    assert "score_list" not in [button.key for button in app.button]


def test_a_list_that_was_interrupted_goes_on_where_it_ended(
    api: FakeApi,
) -> None:
    app = page("score_list")
    numbers = "\n".join([*map(str, range(1, 201)), REFUSED])
    app.file_uploader[0].set_value(("list.txt", numbers.encode(), "text/plain")).run()
    inner = api.answer

    def first_alone(*asked: Any) -> Any:
        whole = asked[1] != "/v1/predictions/batch" or len(asked[3]["predictions"]) > 1
        return inner(*asked) if whole else problem(500, "cannot store")

    api.answer = first_alone  # type: ignore[assignment,method-assign]
    app.button(key="score_list").click().run()
    assert "in trouble" in trouble(app)
    assert "not scored: 200." in page_text(app)
    api.answer = inner  # type: ignore[method-assign]
    app.button(key="score_list").click().run()
    assert [len(body["predictions"]) for body in posted(api, "batch")] == [200, 1, 1]
    assert "Granted: 0, refused: 1, not scored: 200." in page_text(app)


def decide(
    app: AppTest, decision: str = "refused", reason: str = "Papers seen"
) -> AppTest:
    app.radio[0].set_value(decision)
    app.text_area[0].set_value(reason)
    app.text_input(key="reviewer").set_value("Ada")
    return record(app)


def record(app: AppTest) -> AppTest:
    [button] = [one for one in app.button if (one.key or "").startswith("record_")]
    return button.click().run()


def test_an_override_is_recorded_and_shown_with_its_letter(api: FakeApi) -> None:
    app = decide(page("decide"), decision="granted")
    assert "on record" in notices(app, "success")[0]
    [body] = posted(api, "review")
    assert body == {
        "decision": "granted",
        "category": None,
        "reason": "Papers seen",
        "reviewer": "Ada",
        "replaces": None,
    }
    assert "Granted (overridden) by Ada" in page_text(app)


def test_what_is_withdrawn_stands_with_its_kind_of_reason_and_has_no_letter(
    api: FakeApi,
) -> None:
    app = page("decide")
    app.selectbox(key="category_decision_700002_0").set_value("commercial")
    decide(app, "withdrawn", "Bought a cheaper one")
    [body] = posted(api, "review")
    assert (body["decision"], body["category"]) == ("withdrawn", "commercial")
    text = page_text(app)
    assert "Withdrawn (closed) by Ada" in text
    assert "Commercial: Bought a cheaper one" in text and "there is no letter" in text
    assert "letter_download" not in [button.key for button in app.button]
    assert app.selectbox(key="category_decision_700002_1").value is None


def test_a_note_stays_on_record_under_the_name_that_was_typed_once(
    api: FakeApi,
) -> None:
    app = decide(page("decide"))
    send_note(app)
    assert "Write something" in notices(app, "error")[0]
    app.text_area(key="note_700002_0").set_value("Asked for the pay slip.").run()
    send_note(app)
    noted = {"text": "Asked for the pay slip.", "author": "Ada"}
    assert posted(api, "notes") == [noted]
    assert app.text_area(key="note_700002_1").value == ""
    text = page_text(app)
    assert "<li><p>Asked for the pay slip.</p><p>Ada, 29 Nov 2026" in text
    assert "<td>Note: Asked for the pay slip.</td>" in text
    client = page("client")
    client.session_state["details"] = "History"
    assert "<td>Note: Asked for the pay slip.</td>" in page_text(client.run())


def send_note(app: AppTest) -> None:
    [button] = [one for one in app.button if (one.key or "").startswith("send_note")]
    button.click().run()


def test_a_contested_decision_is_told_with_its_deadline_until_the_next_review(
    api: FakeApi,
) -> None:
    app = page("decide")
    app.date_input[0].set_value(date(2026, 11, 24))
    app.text_area(key="contest_700002_0").set_value("It was paid.")
    app.text_input(key="contest_author").set_value("Ada")
    app.button(key="send_contest_700002_0").click().run()
    contested = {"text": "It was paid.", "received_on": "2026-11-24", "author": "Ada"}
    assert posted(api, "contests") == [contested]
    due = "since 24 Nov 2026: answer by 24 Dec 2126"
    for shown in (app, page("client")):
        assert due in notices(shown, "warning")[0]
        assert "<p>It was paid.</p>" in page_text(shown)
    assert not app.date_input
    decide(app)
    assert not notices(app, "warning") and app.date_input
    assert "<td>Contested (answered): It was paid.</td>" in page_text(app)


def test_a_second_decision_replaces_the_first(api: FakeApi) -> None:
    app = decide(decide(page("decide")), decision="granted")
    assert [body["replaces"] for body in posted(api, "review")] == [None, "review-1"]
    assert "Granted (overridden)" in page_text(app)


def test_a_decision_made_by_somebody_else_meanwhile_is_not_replaced(
    api: FakeApi,
) -> None:
    app = page("decide")
    reviews = overrule(api, "refused")
    decide(app)
    assert "somebody else decided in the meantime" in notices(app, "warning")[0]
    assert "Refused (confirmed) by Bo" in page_text(app)
    assert len(reviews) == 1
    assert not notices(app, "success")
    assert app.text_area[0].value == "Papers seen"


def overrule(api: FakeApi, decision: str) -> list[Any]:
    """Bo decides on the only prediction that there is."""
    [(made, _changes, reviews)] = api.made.values()
    other = {"decision": decision, "reason": "x", "reviewer": "Bo", "replaces": None}
    reviews.append(fake_answers.review(made, other, 7))
    return reviews


def test_a_persons_decision_stands_on_every_page_of_every_session(
    api: FakeApi,
) -> None:
    decide(page("decide"), decision="granted")
    for name in ("client", "compare", "simulate", "decide"):
        text = page_text(page(name))
        assert "Granted by Ada on" in text and "; the model: refused." in text, name
    app = page("client")
    assert '<div class="verdict granted"' in page_text(app)
    app.button(key="score_again").click().run()
    assert "Granted by Ada on" in page_text(app)
    app.session_state["details"] = "History"
    history = page_text(app.run())
    assert history.index("Stands: Granted") < history.index("Decision: Refused")
    assert api.asked("POST", "/v1/predictions") == 2


def test_a_score_of_another_model_stands_beside_a_persons_decision(
    api: FakeApi,
) -> None:
    from api_client import cache

    decide(page("decide"))
    api.version = "4"
    cache.forget_answers()
    app = page("client")
    assert "Another model serves now" in notices(app, "warning")[0]
    app.button(key="score_again").click().run()
    [note] = notices(app, "warning")
    assert "by model version 4: refused, risk 47.2%. What Ada decided stands." in note
    assert "Refused by Ada on" in page_text(app)


def test_what_is_typed_belongs_to_the_client_and_ends_when_recorded(
    api: FakeApi,
) -> None:
    app = page("decide")
    assert app.radio[0].value is None and app.radio[0].options[0].startswith("Confirm")
    app.radio[0].set_value("granted")
    app.text_area[0].set_value("Papers seen").run()
    app.text_input(key="search").set_value(GRANTED).run()
    assert app.radio[0].value is None and app.text_area[0].value == ""
    app.switch_page("screens/client.py").run()
    app.text_input(key="search").set_value(REFUSED).run()
    app.switch_page("screens/decide.py").run()
    assert app.radio[0].value == "granted" and app.text_area[0].value == "Papers seen"
    app.text_input(key="reviewer").set_value("Ada")
    record(app)
    assert app.radio[0].value is None and app.text_area[0].value == ""


def test_the_button_names_the_client_it_acts_on(api: FakeApi) -> None:
    app = page("decide")
    labels = [button.label for button in app.button]
    assert "Put my decision on client 700002 on record" in labels
    decide(app)
    labels = [button.label for button in app.button]
    assert "Replace the decision on client 700002" in labels


def test_a_letter_is_a_draft_until_a_person_has_decided(api: FakeApi) -> None:
    app = page("decide")
    assert letter_button(app).label == "Download the draft (PDF)"
    letter_button(app).click().run()
    assert '"download": "draft-700002-en.pdf"' in handed_over(app)
    decide(app)
    assert letter_button(app).label == "Download the letter (PDF)"
    letter_button(app).click().run()
    assert '"download": "700002-en.pdf"' in handed_over(app)


def letter_button(app: AppTest) -> Any:
    return app.button(key="letter_download")


def handed_over(app: AppTest) -> str:
    [found] = [
        one.proto.body for one in app.get("html") if "<script>/*" in one.proto.body
    ]
    return str(found)


def test_a_decision_needs_a_choice_and_a_reason(api: FakeApi) -> None:
    app = page("decide")
    app.text_area[0].set_value("Papers seen")
    app.text_input(key="reviewer").set_value("Ada")
    assert "Choose a decision" in notices(record(app), "error")[0]
    app = decide(page("decide"), reason="  ")
    assert "give a reason" in notices(app, "error")[0]
    assert not posted(api, "review")


@pytest.mark.parametrize("name", ["compare", "simulate"])
def test_a_decision_of_an_earlier_model_is_compared_with_nothing(
    api: FakeApi, name: str
) -> None:
    from api_client import cache

    page("client")
    api.version = "4"
    cache.forget_answers()
    app = page(name)
    assert "Another model serves now" in notices(app, "warning")[0]
    assert not app.select_slider and not app.selectbox
    app.button(key="score_again").click().run()
    assert app.select_slider or app.selectbox


def test_what_is_chosen_stays_when_the_language_changes(api: FakeApi) -> None:
    app = page("decide")
    app.radio[0].set_value("granted").run()
    app.segmented_control(key="language_switch").set_value("fr").run()
    assert app.radio[0].value == "granted"
    assert app.radio[0].options[0] == "Confirmer\u202f: le refuser"


def test_compares_with_similar_clients_and_any_fact(api: FakeApi) -> None:
    app = page("compare")
    text = page_text(app)
    assert "7.2% defaulted" in text and "between 5.1% and 10.2%" in text
    app.selectbox(key="fact").set_value("CODE_GENDER").run()
    assert "“Gender” is Man for this client" in page_text(app)
    assert api.asked("GET", "/v1/features/CODE_GENDER/distribution") == 1


def test_an_older_api_without_the_comparison_gets_a_sentence(api: FakeApi) -> None:
    api.replies["/v1/clients/700002/similar"] = problem(404, "no such route")
    app = page("compare")
    assert "nothing under that name" in trouble(app)
    assert app.selectbox(key="fact").value


def test_an_alert_is_acknowledged_by_name(api: FakeApi) -> None:
    app = page("alerts")
    assert "Instalments have grown" in page_text(app)
    app.text_input(key="by_alert-1").set_value("Bo")
    app.text_input(key="note_alert-1").set_value("Ask sales")
    app.button(key="send_alert-1").click().run()
    assert posted(api, "acknowledge") == [{"by": "Bo", "note": "Ask sales"}]
    assert "Acknowledged by Bo" in page_text(app) and "Ask sales" in page_text(app)


def test_a_mails_link_shows_its_alert_first_even_when_it_has_ended(
    api: FakeApi,
) -> None:
    ended = {"id": "alert-2", "cause": "score", "status": "closed"}
    asked = api.alert | ended | {"title": "Scores fell"}
    api.replies["/v1/alerts"] = document({"alerts": [api.alert, asked]})
    app = open_app()
    app.query_params["cause"] = "score"
    app.switch_page("screens/alerts.py").run()
    text = page_text(app)
    assert text.index("Scores fell") < text.index("Instalments have grown")
    assert app.segmented_control(key="alert_status").value == "all"


def test_what_monitoring_wrote_is_told_in_the_pages_language(api: FakeApi) -> None:
    titles = {"en": "Rents rose", "fr": "Les loyers ont monté"}
    texts = {"title": titles, "what": "not by language"}
    api.alert["evidence"] = api.alert["evidence"] | {"texts": texts}
    conclusion = {"fr": "### Peu de changements"}
    api.reports[0] = api.reports[0] | {"report": {"conclusion": conclusion}}
    english = page_text(page("alerts")) + page_text(page("drift"))
    assert "Rents rose" in english and "Little has changed" in english
    app = page("alerts")
    app.segmented_control(key="language_switch").set_value("fr").run()
    assert "Les loyers ont monté" in page_text(app)
    assert str(api.alert["what"]) in page_text(app)
    app.switch_page("screens/drift.py").run()
    assert "Peu de changements" in page_text(app)


def test_the_api_page_sends_what_its_curl_says(api: FakeApi) -> None:
    app = page("interface")
    body = app.text_area[0].set_value('{"client_id": 700001}').run()
    app.button(key="send").click().run()
    assert not body.exception
    command, answer = app.code[1].value, app.code[0].value
    assert "$SCORING_KEY" in command and "fake-key" not in command
    assert '{"client_id": 700001}' in command
    assert '"decision": "granted"' in answer


@pytest.mark.parametrize(
    ("path", "text"), [("/v1/outcomes", "can be tried"), ("/v1/../admin", "can be")]
)
def test_the_api_page_tries_nothing_that_decides_or_administers(
    api: FakeApi, path: str, text: str
) -> None:
    app = page("interface")
    app.text_input[-1].set_value(path).run()
    assert text in notices(app, "error")[0]
    assert "send" not in [button.key for button in app.button]


def test_the_api_page_offers_an_analyst_what_they_may_ask(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = Person("Bo", frozenset({"analyst"}), None)
    monkeypatch.setattr("session.user.person", lambda: bo)
    app = open_app().switch_page("screens/interface.py").run()
    assert app.selectbox(key="example").options == [
        "The model",
        "Open alerts (needs the role analyst)",
        "Drift reports (needs the role analyst)",
        "What happened, under pseudonyms (needs the role analyst)",
        "Is it ready?",
    ]
    app.text_input[-1].set_value("/v1/clients/700001").run()
    app.button(key="send").click().run()
    [headers] = [one[2] for one in api.requests if one[1] == "/v1/clients/700001"]
    told = {"name": "Bo", "sub": None, "roles": ["analyst"], "login": None}
    assert json.loads(headers["On-Behalf-Of"]) == told


def test_with_a_login_a_key_that_is_no_delegate_shows_no_page(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Person("Ada", frozenset({"officer"}), "248289")
    monkeypatch.setattr("session.user.person", lambda: ada)
    monkeypatch.setattr("api_client.transport.COUNTED", "Not-Answered")
    app = open_app(REFUSED)
    assert "key needs the role delegate" in trouble(app)
    assert not app.text_input and not posted(api, "")


def test_a_login_that_was_ended_elsewhere_shows_no_page(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Person("Ada", frozenset({"officer"}), "248289", "a" * 64)
    monkeypatch.setattr("session.user.person", lambda: ada)
    app = open_app(REFUSED)
    assert app.text_input
    app.button(key="log_out").click().run()
    assert api.ended == {"a" * 64}
    app = open_app(REFUSED)
    assert [one.key for one in app.button] == ["log_in"] and not app.text_input


def test_while_the_api_is_down_a_logout_is_said_to_end_the_login_here_only(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Person("Ada", frozenset({"officer"}), "248289", "a" * 64)
    monkeypatch.setattr("session.user.person", lambda: ada)
    told = "ends your login in this browser only"
    assert told not in page_text(open_app(REFUSED))
    monkeypatch.setenv("DASHBOARD_API_URL", "http://127.0.0.1:1")
    settings.cache_clear()
    assert told in page_text(open_app(REFUSED))


def test_the_model_page_shows_fairness_and_its_card(api: FakeApi) -> None:
    app = page("model")
    text = page_text(app)
    assert "granted 71% as often" in text and "asks for a closer look" in text
    for language in ("en", "fr"):
        app.segmented_control(key="language_switch").set_value(language).run()
        app.session_state["card"] = True
        app.run()
        assert f"{language}: # Model card" in page_text(app)


def test_another_limit_is_tried_and_told_beside_the_one_in_use(api: FakeApi) -> None:
    app = page("model")
    [slider] = [one for one in app.select_slider if one.label == "Try another limit"]
    before = page_text(app)
    slider.set_value(len(slider.options) - 1).run()
    assert not app.exception and "Wrongly granted: they defaulted" in before
    assert page_text(app) != before


def test_a_closer_look_is_asked_for_when_it_is_opened(api: FakeApi) -> None:
    app = page("model")
    assert not api.asked("GET", "/v1/model/inspection")
    told = {
        "ranking": "Area under the curve (AUC): Same answer for all 0.500",
        "dependence": "would go from 4.0% to 21.0%",
        "interactions": "0.031 of log-odds",
        "errors": "Of these 100 clients 25.0%",
        "segments": "Wrongly refused: they repaid",
    }
    for part, text in told.items():
        app.session_state[part] = True
        assert text in page_text(app.run()), part
        assert not app.exception and not notices(app, "error")
    assert api.asked("GET", "/v1/model/inspection") == 1
    app.multiselect(key="segment_facts").set_value(["CODE_GENDER"]).run()
    app.multiselect(key="segment_among_CODE_GENDER").set_value(["F"]).run()
    *_, (_method, _path, _headers, asked) = (
        one for one in api.requests if one[1] == "/v1/model/segments"
    )
    assert asked["filters"] == [{"feature": "CODE_GENDER", "among": ["F"]}]
    api.replies["/v1/model/segments"] = problem(422, "1 field(s) cannot be accepted")
    app.multiselect(key="segment_among_CODE_GENDER").set_value(["M"]).run()
    assert "Fewer than 50 clients" in notices(app, "warning")[0]


def test_a_model_of_before_says_what_it_came_without(api: FakeApi) -> None:
    api.replies["/v1/model/inspection"] = problem(404, "no inspection.json")
    app = page("model")
    app.session_state["ranking"] = True
    assert "came without this" in page_text(app.run())


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("production", "is not known yet. Last: 0.520"),
        ("performance", "Last: 0.610 against 0.500"),
    ],
)
def test_the_drift_page_draws_how_the_model_did(
    api: FakeApi, kind: str, told: str
) -> None:
    app = page("drift")
    app.segmented_control(key="report_kind").set_value(kind).run()
    assert "There is no such report yet" in notices(app, "info")[0]
    api.reports += [fake_answers.PRODUCTION, fake_answers.PERFORMANCE]
    assert told in page_text(app.run())
    assert not app.exception and not notices(app, "error")


def test_the_drift_page_draws_scores_and_stability_over_time(api: FakeApi) -> None:
    api.reports.append(fake_answers.PRODUCTION)
    app = page("drift")
    app.segmented_control(key="report_kind").set_value("production").run()
    measure = app.segmented_control(key="measure_production")
    assert measure.options == ["Cost", "Risk stated", "Stability", "Rules"]
    measure.set_value("risk").run()
    assert "half below 7.1%" in page_text(app)
    app.segmented_control(key="measure_production").set_value("stability").run()
    [course] = app.get("plotly_chart")
    names = [line["name"] for line in json.loads(course.proto.spec)["data"]]
    assert names == ["Score", "Gender"]
    app.segmented_control(key="measure_production").set_value("rules").run()
    assert "Last: 20.0% and 7.0%" in page_text(app)
