"""Pictures of pages by the Chromium that is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training.present import browser

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def installed() -> None:
    if browser.chromium() is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("chromium is not installed")


def test_a_page_becomes_a_picture(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<body style='background: #2E7EB8'>hello</body>")
    assert browser.still(page.as_uri()).startswith(PNG)


def test_a_page_that_goes_on_loading_is_waited_for() -> None:
    shown = "data:text/html,<body style='background:navy'></body>"
    empty = browser.still("about:blank")
    picture = browser.framed(shown, wait=1.0)
    assert picture.startswith(PNG)
    assert picture != empty


def test_a_page_that_cannot_be_reached_has_no_picture() -> None:
    assert browser.photograph("http://127.0.0.1:9/") is None
