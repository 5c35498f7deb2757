"""The dashboard in Chromium: server start, first load, a client, page to page, many.

    python -m tests.benchmarks.dashboard [FOLDER]

Times end when what is waited for is painted. The API's own share is measured beside
them: the decision that choosing a client needs, straight from the API. Of the sessions
at once one is in Chromium, the others are on the wire: as many browsers on two cores
would measure browsers.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from playwright.async_api import async_playwright

from tests.benchmarks import wire
from tests.benchmarks.load import (
    Client,
    Server,
    house_folder,
    new_key,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import ROOT, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser, Page

CLIENTS, SESSIONS = 20, 20
PREDICTIONS = "/v1/predictions"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu"]
PAGES = {
    "Compare": ".st-key-similar",
    "Simulate": ".st-key-outcome .gauge",
    "Decide": ".st-key-review .verdict",
    "Model": ".st-key-headline",
    "Client": ".st-key-reasons .why",
}
# Resolves at the frame after the one in which the selector is there: it is painted.
PAINTED = """selector => new Promise(done => {
  const look = () => document.querySelector(selector)
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
    : requestAnimationFrame(look);
  look();
})"""


@contextmanager
def dashboard(api: str, key: str) -> Iterator[tuple[str, float]]:
    """A running dashboard: its address, and how many seconds it took to answer."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    settings = {"DASHBOARD_API_URL": api, "DASHBOARD_API_KEY": key}
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(f"{url}/_stcore/health"):
            time.sleep(0.02)
        yield url, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def score(server: Server, client: int) -> float:
    """Seconds of a decision with its reasons, from the API alone."""
    asked = {"client_id": client}
    return Client(server.port, server.key).post(PREDICTIONS, asked).milliseconds / 1000


async def timed(page: Page, act: Callable[[], Awaitable[Any]], selector: str) -> float:
    started = time.perf_counter()
    await act()
    await page.evaluate(PAINTED, selector)
    return time.perf_counter() - started


async def first_load(browser: Browser, url: str) -> float:
    """Of a browser that has never been there, to the first chart."""
    page = await (await browser.new_context()).new_page()

    async def act() -> None:
        await page.goto(url, wait_until="commit")
        await page.wait_for_selector(".gauge")

    seconds = await timed(page, act, ".gauge")
    await page.context.close()
    return seconds


async def choose(page: Page, client: int) -> float:
    """From the click on a suggestion to decision, gauge and reasons."""
    await page.get_by_role("searchbox").fill(str(client)[:-1])
    chip = page.locator(".st-key-suggestion_begin button", has_text=str(client))
    await chip.wait_for()
    await page.wait_for_timeout(300)
    shown = f'.st-key-reasons [data-client="{client}"] .why'
    return await timed(page, chip.click, shown)


async def go(page: Page, name: str) -> float:
    link = page.get_by_role("link", name=name, exact=True)
    seconds = await timed(page, link.click, PAGES[name])
    await page.wait_for_timeout(700)
    return seconds


async def at_once(page: Page, url: str, clients: list[int]) -> list[float]:
    """All choose a client at the same moment; the first of the times is Chromium's."""
    async with AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(wire.session(url)) for _ in clients[1:]
        ]
        pairs = zip(others, clients[1:], strict=True)
        return await asyncio.gather(
            choose(page, clients[0]), *(wire.choose(*pair) for pair in pairs)
        )


async def measure(url: str, server: Server) -> None:
    clients = some_clients(server)
    first, known, new = clients[0], clients[1 : CLIENTS + 1], clients[CLIENTS + 1 :]
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        link = f"{url}/?client={first}"
        await first_load(browser, link)
        loads = [await first_load(browser, link) for _ in range(5)]
        report("first load to first chart, empty browser cache", loads, 2.0)
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        await page.goto(link)
        await page.evaluate(PAINTED, ".st-key-waterfall .js-plotly-plot")
        chosen = [await choose(page, client) for client in known]
        report("client chosen to decision, gauge and reasons", chosen, 0.35)
        alone = [score(server, client) for client in known]
        report("  of it the API's own: a decision with reasons", alone)
        for name, seconds in (await turn(page)).items():
            report(f"page to page: {name}", seconds, 0.35)
        for number in range(3):
            many = await at_once(page, url, new[number * SESSIONS :][:SESSIONS])
            report(f"{SESSIONS} sessions at once: client chosen", many, 1.5)
            report("  of them the one in Chromium", many[:1])
        await browser.close()


async def turn(page: Page) -> dict[str, list[float]]:
    """Every page five times, after one that nobody counts."""
    for name in PAGES:
        await go(page, name)
    turned: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(5):
        for name in PAGES:
            turned[name].append(await go(page, name))
    return turned


def report(what: str, seconds: list[float], limit: float | None = None) -> None:
    median, worst = statistics.median(seconds), max(seconds)
    wanted = f"  (wanted: {1000 * limit:.0f})" if limit else ""
    say(f"{what:52} median {1000 * median:6.0f} ms, worst {1000 * worst:6.0f}{wanted}")


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    with served(house, key) as server:
        address = f"http://127.0.0.1:{server.port}"
        asking = new_key(house, "delegate", "officer", "scoring", "analyst")
        with dashboard(address, asking) as (url, seconds):
            report("server start", [seconds], 5.0)
            asyncio.run(measure(url, server))


if __name__ == "__main__":
    main(sys.argv[1:])
