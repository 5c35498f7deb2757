"""The dashboard behind the worked nginx example: what its pages may load and be in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from tests.browser.pages import settled
from tests.browser.test_pages import PAGES
from tests.conftest import Served
from tests.contract.http import some_clients
from tests.contract.proxy import DASHBOARD, documented

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.xdist_group("house"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]


def test_pages_load_from_nowhere_else_and_are_in_no_frame(
    browser: Browser, dashboard: str, served: Served, tmp_path: Path
) -> None:
    places = (urlsplit(one).netloc for one in (served.url, dashboard))
    (client,) = some_clients(served, 1)
    complaints: list[str] = []
    with documented(tmp_path, *places) as port:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in ("", "model", "drift"):
            page.goto(f"https://{DASHBOARD}:{port}/{name}?lang=fr&client={client}")
            page.locator(PAGES[name]).first.wait_for()
            settled(page)
        context.close()
        with requests.Session() as session:
            session.headers["Host"] = DASHBOARD
            # Its certificate, whatever the environment names.
            session.trust_env = False
            session.verify = f"{tmp_path}/fullchain.pem"
            first = session.get(f"https://127.0.0.1:{port}/", timeout=20)
            metrics = f"https://127.0.0.1:{port}/_stcore/metrics"
            assert session.get(metrics, timeout=20).status_code == 404
    assert [one for one in complaints if "404" not in one] == []
    policy = first.headers["Content-Security-Policy"].split("; ")
    assert {"frame-ancestors 'none'", "default-src 'self'"} <= set(policy)
    assert first.headers["Strict-Transport-Security"] == "max-age=31536000"
