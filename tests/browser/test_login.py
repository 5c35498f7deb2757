"""Logging in at an OpenID Connect provider; each role sees its own pages."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import new_context, settled
from tests.conftest import ROOT, Served, free_port, server
from tests.contract.http import some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("house")
PEOPLE = {"ada": ["officer"], "bo": ["analyst"], "cy": []}


@pytest.fixture(scope="module")
def guarded(served: Served) -> Iterator[str]:
    """The address of a dashboard that wants a login."""
    if not find_spec("oidc_provider_mock"):
        pytest.skip("oidc_provider_mock is not installed")
    port, provider_port = free_port(), free_port()
    url, provider = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    claims = [{"sub": n, "name": n.title(), "roles": r} for n, r in PEOPLE.items()]
    people = [f"--user-claims={json.dumps(one)}" for one in claims]
    known = f"{provider}/.well-known/openid-configuration"
    settings = {
        "DASHBOARD_API_URL": served.url,
        "DASHBOARD_API_KEY": served.dashboard_key,
        "DASHBOARD_OIDC_METADATA_URL": known,
        "DASHBOARD_OIDC_CLIENT_ID": "dashboard",
        "DASHBOARD_OIDC_CLIENT_SECRET": secrets.token_hex(),
        "DASHBOARD_PUBLIC_URL": url,
        "DASHBOARD_COOKIE_SECRET": secrets.token_hex(),
    }
    mock = ["oidc_provider_mock", f"--port={provider_port}", *people]
    command = ["streamlit", "run", "dashboard/app.py", f"--server.port={port}"]
    with (
        server(served.house, mock, {}, known),
        server(served.house, command, settings, f"{url}/_stcore/health"),
    ):
        yield url


def log_in(browser: Browser, guarded: str, name: str) -> Page:
    page = new_context(browser).new_page()
    page.goto(guarded)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{guarded}/**")
    return page


def links(page: Page) -> list[str]:
    page.get_by_role("button", name="Log out").wait_for()
    found = page.locator('[data-testid="stSidebar"] [data-testid="stPageLink"]')
    found.first.wait_for()
    settled(page)
    return found.all_inner_texts()


def test_an_officer_decides_under_their_own_name(
    browser: Browser, guarded: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    page = log_in(browser, guarded, "ada")
    shown = " ".join(links(page))
    assert "Decide" in shown and "Alerts" not in shown
    page.goto(f"{guarded}/decide?client={client}")
    page.get_by_text("Recorded as Ada.").first.wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/end_session**")
    page.goto(guarded)
    page.get_by_role("button", name="Log in").wait_for()
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
