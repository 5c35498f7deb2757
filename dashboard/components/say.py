"""The sentences of a page, put there as the text that they are.

Streamlit's own pieces read Markdown: they make a link or a picture of what somebody
else wrote into an address, a file or an answer of the API. So every page speaks through
these, and Streamlit's widgets are labelled with constant sentences, in which a text
stands by `literal` only.
"""

from __future__ import annotations

from string import punctuation

import streamlit as st

from components import markdown, markup

_SIGNS = frozenset(punctuation)
_JOINER = "\u2060"


def literal(text: object) -> str:
    """A text within the label of a widget, where Markdown would make more of it.

    A joiner of no width stands behind a colon, before a dot and between two signs:
    Streamlit draws pictures, arrows, dashes and links of what they hold apart, even
    where each sign is escaped.
    """
    shown = str(text)
    written = []
    for one, after in zip(shown, f"{shown[1:]} ", strict=False):
        apart = one == ":" or after == "." or {one, after} <= _SIGNS
        written.append(f"\\{one}" if one in _SIGNS else one)
        written.append(_JOINER if apart else "")
    return "".join(written)


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
