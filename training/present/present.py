"""Make the defence deck of a bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.files import replacing
from training.monitoring.api_client import Api
from training.present import building, explaining, opening, results, serving, trust
from training.present.applicant import Applicant, invent
from training.present.deck import Deck
from training.present.facts import read_facts
from training.present.page import new_file, save
from training.present.words import Words
from training.registry.store import Registry

NO_BROWSER = "no chromium is installed: {} left out"


@dataclass(frozen=True)
class Live:
    """What is running and may be asked: None is left out.

    `client`: a known client whom the dashboard may show, never a real one.
    """

    api: Api | None = None
    dashboard: str | None = None
    client: int | None = None


def present(
    registry: Registry,
    bundle: Path,
    out: Path,
    language: str,
    live: Live,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write the slides to `out`; returns how many there are.

    Raises:
        TrainingError: the bundle is none, its run is not in MLflow, what is running
            does not answer, or a text does not fit its slide.
    """
    facts = read_facts(registry, bundle)
    applicant = invent(bundle, facts.manifest, progress)
    deck = Deck(new_file(), Words(language), facts)
    progress("slides: the problem, the results, the explanations")
    opening.add(deck)
    results.add(deck)
    trust.gates_and_groups(deck)
    explaining.in_general(deck)
    explaining.of_one(deck, applicant)
    progress("slides: MLflow, the parts, the tests")
    if not building.pages_of_mlflow(deck, registry):
        progress(NO_BROWSER.format("MLflow's pages are"))
    building.house(deck)
    building.delivery(deck)
    if not building.tests(deck):
        progress("no folder of tests beside the code: their slide is left out")
    trust.drift(deck)
    _served(deck, live, applicant, progress)
    trust.limits(deck)
    with replacing(out) as beside:
        save(deck.file, beside)
    return len(deck.file.slides)


def _served(
    deck: Deck, live: Live, applicant: Applicant, progress: Callable[[str], None]
) -> None:
    if live.api is not None:
        progress(f"slides: {live.api.url}")
        serving.scored(deck, live.api, applicant)
    if live.dashboard is not None:
        progress(f"slides: {live.dashboard}")
        if not serving.dashboard(deck, live.dashboard, live.client):
            progress(NO_BROWSER.format("the dashboard is"))
