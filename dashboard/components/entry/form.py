"""The widgets of an application's fields: each filled with what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components import say
from components.entry.draft import Entry, Put, send, ticked
from session.language import _, code
from texts.entry.fields import YES, Field
from texts.entry.steps import Part, Step

LONGEST_TYPED, LONGEST_REFERENCE = 64, 200
SIDE_BY_SIDE = 2


def reference_field(entry: Entry) -> None:
    st.text_input(
        _("Reference: your own number or name for it"),
        key=_put(entry, "reference", (), entry.content.reference or ""),
        max_chars=LONGEST_REFERENCE,
    )


def step_fields(entry: Entry, step: Step) -> None:
    """What matters most, what is ticked, and behind a click what matters least."""
    _rows(entry, step.fields)
    for part in step.ticked:
        _ticks(entry, part)
    for part in step.folded:
        title = part.title if part.title != step.title else _("Less important")
        key = f"folded_{part.title}_{entry.name}"
        label = _("{title} ({number})", title=title, number=len(part.fields))
        opened = st.expander(say.literal(label), key=key, on_change="rerun")
        if opened.open:
            with opened:
                _rows(entry, part.fields)


def _rows(entry: Entry, fields: Sequence[Field]) -> None:
    """Side by side, so that the Tab key goes as the eye does."""
    for first in range(0, len(fields), SIDE_BY_SIDE):
        places = st.columns(SIDE_BY_SIDE, gap="small")
        beside = fields[first : first + SIDE_BY_SIDE]
        for place, field in zip(places, beside, strict=False):
            with place:
                _field(entry, field)


def _field(entry: Entry, field: Field) -> None:
    value = entry.values.get(field.name)
    label = say.literal(field.asked)
    if field.needed:
        label = _("{fact} *", fact=say.literal(field.asked))
    mistyped = entry.mistyped.get(field.name)
    if field.kind in {"choice", "flag"}:
        others = () if value is None or value in field.options else (value,)
        st.selectbox(
            label,
            (*field.options, *others),
            index=None,
            key=_put(entry, field.name, (field,), value),
            format_func=lambda one: say.literal(field.word(one)),
            placeholder=_("Choose"),
        )
        if entry.draft and field.name in entry.draft.unknown:
            say.warning(
                _(
                    "“{text}” is not known to the model, and counts as missing.",
                    text=field.word(value),
                )
            )
    else:
        text = mistyped[0] if mistyped else field.typed(value, entry.day)
        st.text_input(
            label,
            key=_put(entry, field.name, (field,), text),
            max_chars=LONGEST_TYPED,
        )
    # Below, not behind a sign: nobody has to tab over a sign for each field.
    if told := field.help:
        say.caption(told)
    if mistyped:
        say.error(mistyped[1])


def _ticks(entry: Entry, part: Part) -> None:
    """Yes or no to each: no to what is not chosen, once anything is said of any."""
    names = [field.name for field in part.fields]
    labels = {field.name: field.label for field in part.fields}
    said = [name for name in names if name in entry.values]
    st.pills(
        _("{fact} *", fact=say.literal(part.title)),
        names,
        selection_mode="multi",
        format_func=lambda name: say.literal(labels[name]),
        key=_put(
            entry,
            f"ticked_{part.title}",
            part.fields,
            [name for name in said if entry.values[name] == YES],
        ),
    )
    if len(said) == len(names):
        say.caption(_("What is not chosen counts as “no”."))
    else:
        st.button(
            _("No to all that is not chosen: {title}", title=say.literal(part.title)),
            key=f"none_{part.title}_{entry.name}",
            on_click=_say_no,
            args=(entry, part),
        )


def _say_no(entry: Entry, part: Part) -> None:
    chosen = [one.name for one in part.fields if entry.values.get(one.name) == YES]
    send(entry, ticked(part.fields, chosen), entry.content.reference)


def _put(entry: Entry, name: str, fields: tuple[Field, ...], content: Any) -> str:
    """The key of the widget that now holds `content`.

    Each language has its own: what they hold is formatted.
    """
    key = f"{name}_{entry.name}_{code()}"
    if st.session_state.get(key) != content:
        st.session_state[key] = content
    entry.put[key] = Put(fields, content)
    return key
