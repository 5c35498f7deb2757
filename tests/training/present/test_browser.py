"""Pictures of pages by the Chromium that is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training.present import browser

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def program() -> str:
    found = browser.chromium()
    if found is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("chromium is not installed")
    return str(found)


def test_a_page_becomes_a_picture(program: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<body style='background: #2E7EB8'>hello</body>")
    still = browser.photograph(program, page.as_uri())
    assert still.startswith(PNG)


def test_a_page_that_goes_on_loading_is_waited_for(program: str) -> None:
    shown = "data:text/html,<body style='background:navy'></body>"
    empty = browser.photograph(program, "about:blank")
    picture = browser.photograph_live(program, shown, wait=1.0)
    assert picture.startswith(PNG)
    assert picture != empty
