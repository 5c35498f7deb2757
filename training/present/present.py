"""Make the defence deck of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from training.files import replacing
from training.present import charts, values
from training.present.facts import Facts, read_facts
from training.present.live import Live, Pictures, ask, take
from training.present.page import Rows, add_slide, new_file
from training.present.script import Slide, Table, read_script
from training.present.words import AbsentError, Words
from training.registry.store import Registry


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
            does not answer, or the language's file asks for what cannot be shown.
    """
    slides, table = read_script(Path(__file__).with_name(f"deck.{language}.md"))
    facts = read_facts(registry, bundle, progress)
    words = Words(language, table, facts.labels(language))
    progress("pictures: MLflow and what is running")
    pictures = take(registry, facts, live, language)
    known = {
        **values.of_run(facts, words),
        **values.of_repository(live, pictures),
        "api": live.api and ask(live.api, facts.applicant),
    }
    file = new_file()
    for slide in slides:
        try:
            _add(file, slide, known, pictures, facts, words)
        except AbsentError as error:
            progress(f"slide left out: {slide.title} (no {error})")
    with replacing(out) as beside:
        file.save(str(beside))
    return len(file.slides)


def _add(
    file: Any,
    slide: Slide,
    known: Mapping[str, Any],
    pictures: Pictures,
    facts: Facts,
    words: Words,
) -> None:
    """A slide of the script, filled."""
    fill = partial(words.fill, values=known)
    contents: list[Rows | Callable[..., bytes]] = []
    for content in slide.contents:
        if isinstance(content, Table):
            rows = words.get_field(content.each, (), known)[0]
            head = [fill(cell) for cell in content.head]
            filled = [
                [words.fill(c, {**known, **one}) for c in content.row] for one in rows
            ]
            contents.append(Rows(head, filled))
        elif content in charts.CHARTS:
            contents.append(partial(charts.draw, content, facts, words))
        else:
            picture = words.get_value(content, (), pictures)
            contents.append(lambda _, picture=picture: picture)
    title, source = fill(slide.title), fill(slide.source)
    text = [said for one in slide.text if (said := fill(one))]
    add_slide(file, slide.layout, title, source, text, slide.bullets, contents)
