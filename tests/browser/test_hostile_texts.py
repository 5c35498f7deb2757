"""Texts from the address and the API stay texts: no link, no picture, no request."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.browser.pages import settled
from tests.browser.test_pages import PAGES
from tests.conftest import House, free_port, server

if TYPE_CHECKING:
    from playwright.sync_api import Page

FAKES = Path(__file__).parents[1] / "dashboard"
CLIENT = "700002"


class Bait(ThreadingHTTPServer):
    """Notes who asks; nobody should."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Taken)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Taken(BaseHTTPRequestHandler):
    server: Bait

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the tests look at `asked`."""


@pytest.fixture(scope="module")
def bait() -> Iterator[Bait]:
    made = Bait()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def fakes() -> Iterator[Any]:
    """The module of the hostile API, which lies among the dashboard's tests."""
    sys.path.insert(0, str(FAKES))
    import hostile_api

    yield hostile_api
    sys.path.remove(str(FAKES))


@pytest.fixture(scope="module")
def poisoned(
    bait: Bait, fakes: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a dashboard in front of a hostile API."""
    api = fakes.HostileApi(bait.url)
    api.start()
    folder = tmp_path_factory.mktemp("poisoned")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"DASHBOARD_API_URL": api.url, "DASHBOARD_API_KEY": "fake-key"}
    command = ["streamlit", "run", "dashboard/app.py", f"--server.port={port}"]
    with server(House(folder, folder), command, settings, f"{url}/_stcore/health"):
        yield url
    api.stop()


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_api_gets_no_link_and_no_picture(
    page: Page, poisoned: str, bait: Bait, name: str
) -> None:
    page.goto(f"{poisoned}/{name}?lang=en&client={CLIENT}")
    page.locator(PAGES[name]).first.wait_for()
    settled(page)
    if name == "decide":
        decide(page)
    if name == "compare":
        page.get_by_role("combobox", name="Fact").press("ArrowDown")
        page.get_by_role("option").first.wait_for()
        nothing_is_live(page, bait)
        page.keyboard.press("Escape")
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
        settled(page)
    nothing_is_live(page, bait)
    if name != "interface":
        assert "[Click](" in page.locator("[data-testid=stMain]").inner_text()


def decide(page: Page) -> None:
    page.locator(".st-key-review").get_by_text("Confirm").click()
    page.get_by_role("textbox", name="Your reason").fill("Papers seen")
    page.locator(".st-key-review").get_by_role("textbox", name="Your name").fill("Ada")
    page.get_by_role("button", name="Put my decision on client").click()
    page.locator(".st-key-review .verdict").get_by_text("by Ada ![x]").wait_for()
    settled(page)


@pytest.mark.parametrize("name", ["", "file", "compare", "simulate", "decide"])
def test_a_hostile_address_gets_no_link_and_no_picture(
    page: Page, poisoned: str, bait: Bait, fakes: Any, name: str
) -> None:
    text = fakes.poison(bait.url)
    page.goto(f"{poisoned}/{name}?lang=en&client={quote(text)}")
    page.get_by_role("heading", level=1).get_by_text("[Click](").wait_for()
    settled(page)
    nothing_is_live(page, bait)


def test_the_report_runs_apart_from_the_dashboard(page: Page, poisoned: str) -> None:
    page.goto(f"{poisoned}/drift?lang=en")
    page.get_by_text("The report by Evidently, column by column").click()
    frame = page.locator(".st-key-drift_report iframe")
    report = frame.element_handle().content_frame()
    assert report is not None
    assert report.evaluate("window.origin") == "null"
    reach = "() => { try { return parent.document.title } catch (e) { return e.name } }"
    assert report.evaluate(reach) == "SecurityError"


def nothing_is_live(page: Page, bait: Bait) -> None:
    """No link or picture leads away from the dashboard, and the bait was not taken."""
    away = """() => [...document.querySelectorAll("a, img, image")]
        .map(e => e.getAttribute("href") ?? e.getAttribute("xlink:href") ?? e.src)
        .filter(to => to && new URL(to, location.href).protocol.startsWith("http"))
        .filter(to => new URL(to, location.href).host !== location.host)"""
    assert page.evaluate(away) == []
    assert bait.asked == []
