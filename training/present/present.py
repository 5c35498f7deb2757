"""Make the defence deck of a bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pptx import Presentation

from training.files import replacing
from training.monitoring.events.api_client import Api
from training.present import charts, pages
from training.present.facts import read_facts
from training.present.page import add_slide
from training.present.repository import history, ran
from training.present.schedule import notes, schedule
from training.present.script import read_script
from training.registry.store import Registry
from training.registry.ui import served


def present(
    registry: Registry,
    bundle: Path,
    out: Path,
    language: str,
    *,
    api: Api | None = None,
    simulated: bool = False,
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
    reached is told from git. `simulated`: whether the drift is that its alerts tell of.
    `tests`: the junit report of their run.

    Raises:
        TrainingError: the bundle is none, its run is not in MLflow, what is running
            does not answer, or the language's file asks for what cannot be shown.
    """
    progress("facts: the bundle, its run and an invented applicant")
    facts = read_facts(registry, bundle)
    shown = f"?client={client}&" if client else "model?"
    urls = {
        "commits": repository and f"{repository}/commits",
        "repository": repository,
        "cloud": cloud,
        "dashboard": dashboard and f"{dashboard}/{shown}lang={language}",
    }
    pictures: dict[str, bytes] = {}
    if pages.program() is None:
        progress("no pictures of pages: they need Playwright and Chromium")
    else:
        with served(registry) as mlflow:
            given = {name: url for name, url in urls.items() if url}
            runs = pages.mlflow_pages(registry, facts, mlflow)
            awaited = dict.fromkeys(runs, facts["run"].info.run_name)
            pictures = pages.photographs(given | runs, awaited, progress)
    records = facts["applicant"]["records"]
    known = {
        **facts,
        **history(),
        "urls": urls,
        "ran": tests and ran(tests),
        "api": api,
        "answer": api and api.post("/v1/predictions", records),
        "simulated": simulated,
        "alerts": api and api.get("/v1/alerts", status="open")["alerts"],
        "pictures": pictures,
    }
    beside = Path(__file__)
    slides, words = read_script(
        beside.with_name(f"deck.{language}.md"), language, known
    )

    def draw(name: str, size: tuple[float, float]) -> bytes:
        return pictures.get(name) or charts.draw(name, known, words, size)

    file = Presentation(str(beside.with_name("template.pptx")))
    for slide, span in zip(slides, schedule(slides), strict=True):
        add_slide(file, slide, notes(slide, *span), draw)
    with replacing(out) as made:
        file.save(str(made))
    return len(file.slides)
