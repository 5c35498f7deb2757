"""What every page is made of: cards, charts with their words and numbers, tables."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from charts import axes
from charts.axes import Table
from components import markup, say
from session.language import LANGUAGES, _, code, switch_to
from texts.formats import decimal_and_group

PRODUCT = "Prêt à dépenser"
PLOTLY = {"displayModeBar": False}


def card(key: str) -> DeltaGenerator:
    """A framed part of the page; neighbours in columns are equally high."""
    return st.container(key=key, border=True, height="stretch", gap="xsmall")


def chart(figure: Figure, key: str, sentence: str, table: Callable[[], Table]) -> None:
    """A chart, what it shows in a sentence, and its numbers as a table on demand."""
    say.caption(sentence)
    figure.update_layout(separators=decimal_and_group())
    st.plotly_chart(axes.plain(figure), key=f"{key}_chart", config=PLOTLY, alt=sentence)
    numbers(f"{key}_numbers", table, sentence, _("The same as a table"))


def numbers(key: str, table: Callable[[], Table], caption: str, label: str) -> None:
    """A table behind a click; it is made only when it is opened."""
    opened = st.expander(label, key=key, on_change="rerun")
    if opened.open:
        headers, rows = table()
        opened.html(markup.table(headers, rows, caption))


def on_demand(opened: ExpanderContainer, draw: Callable[[], None]) -> None:
    """What an expander holds that reruns when it is opened; it is made only then."""
    if opened.open:
        with opened:
            draw()


def language_switch() -> None:
    st.session_state["language_switch"] = code()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language_switch",
        required=True,
        on_change=_switch,
        label_visibility="collapsed",
    )


def _switch() -> None:
    switch_to(st.session_state["language_switch"])
