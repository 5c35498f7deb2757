"""Make the defence deck of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from training.errors import ConfigurationError
from training.files import replacing
from training.monitoring.events.api_client import Api
from training.present import browser, charts, page
from training.present import repository as history
from training.present.facts import read_facts
from training.present.mlflow_pages import RUNS as MLFLOW_RUNS
from training.present.mlflow_pages import mlflow_pages
from training.present.script import Rows, read_script
from training.present.words import Words
from training.registry.store import Registry
from training.registry.ui import served


def present(
    registry: Registry,
    bundle: Path,
    out: Path,
    language: str,
    *,
    api: Api | None = None,
    dashboard: str | None = None,
    client: int | None = None,
    repository: str | None = None,
    cloud: str | None = None,
    tests: Path | None = None,
    progress: Callable[[str], None],
) -> int:
    """Write the slides to `out`; returns how many there are.

    What is running may be looked at: the API, the dashboard on a `client` who is not
    real, the code's `repository` and a deployment in the `cloud`; what cannot be
    reached is told from git. `tests`: the junit report of their run.

    Raises:
        TrainingError: the bundle is none, its run is not in MLflow, what is running
            does not answer, or the language's file asks for what cannot be shown.
    """
    progress("facts: the bundle, its run and an invented applicant")
    facts = read_facts(registry, bundle)
    path = f"?client={client}&" if client else "model?"
    urls = {
        "commits": repository and f"{repository}/commits",
        "folder": repository,
        "cloud": cloud,
        "dashboard": dashboard and f"{dashboard}/{path}lang={language}",
    }
    pictures: dict[str, bytes] = {}
    if browser.program() is None:
        progress("no pictures of pages: they need Playwright and Chromium")
    else:
        with served(registry) as mlflow:
            urls |= mlflow_pages(registry, facts, mlflow)
            awaited = dict.fromkeys(MLFLOW_RUNS, facts["run"].info.run_name)
            pictures = browser.screenshots(urls, awaited, progress)
    answer = api and api.post("/v1/predictions", facts["applicant"]["records"])
    known = {
        **facts,
        "repository": repository,
        "cloud": cloud,
        "dashboard": dashboard,
        "commits": history.commits(),
        "folders": history.folders(),
        "delivered": history.delivered(),
        "ran": tests and history.ran(tests),
        "api": api,
        "answer": answer,
        "pictures": pictures,
    }
    script = Path(__file__).with_name(f"deck.{language}.md")
    slides, words = read_script(script, language, known)
    file = page.new_file()
    for slide in slides:
        contents = [_content(content, known, words) for content in slide.contents]
        page.add_slide(file, slide, contents)
    with replacing(out) as beside:
        file.save(str(beside))
    return len(file.slides)


def _content(named: Rows | str, known: Mapping[str, Any], words: Words) -> page.Content:
    """A table as it is, what draws a chart, or the picture of a page."""
    if not isinstance(named, str):
        return named
    if named in charts.CHARTS:
        return partial(charts.draw, named, known, words)
    if named in known["pictures"]:
        return lambda _: known["pictures"][named]
    expected = ", ".join([*charts.CHARTS, *known["pictures"]])
    raise ConfigurationError(f"picture {named!r}: expected one of {expected}")
