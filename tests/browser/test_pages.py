"""Every page in both languages: shown without trouble, accessible, as the API says."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image

from tests.browser.pages import new_context, settled, still
from tests.conftest import Served, free_port, server
from tests.contract.http import call, some_clients

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Page

pytestmark = pytest.mark.xdist_group("house")
# Each page with something that is there when all of it is.
PAGES = {
    "": ".st-key-waterfall .js-plotly-plot",
    "work_list": ".st-key-work",
    "file": ".st-key-records",
    "compare": ".st-key-scatter .js-plotly-plot",
    "simulate": ".st-key-way",
    "decide": ".st-key-history table",
    "new_application": ".st-key-ask_next",
    "across": ".st-key-across .part",
    "score_list": "[data-testid=stFileUploader]",
    "model": ".st-key-about table",
    "policy": ".st-key-policy_curve .js-plotly-plot",
    "drift": ".st-key-conclusion",
    "alerts": '.notice, [class*="st-key-alert_"]',
    "interface": ".st-key-api_request pre",
}
FADING_MILLISECONDS = 600
# A desk, a tablet, a telephone.
WIDTHS = (1366, 820, 390)
STOPS = 60
# Where the focus is, and what of the element can be seen.
FOCUSED = """() => {
  const focus = document.activeElement;
  if (focus === document.body || focus.tagName === "IFRAME") return null;
  const knob = focus.closest("label") ?? focus.parentElement.parentElement;
  const hidden = focus.matches("input:is([type=radio], [type=range])");
  const seen = hidden ? knob : focus;
  seen.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = seen.getBoundingClientRect();
  return { x, y, width, height };
}"""
SHIFTS = """() => {
  window.shifted = 0;
  const add = (list) => list.getEntries().forEach((one) => window.shifted += one.value);
  new PerformanceObserver(add).observe({ type: "layout-shift" });
}"""


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
    page.set_viewport_size({"width": WIDTHS[0], "height": 768})
    if name == "across":
        return  # It is for the client: there is no way to other pages on it.
    here = page.locator("[aria-current=page]")
    address = here.get_attribute("href") or ""
    assert address.split("?")[0].strip("/") == name
    assert here.locator("p").inner_text() in page.title()
    of_clients = ("", "file", "compare", "simulate", "decide")
    assert (str(client) in page.title()) == (name in of_clients)


def check(page: Page, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.locator(PAGES[name]).first.wait_for()
    settled(page)
    assert page.locator('[class*="st-key-trouble"]').count() == 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        # What has just appeared is still pale.
        still(page)
        # What is in Evidently's own frame is Evidently's.
        found = axe.run(page, context={"exclude": [["iframe"]]}).response["violations"]
        assert not {
            (width, one["id"], node["html"][:160])
            for one in found
            for node in one["nodes"]
        }
    page.set_viewport_size({"width": WIDTHS[0], "height": 768})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen_wherever_it_goes(
    page: Page, dashboard: str, served: Served, theme: Literal["light", "dark"]
) -> None:
    """Around what has it, as many points as its edge is long change by 3 to 1."""
    (client,) = some_clients(served, 1)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for name in ("", "simulate", "decide"):
        page.goto(f"{dashboard}/{name}?lang=en&client={client}")
        page.locator(PAGES[name]).first.wait_for()
        settled(page)
        stops = 0
        for _ in range(STOPS):
            page.keyboard.press("Tab")
            box = page.evaluate(FOCUSED)
            if box is None:
                break
            stops += 1
            clip = within(page, box)
            before = picture(page, clip)
            page.evaluate("window.left = document.activeElement, window.left.blur()")
            after = picture(page, clip)
            page.evaluate("window.left.focus({ focusVisible: true })")
            seen = sum(
                contrast(one, other) >= 3
                for one, other in zip(before, after, strict=True)
                if one != other
            )
            edge = 2 * (min(box["width"], clip["width"]) + box["height"])
            what = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
            assert seen >= edge, (name, what)
        assert stops > 12


def within(page: Page, box: dict[str, float]) -> FloatRect:
    """The box and a margin, as far as they are on the screen."""
    size = page.viewport_size or {"width": 0, "height": 0}
    left, top = max(0, box["x"] - 6), max(0, box["y"] - 6)
    right = min(size["width"], box["x"] + box["width"] + 6)
    bottom = min(size["height"], box["y"] + box["height"] + 6)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def picture(page: Page, clip: FloatRect) -> list[tuple[int, ...]]:
    still(page)
    image = Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")
    raw = image.tobytes()
    return [tuple(raw[at : at + 3]) for at in range(0, len(raw), 3)]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """As WCAG 2 defines it."""

    def luminance(colour: tuple[int, ...]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_nothing_moves_when_another_client_is_chosen(
    page: Page, dashboard: str, served: Served
) -> None:
    first, *others = some_clients(served, 40)[-8:-4]
    page.goto(f"{dashboard}/?client={first}")
    page.locator(PAGES[""]).wait_for()
    settled(page)
    for client in others:
        page.evaluate(SHIFTS)
        page.get_by_role("searchbox").fill(str(client))
        page.locator(f'.st-key-reasons [data-client="{client}"]').first.wait_for()
        settled(page)
        page.wait_for_timeout(FADING_MILLISECONDS)
        assert page.evaluate("window.shifted") <= 0.05


def test_a_tablet_has_room_for_words_and_paper_for_charts(
    page: Page, dashboard: str, served: Served
) -> None:
    (client,) = some_clients(served, 1)
    page.set_viewport_size({"width": 820, "height": 1180})
    for name in PAGES:
        page.goto(f"{dashboard}/{name}?lang=fr&client={client}")
        page.locator(PAGES[name]).first.wait_for()
        settled(page)
        columns = page.locator(".stColumn:visible").all()
        widths = [one["width"] for column in columns if (one := column.bounding_box())]
        assert min(widths, default=200) >= 130, name
        assert page.evaluate(
            "[...document.querySelectorAll('.stSelectbox input')]"
            ".every((one) => one.clientWidth > 100)"
        )
    page.goto(f"{dashboard}/?lang=fr&client={client}")
    chart = page.locator(".st-key-waterfall .svg-container")
    chart.wait_for()
    settled(page)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 703, "height": 1000})
    assert not page.locator('[data-testid="stSidebar"]').is_visible()
    drawn, room = chart.bounding_box(), page.locator(".st-key-waterfall").bounding_box()
    assert drawn and room
    assert drawn["height"] > 300 and drawn["width"] <= room["width"]
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


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


def test_a_closer_look_at_the_model_is_whole_and_accessible(
    page: Page, dashboard: str, served: Served
) -> None:
    from playwright.sync_api import expect

    (client,) = some_clients(served, 1)
    page.goto(f"{dashboard}/model?lang=en&client={client}")
    page.locator(PAGES["model"]).first.wait_for()
    page.get_by_role("slider", name="Try another limit").focus()
    page.keyboard.press("ArrowLeft")
    _, in_use, tried = page.locator(".st-key-limit thead th").all()
    same = in_use.inner_text().replace("in use", "tried")
    expect(tried).not_to_have_text(same)
    closer = page.locator(".st-key-closer")
    for title, told in (
        ("How well it ranks", "Area under the curve (AUC)"),
        ("How the risk moves with one fact", f"For client {client}"),
        ("What two facts say together", "together"),
        ("Where it is wrong most", "Furthest off at"),
        ("How good it is for some clients", "All of the sample"),
    ):
        closer.get_by_text(title).first.click()
        closer.get_by_text(told).last.wait_for()
        settled(page)
    check(page, "model")


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
