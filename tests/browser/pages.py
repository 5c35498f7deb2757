"""Opening the dashboard, and waiting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def new_context(browser: Browser) -> BrowserContext:
    """Somebody's browser, of a usual size, that knows nothing yet."""
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    made.set_default_timeout(30_000)
    return made


# All that fades or moves, but what does so for ever, is put at its end.
STILL = """async () => {
  await new Promise(requestAnimationFrame);
  for (const one of document.getAnimations())
    if (one.effect.getComputedTiming().endTime < Infinity) one.finish();
}"""


def still(page: Page) -> None:
    """What has just changed is drawn as it stays."""
    page.evaluate(STILL)


def settled(page: Page) -> None:
    """Nothing is being drawn any more: no element is about to be replaced."""
    page.locator("[data-test-script-state=notRunning]").wait_for()


def log_in(browser: Browser, guarded: str, name: str) -> Page:
    page = new_context(browser).new_page()
    page.goto(guarded)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{guarded}/**")
    return page
