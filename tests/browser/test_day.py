"""An officer's day: which client the pages act on, and which decision stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from tests.browser.pages import new_context, settled
from tests.conftest import Served
from tests.contract.http import call, some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("house")
LEAST_LINKS = 9
MILLISECONDS_OF_A_CLICK = 80
WORDS = {
    "en": {
        "decide": "Decide",
        "decide_here": "Decide, and write to the client",
        "title": "Decide on client",
        "reason": "Your reason (it stays on record)",
        "name": "Your name",
        "record": "Put my decision on client {client} on record",
        "recorded": "Your decision is on record.",
        "draft": "Download the draft (PDF)",
        "letter": "Download the letter (PDF)",
        "history": "History",
        "stands": "Stands: {decision}",
        "override": "Override",
        "granted": "Granted",
        "refused": "Refused",
        "accepted_in_letter": "was accepted",
        "refused_in_letter": "was refused",
    },
    "fr": {
        "decide": "Décider",
        "decide_here": "Décider et écrire au client",
        "title": "Décider pour le client",
        "reason": "Votre motif (il reste enregistré)",
        "name": "Votre nom",
        "record": "Enregistrer ma décision sur le client {client}",
        "recorded": "Votre décision est enregistrée.",
        "draft": "Télécharger le projet (PDF)",
        "letter": "Télécharger la lettre (PDF)",
        "history": "Historique",
        "stands": "Valable : {decision}",
        "override": "Passer outre",
        "granted": "Accordé",
        "refused": "Refusé",
        "accepted_in_letter": "est acceptée",
        "refused_in_letter": "est refusée",
    },
}


@dataclass
class Desk:
    """A page of the dashboard, and the client that all of it must act on."""

    page: Page
    address: str
    words: dict[str, str]

    def acts_on(self, client: int) -> None:
        """The heading, the address, the links and the decision are of this client."""
        heading = self.page.get_by_role("heading", level=1)
        heading.get_by_text(str(client)).wait_for()
        settled(self.page)
        assert heading.inner_text().endswith(f" {client}")
        assert f"client={client}" in self.page.url
        sidebar = self.page.locator('[data-testid="stSidebar"] a')
        sidebar.nth(LEAST_LINKS - 1).wait_for()
        links = sidebar.all()
        assert len(links) >= LEAST_LINKS
        assert all(
            f"client={client}" in str(one.get_attribute("href")) for one in links
        )
        shown = self.page.locator("[data-client]").all()
        assert {one.get_attribute("data-client") for one in shown} <= {str(client)}

    def decides_on(self, client: int) -> None:
        self.page.get_by_role("heading", name=self.words["title"]).wait_for()
        self.acts_on(client)
        self.record_button(client).wait_for()

    def record_button(self, client: int) -> Any:
        name = self.words["record"].format(client=client)
        return self.page.get_by_role("button", name=name)

    def search(self, typed: str) -> None:
        """As by hand: "/" from anywhere, then the keys."""
        settled(self.page)
        self.page.get_by_role("heading", level=1).click()
        self.page.keyboard.press("/")
        self.page.keyboard.type(typed)

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def recent(self, client: int) -> None:
        settled(self.page)
        self.offered("recent", client).click()

    def offered(self, where: str, client: int) -> Any:
        return self.page.locator(f".st-key-{where} button", has_text=str(client))

    def stands(self, client: int, text: str) -> None:
        self.acts_on(client)
        self.page.locator(".verdict, .standing").get_by_text(text).first.wait_for()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_day_acts_on_the_right_client_and_its_decision_stands(
    browser: Browser, dashboard: str, served: Served, language: str
) -> None:
    words = WORDS[language]
    # Those that no other test takes, and each language its own.
    last = some_clients(served, 100)[-6:]
    first, second, third = last[:3] if language == "en" else last[3:]
    context = new_context(browser)
    desk = Desk(context.new_page(), dashboard, words)
    page = desk.page
    page.goto(f"{dashboard}/?lang={language}")
    page.get_by_role("searchbox").wait_for()

    desk.search(str(first)[:5])
    desk.offered("suggestion_begin", first).click()
    desk.acts_on(first)

    # Another client, and Decide by every way there is.
    desk.search(f"{str(second)[:3]} {str(second)[3:]}")
    desk.acts_on(second)
    desk.link(words["decide"])
    desk.decides_on(second)
    page.go_back()
    desk.acts_on(second)
    desk.link(words["decide_here"])
    desk.decides_on(second)
    desk.recent(first)
    desk.decides_on(first)
    page.go_back()
    desk.decides_on(second)
    desk.search(f"#{third}")
    desk.decides_on(third)
    page.go_back()
    desk.decides_on(second)

    # An override: the reason outlives a trip to another page, and stays the client's.
    made = decided(served, second)
    result = "granted" if made["decision"] == "refused" else "refused"
    form = page.locator(".st-key-review")
    assert form.get_by_role("radio").count() == 4
    assert form.get_by_role("radio", checked=True).count() == 0
    page.get_by_text(words["override"]).click()
    reason = page.get_by_role("textbox", name=words["reason"])
    reason.fill("Papers seen")
    assert letter(page, words["draft"])[0].startswith(
        {"en": "draft-", "fr": "projet-"}[language]
    )
    desk.recent(first)
    desk.decides_on(first)
    assert reason.input_value() == ""
    page.go_back()
    desk.decides_on(second)
    assert reason.input_value() == "Papers seen"
    form.get_by_role("textbox", name=words["name"]).fill("Ada")
    desk.record_button(second).click()
    page.get_by_text(words["recorded"]).wait_for()
    told = f"{words[result]} {'by' if language == 'en' else 'par'} Ada"
    desk.stands(second, told)
    assert reason.input_value() == ""

    name, text = letter(page, words["letter"])
    assert name == f"{second}-{language}.pdf"
    kind = "accepted" if result == "granted" else "refused"
    assert words[f"{kind}_in_letter"] in text

    # A new session sees what stands, decides nothing, and goes on to the next client.
    context.close()
    context = new_context(browser)
    desk = Desk(context.new_page(), dashboard, words)
    page = desk.page
    page.goto(f"{dashboard}/?lang={language}&client={second}")
    desk.stands(second, told)
    page.get_by_role("tab", name=words["history"]).click()
    row = page.locator(".st-key-history tbody tr").first
    row.get_by_text(words["stands"].format(decision=words[result])).wait_for()
    assert decided(served, second) == made
    for other in ("compare", "simulate", "decide"):
        page.goto(f"{dashboard}/{other}?lang={language}&client={second}")
        desk.stands(second, told)
    desk.search(str(first))
    desk.acts_on(first)
    assert page.get_by_text(told).count() == 0
    context.close()


def decided(served: Served, client: int) -> dict[str, Any]:
    """The only decision on a client."""
    path = f"/v1/clients/{client}/predictions?kind=decision"
    _, found = call(served, path)
    [made] = found["predictions"]
    return {name: made[name] for name in ("prediction_id", "decision")}


def letter(page: Page, button: str) -> tuple[str, str]:
    """The file's name and its text, by a click straight out of a text, as by hand."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click(delay=MILLISECONDS_OF_A_CLICK)
    found = download.value
    pages = PdfReader(BytesIO(found.path().read_bytes())).pages
    return found.suggested_filename, re.sub(r"\s+", " ", pages[0].extract_text())
