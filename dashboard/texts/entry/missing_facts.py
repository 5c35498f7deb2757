"""What of an application is missing, and what it could do: what to ask for next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from api_client.answers import MissingAnswer, ModelAnswer
from session.language import _, listed
from texts.entry.steps import Step
from texts.formats import percents_apart

# Of the risk: less is not worth a question.
NOTICED = 0.001


def needed_by_step(
    needed: Collection[str], steps: Sequence[Step]
) -> list[tuple[str, str]]:
    """What is needed of each step, by its title; steps that need nothing left out.

    What is ticked is named by its section, as it is asked for.
    """
    told = []
    for step in steps:
        fields = [*step.fields, *(one for part in step.folded for one in part.fields)]
        gaps = [field.label for field in fields if field.name in needed]
        gaps += [
            part.title
            for part in step.ticked
            if any(field.name in needed for field in part.fields)
        ]
        if gaps:
            told.append((step.title, listed(gaps)))
    return told


def asked_next(missing: MissingAnswer, model: ModelAnswer) -> list[str]:
    sentences = []
    for one in missing.missing:
        if one.highest - one.lowest < NOTICED:
            continue
        low, high = percents_apart(one.lowest, one.highest)
        sentences.append(
            _(
                "{fact}: could move the risk between {low} and {high}.",
                fact=model.column(one.column).label,
                low=low,
                high=high,
            )
        )
    return sentences
