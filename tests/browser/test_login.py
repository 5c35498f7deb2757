"""Logging in at an OpenID Connect provider; each role sees its own pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import log_in, new_context, settled
from tests.conftest import ROOT, Served, free_port
from tests.contract.http import some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("house")


def links(page: Page) -> list[str]:
    page.get_by_role("button", name="Log out").wait_for()
    found = page.locator('[data-testid="stSidebar"] [data-testid="stPageLink"]')
    found.first.wait_for()
    settled(page)
    return found.all_inner_texts()


def test_an_officer_decides_under_their_own_name_until_they_log_out_everywhere(
    browser: Browser, guarded: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    page = log_in(browser, guarded, "ada")
    shown = " ".join(links(page))
    assert "Decide" in shown and "Alerts" not in shown
    page.goto(f"{guarded}/decide?client={client}")
    page.get_by_text("Recorded as Ada.").first.wait_for()
    # The letter comes by the page's own connection, at no address for others to ask.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_download() as downloading:
        # The letter, where another test has decided on this client.
        download = re.compile("^Download the (draft|letter)")
        page.get_by_role("button", name=download).click()
    assert downloading.value.url.startswith("data:application/pdf;base64,")
    assert not [url for url in asked if "/media/" in url or ".pdf" in url]
    thief = new_context(browser)
    thief.add_cookies([dict(one) for one in page.context.cookies()])  # type: ignore[misc]
    copied = thief.new_page()
    copied.goto(guarded)
    links(copied)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/end_session**")
    copied.goto(guarded)
    copied.get_by_text("You were logged out, or a working day has passed.").wait_for()
    assert copied.get_by_role("searchbox").count() == 0
    thief.close()
    page.goto(guarded)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="ada").click()
    links(page)
    page.context.close()


def test_an_analyst_sees_no_clients(browser: Browser, guarded: str) -> None:
    page = log_in(browser, guarded, "bo")
    shown = " ".join(links(page))
    assert "Alerts" in shown and "Client" not in shown and "Decide" not in shown
    page.context.close()


def test_a_report_is_the_analysts_whose_session_has_its_address(
    browser: Browser, guarded: str
) -> None:
    page = log_in(browser, guarded, "bo")
    links(page)
    page.goto(f"{guarded}/drift")
    page.get_by_text("The report by Evidently, column by column").click()
    frame = page.locator(".st-key-drift_report iframe")
    address = f"{guarded}{frame.get_attribute('src')}"
    assert page.request.get(address).status == 200
    stranger = log_in(browser, guarded, "ada")
    links(stranger)
    assert stranger.request.get(address).status == 404
    stranger.context.close()
    page.context.close()


def test_the_api_refuses_an_analyst_what_they_type(
    browser: Browser, guarded: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    page = log_in(browser, guarded, "bo")
    links(page)
    page.goto(f"{guarded}/interface")
    answers = {f"/v1/clients/{client}": 403, "/v1/alerts?status=all": 200}
    for path, status in answers.items():
        page.get_by_role("textbox", name="Path").fill(path)
        page.keyboard.press("Enter")
        page.locator(".st-key-api_request pre", has_text=served.url + path).wait_for()
        page.get_by_role("button", name="Send").click()
        page.get_by_text(f"Answer: status {status}").wait_for()
    page.context.close()


def test_somebody_without_a_role_is_told_so(browser: Browser, guarded: str) -> None:
    page = log_in(browser, guarded, "cy")
    page.get_by_text("Cy, your account has none of the roles").wait_for()
    assert page.get_by_role("searchbox").count() == 0
    page.context.close()


def test_without_a_login_other_machines_are_not_served() -> None:
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    command += ["--server.address=0.0.0.0", f"--server.port={free_port()}"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "without a login the dashboard serves only 127.0.0.1" in done.stderr
