"""What of an application is missing, and what it could do: what to ask for next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api_client.answers import MissingAnswer, ModelAnswer
from session.language import _, listed
from texts.entry_steps import Step
from texts.formats import percents_apart

# Of the risk: less is not worth a question.
NOTICED = 0.001


def needed_by_step(
    values: Mapping[str, object], steps: Sequence[Step]
) -> list[tuple[str, str]]:
    """Of each step, by its title, what is needed and not there; steps without left out.

    What is ticked is named by its section, as it is asked for.
    """
    told = []
    for step in steps:
        fields = (part.fields for part in step.folded)
        gaps = [
            field.label
            for field in (*step.fields, *(one for its in fields for one in its))
            if field.needed and values.get(field.name) is None
        ]
        gaps += [
            part.title
            for part in step.ticked
            if any(values.get(field.name) is None for field in part.fields)
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
