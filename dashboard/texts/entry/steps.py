"""In which steps an application is asked for, and what first: as the model tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api_client.answers import Column, Importance, ModelAnswer
from api_client.meaning import APPLICATION, CLIENT, in_words
from session.language import _
from texts.client.loan_terms import AMOUNT, GOODS_PRICE, INSTALMENTS
from texts.entry.fields import APPLIED, FLAG, Field, field_of
from texts.formats import BIRTH

MOST = 5
# Of the weight of a step's fields, what is not folded.
SHOWN = 0.9
# Of the columns on which a loan is asked for, in this order.
LOAN = (AMOUNT, INSTALMENTS, "instalment", GOODS_PRICE, "product")
# As in a formula: SCORE_1..3.
_RANGE = re.compile(r"(\w*?)([0-9]+)\.\.([0-9]+)")


@dataclass(frozen=True)
class Part:
    """What is read together: `title` is its section's."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Step:
    """`ticked`: yes or no, all of them needed; `folded`: what weighs little."""

    title: str
    fields: tuple[Field, ...]
    ticked: list[Part]
    folded: list[Part]


def steps_of(model: ModelAnswer, importance: Importance) -> tuple[Step, ...]:
    """The loan, then a section in each, and what is left in the last."""
    weights = weights_of(model, importance)
    asked = [
        column
        for column in model.columns.values()
        if column.role != CLIENT
        and (column.role or not column.nullable or column.name in weights)
    ]
    parts = [_part(title, its, weights) for title, its in _sections(asked, model)]
    alone = MOST if len(parts) <= MOST else MOST - 1
    steps = [_step(part.title, [part], weights) for part in parts[:alone]]
    if rest := parts[alone:]:
        steps.append(_step(_("Papers and other facts"), rest, weights))
    return tuple(steps)


def weights_of(model: ModelAnswer, importance: Importance) -> Mapping[str, float]:
    """What the features that are made of each column weigh; of no other columns."""
    sizes = {one.feature: one.mean_absolute for one in importance.features}
    weights: dict[str, float] = {}
    for feature in model.features:
        for name in _words(f"{feature.name} {feature.formula}") & set(model.columns):
            weights[name] = weights.get(name, 0.0) + sizes.get(feature.name, 0.0)
    return weights


def _words(formula: str) -> set[str]:
    words = set(re.findall(r"\w+", formula))
    for stem, first, last in _RANGE.findall(formula):
        words |= {f"{stem}{number}" for number in range(int(first), int(last) + 1)}
    return words


def _sections(
    asked: list[Column], model: ModelAnswer
) -> list[tuple[str, list[Column]]]:
    """That of the loan first; those that the lender declares, or else the reasons'."""
    loan = next((one.name for one in asked if one.role == AMOUNT), "")
    declared = [in_words(one, "") for one in model.tables[APPLICATION].sections]
    other, together = _("Other"), _together(asked, model)
    titles = [together.get(loan, other), *(declared or together.values()), other]
    by_title: dict[str, list[Column]] = {title: [] for title in titles}
    for column in asked:
        by_title[together.get(column.name, other)].append(column)
    if not declared:
        # A reason that is about one fact alone makes no section.
        for title in [one for one, its in by_title.items() if len(its) == 1]:
            by_title[other] += by_title.pop(title) if title != other else []
    by_title[other] = by_title.pop(other)
    return [(title, its) for title, its in by_title.items() if its]


def _together(asked: list[Column], model: ModelAnswer) -> Mapping[str, str]:
    """The title of what each column is read with, if it is with any."""
    sections = model.tables[APPLICATION].sections
    if sections:
        return {
            one.name: in_words(sections[one.section], "")
            for one in asked
            if one.section is not None
        }
    groups = {one.name: model.describe(one.name).group for one in asked}
    titles = {name: model.group_label(group) for name, group in groups.items() if group}
    of_loan = [one.name for one in asked if one.role in LOAN]
    known = (titles[name] for name in of_loan if name in titles)
    return titles | dict.fromkeys(of_loan, next(known, _("The loan asked for")))


def _part(title: str, columns: list[Column], weights: Mapping[str, float]) -> Part:
    """The columns of the loan as they are spoken of, the others by their weight."""

    def place(column: Column) -> tuple[float, ...]:
        told = LOAN.index(column.role) if column.role in LOAN else len(LOAN)
        return told, -weights.get(column.name, 0.0)

    return Part(title, tuple(field_of(one) for one in sorted(columns, key=place)))


def _step(title: str, parts: list[Part], weights: Mapping[str, float]) -> Step:
    ticked = _only(parts, lambda one: one.kind == FLAG and one.needed)
    others = _only(parts, lambda one: one.kind != FLAG or not one.needed)
    fields = [field for part in others for field in part.fields]
    if len(parts) > 1:
        fields.sort(key=lambda one: -weights.get(one.name, 0.0))
    shown, seen = [], 0.0
    most = SHOWN * sum(weights.get(one.name, 0.0) for one in fields)
    for field in fields:
        role = field.column.role or ""
        if field.needed or role in {*LOAN, BIRTH, APPLIED} or seen < most:
            shown.append(field)
        seen += weights.get(field.name, 0.0)
    folded = _only(others, lambda one: one not in shown)
    return Step(title, tuple(shown), ticked, folded)


def _only(parts: list[Part], wanted: Callable[[Field], bool]) -> list[Part]:
    kept = [Part(one.title, tuple(filter(wanted, one.fields))) for one in parts]
    return [part for part in kept if part.fields]
