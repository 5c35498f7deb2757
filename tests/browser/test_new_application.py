"""A new applicant, from nothing to the letter, whatever comes in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import new_context, settled
from tests.conftest import Served, free_port, server
from tests.contract.http import call, predict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.xdist_group("house")
BIRTH = date(1986, 4, 17)
# By column: what is typed or chosen in English and French, and what it means.
TYPED: dict[str, tuple[dict[str, str], float]] = {
    "AMT_CREDIT": ({"en": "250,000.50", "fr": "250 000,50"}, 250_000.5),
    "AMT_ANNUITY": ({"en": "12500", "fr": "12\u202f500"}, 12_500.0),
    "CNT_CHILDREN": ({"en": "1", "fr": "1"}, 1),
    "AMT_INCOME_TOTAL": ({"en": "135,000", "fr": "135.000"}, 135_000.0),
    "EXT_SOURCE_2": ({"en": "0.5029", "fr": "0,5029"}, 0.5029),
}
CHOSEN = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "NAME_EDUCATION_TYPE": "Higher education",
    "NAME_INCOME_TYPE": "Working",
    "FLAG_OWN_CAR": "N",
    "FLAG_OWN_REALTY": "Y",
    "NAME_HOUSING_TYPE": "House / apartment",
}
STEPS = (
    ("AMT_CREDIT", "NAME_CONTRACT_TYPE", "AMT_ANNUITY"),
    ("DAYS_BIRTH", "CNT_CHILDREN", "NAME_EDUCATION_TYPE"),
    ("AMT_INCOME_TOTAL", "NAME_INCOME_TYPE"),
    ("FLAG_OWN_CAR", "FLAG_OWN_REALTY", "NAME_HOUSING_TYPE"),
    ("EXT_SOURCE_2",),
)
RECORD = {
    "SK_ID_BUREAU": 7,
    "CREDIT_ACTIVE": "Active",
    "DAYS_CREDIT": -300,
    "AMT_CREDIT_SUM": 90_000.0,
    "CREDIT_TYPE": "Consumer credit",
}
WORDS = {
    "en": {
        "reference": "Reference",
        "birth": "Date of birth",
        "next": "Next",
        "no": "No to all that is not chosen",
        "refused": "nothing of it was taken",
        "taken": "taken (bureau 1)",
        "decide": "Decide now",
        "draft": "Download the draft (PDF)",
        "ask": "could move the risk between",
        "page": "Decide",
        "lie": "“a lot” is no amount",
    },
    "fr": {
        "reference": "Référence",
        "birth": "Date de naissance",
        "next": "Suivant",
        "no": "Non à tout ce qui n'est pas choisi",
        "refused": "rien n'en a été enregistré",
        "taken": "enregistré (bureau 1)",
        "decide": "Décider maintenant",
        "draft": "Télécharger le projet (PDF)",
        "ask": "pourrait porter le risque entre",
        "page": "Décider",
        "lie": "« a lot » n'est pas un montant",
    },
}


@dataclass
class Desk:
    """A page on which an application is entered, in one language."""

    page: Page
    language: str
    columns: dict[str, Any]
    served: Served
    # The draft's key, once there is one.
    client: str = ""

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.language]

    def field(self, column: str) -> Locator:
        label = self.columns[column]["labels"][self.language]
        if column == "DAYS_BIRTH":
            label = self.words["birth"]
        name = re.compile(rf"^{re.escape(label)}( \(.*\))?( \*)?$")
        form = self.page.locator(".st-key-entry")
        role = "combobox" if column in CHOSEN else "textbox"
        return form.get_by_role(role, name=name)  # type: ignore[arg-type]

    def enter(self, column: str) -> None:
        field = self.field(column)
        if column in CHOSEN:
            field.click()
            word = self.columns[column]["words"][CHOSEN[column]][self.language]
            self.page.get_by_role("option", name=word, exact=True).click()
            self.holds(column, word)
        else:
            typed = f"{BIRTH:%d/%m/%Y}"
            if column in TYPED:
                typed = TYPED[column][0][self.language]
            field.fill(typed)
            field.press("Tab")
        settled(self.page)
        if self.client:
            self.kept(column)

    def kept(self, column: str) -> None:
        """Wait for it: what was typed is on its way when the page is still quiet."""
        for _ in range(300):
            _, draft = call(self.served, f"/v1/applications/{self.client}")
            if column in draft["application"]:
                return
            self.page.wait_for_timeout(100)
        told = self.page.get_by_role("alert").all_inner_texts()
        pytest.fail(f"{column} was not kept; the page tells: {told}")

    def holds(self, column: str, text: str) -> None:
        # Imported here: where there is no playwright, these tests are skipped.
        from playwright.sync_api import expect

        expect(self.field(column)).to_have_value(text, timeout=30_000)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
        settled(self.page)

    def drop(self, credit: str) -> None:
        row = ",".join(str(credit if v == 90_000.0 else v) for v in RECORD.values())
        lines = f"{','.join(RECORD)}\n{row}\n".encode()
        file: Any = {"name": f"{credit}.csv", "mimeType": "text/csv", "buffer": lines}
        self.page.locator("input[type=file]").set_input_files(file)


@dataclass
class Restarted:
    """An API that can be stopped and started at one address."""

    served: Served
    port: int
    running: Any = None

    def start(self) -> None:
        command = ["gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"]
        bind = {"SCORING_BIND": f"127.0.0.1:{self.port}", "SCORING_WORKERS": "1"}
        ready = f"http://127.0.0.1:{self.port}/health/ready"
        self.running = server(self.served.house, command, bind, ready)
        self.running.__enter__()

    def stop(self) -> None:
        self.running.__exit__()


@pytest.fixture
def api(served: Served) -> Iterator[Restarted]:
    made = Restarted(served, free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def entry(served: Served, api: Restarted) -> Iterator[str]:
    """The address of a dashboard that asks the API that is restarted."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["streamlit", "run", "dashboard/app.py", f"--server.port={port}"]
    key = served.dashboard_key
    settings = {"DASHBOARD_API_URL": f"http://127.0.0.1:{api.port}"}
    settings |= {"DASHBOARD_API_KEY": key}
    with server(served.house, command, settings, f"{url}/_stcore/health"):
        yield url


@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_nothing_to_the_letter(
    browser: Browser, entry: str, api: Restarted, served: Served, language: str
) -> None:
    _, model = call(served, "/v1/model")
    columns = {one["name"]: one for one in model["tables"]["application"]["columns"]}
    context = new_context(browser)
    desk = Desk(context.new_page(), language, columns, served)
    page, words = desk.page, desk.words
    page.goto(f"{entry}/new_application?lang={language}")
    desk.enter("AMT_CREDIT")
    page.wait_for_url(re.compile("client=new-"))
    (client,) = re.findall("new-[0-9a-z]{10}", page.url)
    desk.client = client
    reference = page.get_by_role("textbox", name=words["reference"])
    reference.fill(f"2026-{language} Dupont")
    reference.press("Tab")
    for column in STEPS[0][1:]:
        desk.enter(column)

    # A reload, and the API's restart.
    page.reload()
    desk.holds("AMT_CREDIT", {"en": "250,000.50", "fr": "250\u202f000,50"}[language])
    desk.press(words["next"])
    desk.enter("DAYS_BIRTH")
    api.stop()
    api.start()
    for column in STEPS[1][1:]:
        desk.enter(column)

    # Another session goes on.
    context.close()
    context = new_context(browser)
    desk.page = page = context.new_page()
    page.goto(f"{entry}/new_application?lang={language}&client={client}")
    desk.press(words["next"])
    desk.holds("DAYS_BIRTH", f"{BIRTH:%d/%m/%Y}")
    for step in STEPS[2:]:
        desk.press(words["next"])
        for column in step:
            desk.enter(column)

    # A file with a fault in it, and without.
    desk.drop("a lot")
    page.get_by_text(words["refused"]).wait_for()
    page.get_by_text(words["lie"]).wait_for()
    assert call(served, f"/v1/applications/{client}")[1]["records"] == {}
    desk.drop("90000")
    page.get_by_text(words["taken"]).wait_for()

    for name in page.get_by_role("button", name=words["no"]).all_inner_texts():
        nothing = page.get_by_role("button", name=name)
        nothing.click()
        nothing.wait_for(state="detached")
    page.get_by_text(words["ask"]).first.wait_for()
    desk.press(words["decide"])
    page.get_by_role("heading", level=1).get_by_text(client).wait_for()
    page.locator(f'.st-key-reasons [data-client="{client}"]').first.wait_for()

    # The very bits that a program gets that sends the same.
    _, draft = call(served, f"/v1/applications/{client}")
    assert (
        draft["state"] == "decided" and draft["reference"] == f"2026-{language} Dupont"
    )
    applied = datetime.fromisoformat(draft["created_at"]).astimezone(UTC).date()
    same = {name: value for name, (_, value) in TYPED.items()} | CHOSEN
    same |= {"DAYS_BIRTH": (BIRTH - applied).days}
    same |= {
        one["name"]: 0
        for one in columns.values()
        if one["unit"] == "flag" and not one["nullable"]
    }
    expected = predict(served, application=same, bureau=[RECORD])
    risk = page.locator(".st-key-probability .number")
    assert risk.get_attribute("title") == repr(expected["probability"])

    page.get_by_role("link", name=words["page"], exact=True).click()
    with page.expect_download() as letter:
        page.get_by_role("button", name=words["draft"]).click()
    assert letter.value.path().read_bytes().startswith(b"%PDF")
    assert client in letter.value.suggested_filename
    context.close()
