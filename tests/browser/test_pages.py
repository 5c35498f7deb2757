"""Every page in both languages: shown without trouble, accessible, as the API says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import new_context, settled
from tests.conftest import Served, free_port, server
from tests.contract.http import call, some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("house")
# Each page with something that is there when all of it is.
PAGES = {
    "": ".st-key-waterfall .js-plotly-plot",
    "compare": ".st-key-scatter .js-plotly-plot",
    "simulate": ".st-key-way",
    "decide": ".st-key-history table",
    "score_list": "[data-testid=stFileUploader]",
    "model": ".st-key-about table",
    "drift": ".st-key-conclusion",
    "alerts": '.notice, [class*="st-key-alert_"]',
    "interface": ".st-key-api_request pre",
}
FADING_MILLISECONDS = 600
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_accessible(
    page: Page, dashboard: str, served: Served, name: str
) -> None:
    (client,) = some_clients(served, 1)
    page.emulate_media(color_scheme="light")
    page.goto(f"{dashboard}/{name}?lang=en&client={client}")
    check(page, name)
    page.emulate_media(color_scheme="dark")
    page.locator(".st-key-language_switch").get_by_text("Français").click()
    page.locator("html[lang=fr]").wait_for(state="attached")
    check(page, name)
    # Nothing sticks out, at 200 % zoom of a common screen.
    page.set_viewport_size({"width": 683, "height": 384})
    wide = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{wide}.scrollWidth <= {wide}.clientWidth + 1")


def check(page: Page, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.locator(PAGES[name]).first.wait_for()
    settled(page)
    assert page.locator('[class*="st-key-trouble"]').count() == 0
    # What has just appeared is still pale.
    page.wait_for_timeout(FADING_MILLISECONDS)
    # What is in Evidently's own frame is Evidently's.
    found = axe.run(page, context={"exclude": [["iframe"]]}).response["violations"]
    assert not {
        (one["id"], node["html"][:160])
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    }


def test_the_model_and_drift_pages_show_what_the_api_knows(
    page: Page, dashboard: str, served: Served
) -> None:
    _, model = call(served, "/v1/model")
    page.goto(f"{dashboard}/model")
    limit = f"{100 * model['threshold']:.1f}%"
    page.locator(".st-key-headline").get_by_text(limit).wait_for()
    page.get_by_role("link", name="Drift").click()
    _, report = call(served, "/v1/monitoring/reports/latest")
    headline = re.sub(r"\*\*(.*?)\*\*.*", r"\1", report["conclusion"], flags=re.S)
    # The place is there before all of its sentences are.
    page.locator(".st-key-conclusion").get_by_text(headline.strip()).first.wait_for()
    page.get_by_text("The report by Evidently, column by column").click()
    frame = page.frame_locator(".st-key-drift_report iframe")
    frame.get_by_text(headline.strip()).first.wait_for()


def test_an_alert_is_acknowledged(page: Page, dashboard: str, served: Served) -> None:
    told = {
        "title": "Rents rose",
        "what": "By half.",
        "certainty": "Quite.",
        "action": "Ask.",
    }
    body = {"cause": "feature:RENT", "status": "open", "severity": "warning", **told}
    status, alert = call(served, "/v1/alerts", body | {"evidence": {}})
    assert status in {200, 201}
    page.goto(f"{dashboard}/alerts?lang=fr")
    card = page.locator(f".st-key-alert_{alert['id']}")
    for text in told.values():
        card.get_by_text(text, exact=True).wait_for()
    settled(page)
    card.get_by_text("Prendre en compte").first.click()
    card.get_by_role("textbox").first.fill("Bo")
    card.get_by_role("textbox").first.press("Tab")
    card.get_by_role("button", name="Je l'ai vue").click()
    card.get_by_text("Prise en compte par Bo").wait_for()
    call(served, "/v1/alerts", body | {"status": "closed", "evidence": {}})


def test_a_part_that_cannot_be_loaded_offers_to_load_anew(
    browser: Browser, dashboard: str
) -> None:
    page = new_context(browser).new_page()
    charts = re.compile("/PlotlyChart[^/]*js$")
    page.route(charts, lambda route: route.abort())
    page.goto(f"{dashboard}/model?lang=fr")
    page.get_by_text("n'a pas pu être chargée").wait_for()
    page.unroute(charts)
    page.get_by_role("button", name="Recharger").click()
    page.locator(".js-plotly-plot").first.wait_for()
    page.context.close()


def test_an_api_that_is_down_gets_a_sentence_and_a_retry(
    page: Page, served: Served
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"DASHBOARD_API_URL": f"http://127.0.0.1:{free_port()}"}
    settings["DASHBOARD_API_KEY"] = served.dashboard_key
    command = ["streamlit", "run", "dashboard/app.py", f"--server.port={port}"]
    with server(served.house, command, settings, f"{url}/_stcore/health"):
        page.goto(f"{url}/?client=100001&lang=fr")
        page.get_by_text("ne répond pas").first.wait_for()
        page.get_by_role("button", name="Réessayer").wait_for()
        assert page.locator(".verdict").count() == 0
        assert page.get_by_text("Traceback").count() == 0


def test_a_request_is_tried_on_the_api_page(
    page: Page, dashboard: str, served: Served
) -> None:
    page.goto(f"{dashboard}/interface")
    page.get_by_role("textbox", name="Body (JSON)").fill('{"client_id": 1}')
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Answer: status 404").wait_for()
    code = page.locator(".st-key-api_request pre").last.inner_text()
    assert "$SCORING_KEY" in code and served.dashboard_key not in page.content()
