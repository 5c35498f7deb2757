"""The dashboard in a real Chromium, against the API under gunicorn."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import new_context
from tests.conftest import Served, free_port, server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Whoever can log in, with the roles that their login tells.
PEOPLE = {"ada": ["officer"], "bo": ["analyst"], "cy": [], "dan": ["officer"]}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        # Where every test must run, a missing browser is a failure.
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("chromium is not installed")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def dashboard(served: Served) -> Iterator[str]:
    """The address of the dashboard, started as hosts start it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["streamlit", "run", "dashboard/app.py", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true"]
    key = served.dashboard_key
    settings = {"DASHBOARD_API_URL": served.url, "DASHBOARD_API_KEY": key}
    with server(served.house, command, settings, f"{url}/_stcore/health"):
        yield url


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all pages that nobody logs in to: its cache holds the scripts."""
    made = new_context(browser)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    yield opened
    opened.close()
