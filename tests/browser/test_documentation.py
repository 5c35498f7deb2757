"""The page of the documentation: shows every route, and tries one with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from tests.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.xdist_group("house")


@pytest.mark.parametrize("folder", ["", "/scoring"])
def test_a_route_is_tried_from_the_page(
    page: Page, served: Served, folder: str
) -> None:
    """Behind a proxy that serves the API in a folder, too; and asks nobody else."""

    def leave_out_the_folder(route: Route) -> None:
        inside = route.request.url.replace(folder, "", 1)
        route.fulfill(response=route.fetch(url=inside))

    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    address = f"{served.url}{folder}"
    if folder:
        page.route(f"{address}/**", leave_out_the_folder)
    page.goto(f"{address}/docs")
    routes = page.locator(".opblock")
    routes.first.wait_for()
    paths = requests.get(f"{served.url}/openapi.json", timeout=20).json()["paths"]
    assert routes.count() == sum(len(methods) for methods in paths.values())

    page.get_by_role("button", name="Authorize", exact=True).click()
    page.locator(".auth-container input").fill(served.key)
    page.locator(".auth-container button.authorize").click()
    page.locator(".auth-container button.btn-done").click()
    model = routes.filter(has=page.locator('[data-path="/v1/model"]'))
    model.locator(".opblock-summary").click()
    model.get_by_role("button", name="Try it out").click()
    model.get_by_role("button", name="Execute").click()
    answer = model.locator(".live-responses-table .response")
    assert answer.locator(".response-col_status").inner_text() == "200"
    assert '"threshold"' in answer.inner_text()
    assert model.locator(".request-url pre").inner_text() == f"{address}/v1/model"
    assert hosts - {""} == {urlsplit(served.url).netloc}
    assert complaints == []
