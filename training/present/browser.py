"""Pictures of pages, taken by Playwright in the Chromium that is installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The shape of the place that a slide has for it.
WIDTH, HEIGHT = 1280, 480
# Milliseconds that a page has to answer, and then to show what it loads.
ANSWER, SETTLE = 60_000, 15_000


def program() -> str | None:
    """Chromium's; None where it or Playwright is not installed."""
    if find_spec("playwright") is None:
        return None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def screenshots(
    urls: Mapping[str, str | None],
    awaited: Mapping[str, str],
    progress: Callable[[str], None],
) -> dict[str, bytes]:
    """PNG by name of the pages that can be reached; None is none.

    `awaited`: a text of a page, by its name, without which it is not complete.
    """
    from playwright.sync_api import Error, sync_playwright

    taken = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program(), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5
        )
        for name, url in urls.items():
            if url is None:
                continue
            progress(f"picture: {url}")
            page = context.new_page()
            try:
                answer = page.goto(url, timeout=ANSWER)
                if name in awaited:
                    page.get_by_text(awaited[name]).first.wait_for(timeout=ANSWER)
            except Error as error:
                progress(f"no picture: {error.message.splitlines()[0]}")
                continue
            if answer is None or not answer.ok:
                progress(f"no picture: status {answer and answer.status}")
                continue
            page.wait_for_timeout(SETTLE)
            taken[name] = page.screenshot()
        browser.close()
    return taken
