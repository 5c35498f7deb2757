"""Slides: MLflow's pages, how the parts fit, how they are delivered and tested."""

from __future__ import annotations

import ast
from pathlib import Path

from training.present.browser import chromium, mlflow_pages, photograph
from training.present.deck import Deck
from training.present.page import BODY, Box, arrow, node, picture, say, table
from training.registry.store import MODEL, Registry

TESTS = Path(__file__).resolve().parents[2] / "tests"
KIND = "workflowType=machine_learning"


def pages_of_mlflow(deck: Deck, registry: Registry) -> bool:
    """The campaign's runs, the chosen one and the registered version, in MLflow.

    False where there is no browser: the slides are left out.
    """
    program, facts = chromium(), deck.facts
    if program is None:
        return False
    runs = f"experiments/{facts.run.info.experiment_id}/runs"
    places = {
        "mlflow_runs": f"{runs}?{KIND}",
        "mlflow_run": f"{runs}/{facts.run.info.run_id}?{KIND}",
        "mlflow_model": f"models/{MODEL}/versions/{facts.model['version']}?{KIND}",
    }
    with mlflow_pages(registry) as address:
        for title, place in places.items():
            png = photograph(program, f"{address}/#/{place}")
            slide = deck.page(title, deck.from_mlflow())
            picture(slide, BODY, png, deck.words(title))
    return True


def house(deck: Deck) -> None:
    """The drawing of the parts, then delivery, then the tests."""
    words = deck.words
    slide = deck.page("house", words("source_design"))
    upper, lower = BODY.above(0.8)
    say(slide, upper, [words("house_said")], largest=18)
    wide, tall, gap = 2.1, 0.95, 0.4
    first = ("raw", "features", "models", "mlflow", "bundle")
    second = ("monitoring", "store", "api", "dashboard")
    rows = (
        (first, lower.top + 0.3, lower.left),
        (second, lower.top + 2.6, lower.left + wide + gap),
    )
    places = {}
    for names, top, left in rows:
        for at, name in enumerate(names):
            box = Box(left + at * (wide + gap), top, wide, tall)
            strong = name in ("models", "api", "dashboard")
            node(slide, box, words(f"house_{name}"), strong=strong)
            places[name] = box
    links = [*zip(first, first[1:], strict=False), ("dashboard", "api")]
    links += [("api", "store"), ("store", "monitoring")]
    for one, other in links:
        _across(slide, places[one], places[other])
    start, end = places["bundle"], places["api"]
    arrow(
        slide,
        (start.left + wide / 2, start.top + tall),
        (end.left + 0.75 * wide, end.top),
    )
    start, end = places["monitoring"], places["models"]
    arrow(
        slide,
        (start.left + wide / 2, start.top),
        (end.left + wide / 4, end.top + tall),
    )


def _across(slide: object, one: Box, other: Box) -> None:
    """An arrow between neighbours of a row, whichever is on the left."""
    middle = one.top + one.height / 2
    rightwards = other.left > one.left
    start = one.left + one.width if rightwards else one.left
    end = other.left if rightwards else other.left + other.width
    arrow(slide, (start, middle), (end, middle))  # type: ignore[arg-type]


def delivery(deck: Deck) -> None:
    words = deck.words
    slide = deck.page("delivery", words("source_design"))
    said = [words(f"delivery_{number}") for number in (1, 2, 3, 4)]
    say(slide, BODY, said, bullets=True)


def tests(deck: Deck, folder: Path = TESTS) -> bool:
    """How many tests there are; False where the source of the tests is not there."""
    words, found = deck.words, counted(folder)
    if not found:
        return False
    slide = deck.page("tests_title", words("source_design"))
    left, right = BODY.beside(0.55)
    said = [words(f"tests_{number}") for number in (1, 2, 3)]
    say(slide, left, said, largest=20, bullets=True)
    rows = [
        [part, words.number(files), words.number(count)]
        for part, (files, count) in found.items()
    ]
    table(slide, right, [words(name) for name in ("part", "files", "tests")], rows)
    return True


def counted(folder: Path) -> dict[str, tuple[int, int]]:
    """Test files and test functions by folder, one folder for those at the top."""
    found: dict[str, tuple[int, int]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        parts = path.relative_to(folder).parts
        part = parts[0] if len(parts) > 1 else folder.name
        tree = ast.parse(path.read_text(encoding="utf-8"))
        count = sum(
            isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
            for one in tree.body
        )
        files, tests_ = found.get(part, (0, 0))
        found[part] = files + 1, tests_ + count
    return found
