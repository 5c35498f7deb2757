"""The dashboard in a real Chromium, against the API under gunicorn."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
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
