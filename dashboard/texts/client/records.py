"""A client's records in words: each table's name, its rows, and when they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api_client.answers import ModelAnswer, ReasonAnswer, RecordTable
from api_client.meaning import APPLICATION, CLIENT, Descriptor, Value, in_words
from session.address import address
from session.language import _
from session.work_view import View
from texts.cells import Cell, Exact, Link
from texts.formats import (
    DATE,
    DAYS_PER_MONTH,
    days_from_application,
    not_given,
    value_text,
    whole,
)

PAGE, TABLE = "file", "table"
RECORD = "record"
NUMBERS = {CLIENT, RECORD}
# Told in words; other numbers stand in a file as they are.
IN_WORDS = {"days", "months", "years", "flag", "hour"}
GAP = "–"


@dataclass(frozen=True)
class Span:
    """A record from its first to its last date, in days; none is after 0."""

    first: float
    last: float

    @property
    def words(self) -> str:
        first, last = map(days_from_application, (self.first, self.last))
        return (
            first if first == last else _("{first} to {last}", first=first, last=last)
        )


def titles(model: ModelAnswer) -> Mapping[str, str]:
    """What the records of each table are called; two of one name by theirs, too."""
    tables = model.tables.items()
    called = {name: in_words(table.labels, name) for name, table in tables}
    often = Counter(called.values())
    named = {n: one if often[one] == 1 else f"{one} ({n})" for n, one in called.items()}
    return named | {APPLICATION: _("Application")}


def counted(table: RecordTable, title: str) -> str:
    if not table.imported:
        return _("{table}: not imported", table=title)
    if not table.rows:
        return _("{table}: none", table=title)
    return _("{table}: {number}", table=title, number=whole(len(table.rows)))


def origin_text(table: str, model: ModelAnswer) -> str:
    """Where its records come from; nothing where that is not known here."""
    known = {
        "credit_bureau": _("From the credit bureau."),
        "outside_scores": _("From outside agencies."),
        "earlier_applications": _("From earlier applications here."),
        "repayments": _("From repayments of earlier loans here."),
        "lender": _("From the lender's own records."),
    }
    declared = model.tables.get(table)
    return known.get((declared.origin if declared else None) or "", "")


def rows_of(
    table: RecordTable, model: ModelAnswer
) -> tuple[list[str], list[list[Cell]], list[str]]:
    """Headers, rows, and the labels of columns of which nothing is given.

    The number of the record comes first; the client's says nothing.
    """
    described = [model.recorded(table.table, name) for name in table.columns]
    places = [at for at, what in enumerate(described) if what.role != CLIENT]
    places.sort(key=lambda at: described[at].role != RECORD)
    cells = {at: [_cell(row[at], described[at]) for row in table.rows] for at in places}
    empty = [at for at in places if set(cells[at]) == {GAP}]
    shown = [at for at in places if at not in empty]
    rows = [list(row) for row in zip(*(cells[at] for at in shown), strict=True)]
    return (
        [described[at].label for at in shown],
        rows,
        [described[at].label for at in empty],
    )


def spans(table: RecordTable, model: ModelAnswer) -> list[Span]:
    """When its records were, as far as they are dated."""
    described = [model.recorded(table.table, name) for name in table.columns]
    dated = [at for at, what in enumerate(described) if what.role == DATE]
    dated = dated or [at for at, what in enumerate(described) if _is_month(what)]
    found = []
    for row in table.rows:
        days = list(_days([(row[at], described[at]) for at in dated]))
        if days:
            found.append(Span(min(days), max(days)))
    return found


def links(
    reason: ReasonAnswer, model: ModelAnswer, client: object, view: View
) -> list[Link]:
    """To the tables that a reason's facts come from, or else its other features."""
    facts = {fact.feature for fact in reason.facts}
    features = [one for one in model.features if one.name in facts]
    features = features or [one for one in model.features if one.group == reason.group]
    named = titles(model)
    return [
        Link(
            _("On file: {table}", table=named[table]),
            address(PAGE, client=client, table=table, **view),
        )
        for table in dict.fromkeys(feature.table for feature in features)
        if table in named
    ]


def _cell(value: Value, what: Descriptor) -> Cell:
    if what.role in NUMBERS and value is not None:
        return str(value)
    text = value_text(value, what)
    if text == not_given():
        return GAP
    if isinstance(value, int | float) and what.unit not in IN_WORDS:
        return Exact(text, value)
    return text


def _is_month(what: Descriptor) -> bool:
    """Months back from the application, not how many there are."""
    return what.unit == "months" and what.bounds is not None and what.bounds[1] <= 0


def _days(dates: Sequence[tuple[Value, Descriptor]]) -> Iterator[float]:
    for value, what in dates:
        if isinstance(value, int | float) and value not in what.missing:
            yield min(value * (DAYS_PER_MONTH if what.unit == "months" else 1), 0)
