"""An application that is being entered: the draft that the API keeps, and the page's.

What is typed is sent as soon as it can be; what cannot stays here with its fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from api_client.answers import DraftAnswer, FieldProblem, MissingAnswer
from api_client.cache import current_model, scoring_api
from api_client.errors import ApiError, Conflict, Refused
from api_client.meaning import Value
from session.language import _, listed
from texts.entry.fields import APPLIED, NO, YES, Field, day_of
from texts.entry.record_files import Fault

ENTRIES, BEGUN = "entries", "entries_begun"
# Of a draft that the API does not keep yet.
NONE_YET = ""
Records = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Content:
    """All that is kept of an application."""

    reference: str | None
    application: Mapping[str, Value]
    records: Records

    @property
    def body(self) -> dict[str, object]:
        named = {"reference": self.reference} if self.reference else {}
        return {**named, "application": self.application, **self.records}


@dataclass(frozen=True)
class Put:
    """What was put into a widget, and the fields it is of: those that are ticked."""

    fields: tuple[Field, ...]
    content: Any


@dataclass(frozen=True)
class Dropped:
    """A file and how many records of each table were kept, or what is wrong in it."""

    name: str
    kept: Mapping[str, int]
    faults: Sequence[Fault] = ()


@dataclass
class Entry:
    """`name` stands in the keys of its widgets; `put` is by these keys.

    `unsent`: values that the API did not get; `mistyped`: what a field holds that
    cannot be sent, and why; both by the name of the column. `told`: what was lost.
    """

    name: str
    draft: DraftAnswer | None
    step: int = 0
    put: dict[str, Put] = field(default_factory=dict)
    unsent: dict[str, Value] = field(default_factory=dict)
    mistyped: dict[str, tuple[str, str]] = field(default_factory=dict)
    dropped: dict[str, Dropped] = field(default_factory=dict)
    told: str = ""
    trouble: ApiError | None = None
    missing: tuple[int, MissingAnswer] | None = None

    @property
    def content(self) -> Content:
        draft = self.draft
        if draft is not None:
            return Content(draft.reference, draft.application, draft.records)
        # Dates are counted from the day of the application, where it has one.
        columns = current_model().columns.values()
        dated = [one.name for one in columns if one.role == APPLIED]
        return Content(None, dict.fromkeys(dated, self.day.isoformat()), {})

    @property
    def values(self) -> Mapping[str, Value]:
        """As they are on the page."""
        return {**self.content.application, **self.unsent}

    @property
    def needed(self) -> Sequence[str]:
        """What there is no decision without, and is not kept yet."""
        if self.draft is not None:
            return self.draft.needed
        columns = current_model().columns.values()
        return [one.name for one in columns if not one.nullable]

    @property
    def day(self) -> date:
        return day_of(self.draft, current_model())

    @property
    def decided(self) -> bool:
        return self.draft is not None and self.draft.state != "draft"


def entry_of(client_id: str) -> Entry:
    """What this session has of the draft; asked for where it has nothing of it."""
    entries = _entries()
    if client_id not in entries:
        draft = scoring_api().draft(client_id) if client_id else None
        begun = st.session_state[BEGUN] = st.session_state.get(BEGUN, 0) + 1
        entries[client_id] = Entry(str(begun), draft)
    return entries[client_id]


def forget_entry(client_id: str) -> None:
    """Ask for it anew, or begin with nothing."""
    _entries().pop(client_id, None)


def collect(entry: Entry) -> None:
    """Send what was typed or chosen since the page was drawn.

    By comparing, not by the widgets' callbacks: a run that is cut short loses nothing.
    """
    reference, changed = entry.content.reference, dict(entry.unsent)
    for key, put in entry.put.items():
        content = st.session_state.get(key, put.content)
        if content == put.content:
            continue
        if not put.fields:
            reference = " ".join(str(content or "").split()) or None
        elif isinstance(content, list):
            changed |= ticked(put.fields, content)
        else:
            changed |= _read(entry, put.fields[0], content)
    if changed or reference != entry.content.reference:
        send(entry, changed, reference)


def ticked(fields: Sequence[Field], names: Sequence[str]) -> dict[str, Value]:
    return {one.name: YES if one.name in names else NO for one in fields}


def send(entry: Entry, changed: Mapping[str, Value], reference: str | None) -> None:
    """Values, None where one is taken back; what is refused stays beside its field."""
    entry.unsent, drawn = dict(changed), _drawn(entry)
    values = {name: one for name, one in entry.values.items() if one is not None}
    problems = save(
        entry,
        Content(reference, values, entry.content.records),
        listed(drawn[name].label for name in changed) or str(reference),
    )
    if entry.trouble is None:
        entry.unsent = {}
    refused = {one.path.split("/")[-1] for one in problems}
    for name in refused & changed.keys():
        text = drawn[name].typed(changed[name], entry.day)
        entry.mistyped[name] = (text, drawn[name].refusal(text, entry.day))
    rest = {name: value for name, value in changed.items() if name not in refused}
    if problems and len(rest) < len(changed) and rest:
        send(entry, rest, reference)


def save(entry: Entry, content: Content, what: str) -> Sequence[FieldProblem]:
    """Have the API keep all of the draft; what it refuses of it.

    `what` is lost where somebody else was faster. The answer is held by the entry
    before anything else is done: a new run may cut this one short.
    """
    entry.told, entry.trouble = "", None
    entries, api = _entries(), scoring_api()
    try:
        if entry.draft is None:
            entry.draft = api.begin(content.body)
            entries[entry.draft.client_id] = entry
            entries.pop(NONE_YET, None)
        elif content != entry.content:
            entry.draft = api.change(entry.draft, content.body)
    except Conflict:
        _take_theirs(entry, content, what)
    except Refused as error:
        if error.faults:
            return error.faults
        entry.trouble = error
    except ApiError as error:
        entry.trouble = error
    return ()


def _entries() -> dict[str, Entry]:
    entries: dict[str, Entry] = st.session_state.setdefault(ENTRIES, {})
    return entries


def _read(entry: Entry, field: Field, content: Any) -> Mapping[str, Value]:
    """What is to be sent: None where it is empty, nothing where it is wrong."""
    entry.mistyped.pop(field.name, None)
    if field.kind in {"choice", "flag"}:
        return {field.name: content}
    if not str(content or "").strip():
        return {field.name: None}
    value = field.read(content, entry.day)
    if value is None:
        entry.mistyped[field.name] = (content, field.refusal(content, entry.day))
        return {}
    return {field.name: value}


def _drawn(entry: Entry) -> Mapping[str, Field]:
    return {one.name: one for put in entry.put.values() for one in put.fields}


def _take_theirs(entry: Entry, content: Content, what: str) -> None:
    """Show what is kept; unless it is ours, which was sent twice."""
    if entry.draft is None:
        return
    try:
        entry.draft = scoring_api().draft(entry.draft.client_id)
    except ApiError as error:
        entry.trouble = error
        return
    if entry.content != content:
        entry.told = _(
            "Somebody else changed this application in the meantime: what they wrote "
            "is shown. Not kept of yours: {what}.",
            what=what,
        )
