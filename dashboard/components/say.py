"""The sentences of a page, put there as the text that they are.

Streamlit's own pieces read Markdown: they make a link or a picture of what somebody
else wrote into an address, a file or an answer of the API. So every page speaks through
these, and Streamlit's widgets are labelled with constant sentences only.
"""

from __future__ import annotations

import streamlit as st

from components import markdown, markup


def title(text: str) -> None:
    st.html(markup.heading(text, 1))


def text(sentence: str) -> None:
    st.html(markup.sentence(sentence, "text"))


def caption(sentence: str) -> None:
    st.html(markup.sentence(sentence, "caption"))


def info(sentence: str) -> None:
    st.html(markup.notice(sentence, "info"))


def success(sentence: str) -> None:
    st.html(markup.notice(sentence, "success"))


def warning(sentence: str) -> None:
    st.html(markup.notice(sentence, "warning", "alert"))


def error(sentence: str, first: str = "") -> None:
    """`first` stands before the sentence and out from it."""
    st.html(markup.notice(sentence, "error", "alert", first))


def metric(label: str, value: str) -> None:
    st.html(markup.metric(label, value))


def written(text: str) -> None:
    """A text of several paragraphs from the API."""
    st.html(markdown.html_of(text))
