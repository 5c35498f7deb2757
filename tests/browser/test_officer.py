"""A loan officer's way through the dashboard; what the page says is the API's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Served
from tests.contract.http import call, predict, some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("house")


def open_client(page: Page, dashboard: str, client: int) -> None:
    page.goto(dashboard)
    search = page.get_by_label("Client number")
    search.fill(str(client))
    search.press("Enter")
    page.locator(f'.st-key-reasons [data-client="{client}"]').first.wait_for()


def test_reads_the_decision_the_risk_and_the_first_reason(
    page: Page, dashboard: str, served: Served
) -> None:
    for client in some_clients(served, 2):
        expected = predict(served, client_id=client)
        open_client(page, dashboard, client)
        decision = page.locator(".st-key-decision .word").inner_text()
        assert decision.casefold() == expected["decision"]
        risk = page.locator(".st-key-probability .number")
        assert risk.inner_text().startswith(f"{100 * expected['probability']:.1f}")
        assert risk.get_attribute("title") == repr(expected["probability"])
        first = page.locator(".st-key-reasons li").first.inner_text()
        assert first.strip() == expected["reasons"][0]["text"]


def test_the_decision_on_the_page_is_the_one_on_record(
    page: Page, dashboard: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    open_client(page, dashboard, client)
    text = page.locator(".st-key-decision").inner_text()
    (number,) = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
    status, stored = call(served, f"/v1/predictions/{number}")
    assert status == 200
    assert stored["client_id"] == client


def test_an_unknown_client_gets_a_sentence(page: Page, dashboard: str) -> None:
    page.goto(dashboard)
    search = page.get_by_label("Client number")
    search.fill("999999999")
    search.press("Enter")
    page.get_by_text("No client's number is or begins with 999999999").wait_for()
    assert page.get_by_text("Traceback").count() == 0


def test_the_model_and_drift_pages_show_what_the_api_knows(
    page: Page, dashboard: str, served: Served
) -> None:
    _, model = call(served, "/v1/model")
    page.goto(dashboard)
    page.get_by_role("link", name="Model").click()
    limit = f"{100 * model['threshold']:.1f} %"
    page.locator(".st-key-headline").get_by_text(limit).wait_for()
    page.get_by_role("link", name="Drift").click()
    page.locator(".st-key-conclusion").wait_for()
    _, report = call(served, "/v1/monitoring/reports/latest")
    headline = re.sub(r"\*\*(.*?)\*\*.*", r"\1", report["conclusion"], flags=re.S)
    assert headline in page.locator(".st-key-conclusion").inner_text()
    frame = page.frame_locator(".st-key-drift_report iframe").frame_locator("iframe")
    frame.get_by_text("Drift is detected").or_(
        frame.get_by_text("Dataset Drift")
    ).first.wait_for()
