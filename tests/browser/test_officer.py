"""A loan officer's way through the dashboard; what the page says is the API's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import settled
from tests.conftest import Served
from tests.contract.http import call, predict, some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("house")
DECISION = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WORDS = {
    "en": {"granted": "Granted", "refused": "Refused"},
    "fr": {"granted": "Accordé", "refused": "Refusé"},
}


def open_client(page: Page, dashboard: str, client: int, name: str = "") -> None:
    page.goto(f"{dashboard}/{name}?client={client}")
    page.get_by_role("heading", level=1).get_by_text(str(client)).wait_for()


def percent(share: float, language: str = "en") -> str:
    text = f"{100 * share:.1f}"
    return f"{text}%" if language == "en" else text.replace(".", ",") + "\u00a0%"


def a_refused_client(served: Served) -> tuple[int, dict[str, Any]]:
    for client in some_clients(served, 60):
        answer = predict(served, client_id=client)
        if answer["decision"] == "refused":
            return client, answer
    pytest.fail("none of the clients is refused")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_reads_the_decision_the_risk_and_the_reasons(
    page: Page, dashboard: str, served: Served, language: str
) -> None:
    (client,) = some_clients(served, 1)
    expected = predict(served, client_id=client)
    page.goto(f"{dashboard}/?lang={language}")
    page.get_by_role("searchbox").press_sequentially(str(client))
    page.locator(f'.st-key-reasons [data-client="{client}"]').first.wait_for()
    word = page.locator(".st-key-decision .word").inner_text()
    assert word == WORDS[language][expected["decision"]]
    risk = page.locator(".st-key-probability .number")
    assert risk.get_attribute("title") == repr(expected["probability"])
    assert risk.inner_text() == percent(expected["probability"], language)
    _, model = call(served, "/v1/model")
    catalogue = {one["code"]: one for one in model["reasons"]}
    first = expected["reasons"][0]["direction"]
    explaining = [r for r in expected["reasons"] if r["direction"] == first]
    others = [r for r in expected["reasons"] if r["direction"] != first][:3]
    told = [
        catalogue[reason["code"]][
            reason["direction"] if reason["known"] else "unknown"
        ][language]
        for reason in (*explaining, *others)
    ]
    assert page.locator(".st-key-reasons li .why").all_inner_texts() == told
    assert page.evaluate("document.documentElement.lang") == language


def test_similar_clients_and_a_simulation_are_the_apis(
    page: Page, dashboard: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    open_client(page, dashboard, client, "compare")
    _, similar = call(served, f"/v1/clients/{client}/similar")
    rates = page.locator(".st-key-similar .metric .value")
    rates.nth(1).wait_for()
    assert rates.nth(1).inner_text() == percent(similar["observed_default_rate"])

    open_client(page, dashboard, client, "simulate")
    amount = page.get_by_role("slider", name="Loan amount")
    amount.focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("The risk would move from").first.wait_for()
    asked = float(re.sub("[^0-9.]", "", amount.get_attribute("aria-valuetext") or ""))
    expected = predict(served, client_id=client, terms={"amount": asked})
    risk = page.locator(".st-key-outcome .number").last
    assert risk.get_attribute("title") == repr(expected["probability"])


def test_a_typed_term_moves_its_slider_and_back_resets_both(
    page: Page, dashboard: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    _, known = call(served, f"/v1/clients/{client}")
    present, half = known["terms"]["amount"], round(known["terms"]["amount"] / 2) + 0.5
    open_client(page, dashboard, client, "simulate")
    slider = page.get_by_role("slider", name="Loan amount")
    field = page.get_by_role("textbox", name="Loan amount")
    field.fill(f"{half:,.2f}".translate(str.maketrans(",.", " ,")))
    field.press("Enter")
    page.get_by_text("The risk would move from").first.wait_for()
    assert slider.get_attribute("aria-valuetext") == f"€{half:,.2f}"
    page.get_by_role("button", name="Back to the application").click()
    page.get_by_text("Move a slider, or type").wait_for()
    settled(page)
    for shown in (slider.get_attribute("aria-valuetext"), field.input_value()):
        assert float(re.sub("[^0-9.]", "", shown or "")) == present


def test_a_dropped_list_comes_back_scored_and_as_a_file(
    page: Page, dashboard: str, served: Served
) -> None:
    # Those before the ones of the officer's day.
    clients = some_clients(served, 80)
    page.goto(f"{dashboard}/score_list?lang=fr")
    page.get_by_text("2 Mo par fichier • CSV, TXT").wait_for()
    page.goto(f"{dashboard}/score_list?lang=en")
    lines = "\n".join(map(str, [*clients, 7]))
    file: Any = {"name": "l.txt", "mimeType": "text/plain", "buffer": lines.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Score the list").click()
    page.get_by_text("not scored: 1.").wait_for()
    with page.expect_download() as handed:
        page.locator("button.csv").click()
    rows = handed.value.path().read_text("utf-8-sig").splitlines()[1:]
    expected = predict(served, client_id=clients[0])["probability"]
    assert rows[0].startswith(f"{clients[0]},{expected:.15g},")
    assert len(rows) == 81 and rows[-1] == "7,–,–,No client has this number."


def test_the_decision_on_the_page_is_the_one_on_record(
    page: Page, dashboard: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    open_client(page, dashboard, client)
    page.get_by_text("decision 0").wait_for()
    text = page.locator(".st-key-decision").inner_text()
    (number,) = re.findall(DECISION, text)
    status, stored = call(served, f"/v1/predictions/{number}")
    assert status == 200
    assert stored["client_id"] == client


def test_two_tabs_do_not_mix_their_clients(
    page: Page, dashboard: str, served: Served
) -> None:
    first, second = some_clients(served, 2)
    open_client(page, dashboard, first)
    other = page.context.new_page()
    open_client(other, dashboard, second)
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_role("heading", name=f"Compare client {first}").wait_for()
    other.get_by_role("link", name="Simulate", exact=True).click()
    other.get_by_role("heading", name=f"Simulate for client {second}").wait_for()
    assert f"client={first}" in page.url and f"client={second}" in other.url


def test_an_unknown_client_gets_a_sentence(page: Page, dashboard: str) -> None:
    page.goto(dashboard)
    page.get_by_role("searchbox").fill("999999999")
    page.get_by_text("No client's number is, begins or ends with 999999999").wait_for()
    assert page.get_by_text("Traceback").count() == 0


def test_the_main_job_by_keyboard_alone(
    page: Page, dashboard: str, served: Served
) -> None:
    """Search, reasons, simulate, decide, letter: never a mouse."""
    client, _ = a_refused_client(served)
    page.goto(dashboard)
    search = page.get_by_role("searchbox")
    search.wait_for()
    tab_to(page, search)
    page.keyboard.type(str(client))
    page.locator(f'.st-key-reasons [data-client="{client}"]').first.wait_for()

    follow(page, "Find terms that would be granted")
    amount = page.get_by_role("slider", name="Loan amount")
    amount.wait_for()
    tab_to(page, amount)
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.get_by_text("The risk would move from").first.wait_for()

    follow(page, "Decide")
    confirm = page.get_by_role("radio", name="Confirm")
    confirm.wait_for()
    tab_to(page, confirm)
    page.keyboard.press("Space")
    settled(page)
    reason = page.get_by_role("textbox", name="Your reason")
    tab_to(page, reason)
    page.keyboard.type("Papers seen")
    page.keyboard.press("Tab")
    page.keyboard.type("Ada Officer")
    button = f"Put my decision on client {client} on record"
    tab_to(page, page.get_by_role("button", name=button))
    page.keyboard.press("Enter")
    page.get_by_text("Your decision is on record.").wait_for()
    settled(page)
    download = page.get_by_role("button", name="Download the letter (PDF)")
    download.wait_for()
    tab_to(page, download)
    with page.expect_download() as letter:
        page.keyboard.press("Enter")
    assert letter.value.path().read_bytes().startswith(b"%PDF")

    _, history = call(served, f"/v1/clients/{client}/predictions")
    (review,) = next(p["reviews"] for p in history["predictions"] if p["reviews"])
    assert (review["action"], review["reviewer"]) == ("confirmed", "Ada Officer")
    assert review["reason"] == "Papers seen"


def tab_to(page: Page, wanted: Any) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {wanted}")


def follow(page: Page, name: str) -> None:
    link = page.get_by_role("link", name=name, exact=True)
    link.wait_for()
    tab_to(page, link)
    page.keyboard.press("Enter")
