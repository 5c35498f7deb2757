"""Pictures of pages, taken by Playwright in the Chromium that is installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from training.present.facts import Facts
from training.registry.store import MODEL, Registry

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The shape of the place that a slide has for it.
SHAPE: Any = {"width": 1280, "height": 480}
# Milliseconds that a page has to answer, and then to show what it loads.
ANSWER, SETTLE = 60_000, 15_000
# What MLflow's list of runs shows, kept as one of its own shared views.
VIEW = "measures"
MEASURES = ("business_score", "auc", "average_precision", "ks", "recall")


def program() -> str | None:
    """Chromium's; None where it or Playwright is not installed."""
    if find_spec("playwright") is None:
        return None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def mlflow_pages(registry: Registry, facts: Facts, url: str) -> dict[str, str]:
    """Where MLflow, served at `url`, shows a run, its campaign and its version."""
    run, kind = facts["run"].info, "workflowType=machine_learning"
    columns = ["attributes.`Created`", *(f"metrics.`{one}`" for one in MEASURES)]
    view = {"orderByKey": columns[1], "orderByAsc": True, "selectedColumns": columns}
    registry.client.set_experiment_tag(
        run.experiment_id, f"mlflow.sharedViewState.{VIEW}", json.dumps(view)
    )
    runs = f"{url}/#/experiments/{run.experiment_id}/runs"
    version = facts["model"]["version"]
    return {
        "mlflow_runs": f"{runs}?viewStateShareKey={VIEW}&{kind}",
        "mlflow_run": f"{runs}/{run.run_id}?{kind}",
        "mlflow_model": f"{url}/#/models/{MODEL}/versions/{version}?{kind}",
    }


def photographs(
    urls: Mapping[str, str], awaited: Mapping[str, str], progress: Callable[[str], None]
) -> dict[str, bytes]:
    """PNG by name of the pages that can be reached.

    `awaited`: a text of a page, by its name, without which it is not complete.
    """
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program(), args=["--no-sandbox"]
        )
        context = browser.new_context(viewport=SHAPE, device_scale_factor=1.5)
        context.set_default_timeout(ANSWER)
        shown, taken = {}, {}
        for name, url in urls.items():
            progress(f"picture: {url}")
            page = context.new_page()
            try:
                answer = page.goto(url)
                if answer is None or not answer.ok:
                    progress(f"no picture: status {answer and answer.status}")
                    continue
                if name in awaited:
                    page.get_by_text(awaited[name]).first.wait_for()
                shown[name] = page
            except Error as error:
                progress(f"no picture: {error.message.splitlines()[0]}")
        if shown:
            # All of them load what they show meanwhile.
            page.wait_for_timeout(SETTLE)
        for name, page in shown.items():
            try:
                taken[name] = page.screenshot()
            except Error as error:
                progress(f"no picture: {error.message.splitlines()[0]}")
        browser.close()
    return taken
