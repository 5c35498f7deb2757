"""Which part of the work list is looked at: it stands in the address, to be shared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

STATES = ("contested", "second", "evidence", "referred", "open", "draft", "done")
RESULTS = ("granted", "referred", "refused", "withdrawn", "lapsed")
# By how many days before today it begins.
SINCE = {"today": 0, "week": 6, "month": 29}
YES = "true"
STATE, BORDERLINE, RESULT, MINE, SINCE_DAY = (
    *("state", "borderline", "result", "mine", "since"),
)
CHOICES: Mapping[str, tuple[str, ...]] = {
    STATE: STATES,
    BORDERLINE: (YES,),
    RESULT: RESULTS,
    MINE: (YES,),
    SINCE_DAY: tuple(SINCE),
}
CURSOR = "cursor"
# Of these several may be chosen.
SEVERAL = {STATE}

View = Mapping[str, str]


def of_address() -> View:
    """The filters of the address; what is no choice of theirs is left out."""
    view = {}
    for name, choices in CHOICES.items():
        told = st.query_params.get(name, "").split(",")
        chosen = [choice for choice in choices if choice in told]
        if chosen:
            view[name] = ",".join(chosen if name in SEVERAL else chosen[:1])
    return view


def put(name: str, *chosen: str) -> None:
    """Change a filter of the address; the list is shown from its beginning."""
    st.query_params[name] = ",".join(chosen)
    for gone in (CURSOR, *([] if chosen else [name])):
        if gone in st.query_params:
            del st.query_params[gone]


def question(view: View, name: str, today: date) -> dict[str, str]:
    """As the API is asked by the person of this name: "mine" is theirs."""
    asked = {part: text for part, text in view.items() if part not in (MINE, SINCE_DAY)}
    if MINE in view and name:
        asked["reviewer"] = name
    if SINCE_DAY in view:
        # What waits does so whatever the day is: "decided today" is not about it.
        asked.setdefault(STATE, "done")
        asked["since"] = str(today - timedelta(SINCE[view[SINCE_DAY]]))
    return asked
