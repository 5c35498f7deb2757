"""A client's application, in the order an officer thinks about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api_client.answers import ApplicationFact, ModelAnswer
from api_client.meaning import APPLICATION, CLIENT, in_words
from session.language import _
from texts.cells import Cell
from texts.formats import not_given, value_text

FEW = 4


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class Group:
    """Facts of one kind; `missing` are the labels of gaps too many to list."""

    title: str
    lines: tuple[Line, ...]
    missing: tuple[str, ...]


def group_facts(
    application: Sequence[ApplicationFact], model: ModelAnswer
) -> tuple[Group, ...]:
    """The sections that have any fact at all, in the model's order, others last."""
    sections = model.tables[APPLICATION].sections
    titles = [in_words(section, _("Other")) for section in sections] + [_("Other")]
    facts: list[list[ApplicationFact]] = [[] for title in titles]
    for fact in application:
        if model.column(fact.name).role != CLIENT:
            column = model.columns.get(fact.name)
            section = column.section if column else None
            facts[-1 if section is None else section].append(fact)
    grouped = zip(titles, facts, strict=True)
    return tuple(_group(title, its, model) for title, its in grouped if its)


def _group(title: str, facts: list[ApplicationFact], model: ModelAnswer) -> Group:
    described = [(model.column(fact.name), fact.value) for fact in facts]
    lines = [Line(one.label, value_text(value, one)) for one, value in described]
    gaps = tuple(line.label for line in lines if line.value == not_given())
    if len(gaps) <= FEW:
        return Group(title, tuple(lines), ())
    return Group(
        title, tuple(line for line in lines if line.value != not_given()), gaps
    )


def facts_table(groups: Sequence[Group]) -> tuple[list[str], list[list[Cell]]]:
    """All facts as one table, those that are missing too."""
    rows: list[list[Cell]] = []
    for group in groups:
        rows += [[group.title, line.label, line.value] for line in group.lines]
        rows += [[group.title, label, not_given()] for label in group.missing]
    return [_("Kind"), _("Fact"), _("Value")], rows
