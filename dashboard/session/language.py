"""The page's language: English as the code says it, others from the catalogues.

`_` translates a sentence, `plural` one that counts, and `mark` leaves a constant for
`_` to translate later. Values go in by name, so that a translation may move them.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "fr": "Français"}
# Where numbers and dates are not those of the language's first country.
LOCALES = {"en": "en_GB"}
SOURCE = "en"
CATALOGUES = Path(__file__).parents[1] / "locale"
CHOSEN, PARAMETER = "language", "lang"


def code() -> str:
    """The language of this session, one of LANGUAGES."""
    return str(st.session_state.get(CHOSEN, SOURCE))


def locale() -> str:
    """The locale that numbers and dates are written in."""
    return LOCALES.get(code(), code())


def timezone() -> tzinfo:
    """That of the browser, whose word it is; UTC where it names none that is known."""
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


def choose() -> None:
    """Take the language that the address asks for, else the browser's, once."""
    parameter = st.query_params.get(PARAMETER)
    if parameter in LANGUAGES:
        st.session_state[CHOSEN] = parameter
    elif CHOSEN not in st.session_state:
        preferred = (st.context.locale or SOURCE).split("-")[0]
        st.session_state[CHOSEN] = preferred if preferred in LANGUAGES else SOURCE


def switch_to(language: str) -> None:
    st.session_state[CHOSEN] = language
    st.query_params[PARAMETER] = language


def _(sentence: str, /, **values: object) -> str:
    return _translations(code()).gettext(sentence).format(**values)


def plural(singular: str, many: str, count: int, /, **values: object) -> str:
    sentence = _translations(code()).ngettext(singular, many, count)
    return sentence.format(**values)


def mark(sentence: str) -> str:
    return sentence


def spaced(french: str) -> str:
    """With the narrow spaces at which no line breaks, as French sets its signs."""
    return re.sub(" ([;:!?»])", "\u202f\\1", french).replace("« ", "«\u202f")


def listed(parts: Iterable[str]) -> str:
    """Parts that hold commas of their own, in a row."""
    return _("; ").join(parts)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    path = CATALOGUES / language / "LC_MESSAGES" / "dashboard.po"
    text = path.read_text("utf-8")
    if language == "fr":
        text = spaced(text)
    catalogue = read_po(StringIO(text), locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
