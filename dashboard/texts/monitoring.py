"""What monitoring wrote, in the language of the page where it came in several."""

from __future__ import annotations

from collections.abc import Mapping

from session.language import code


def translated(texts: object, english: str) -> str:
    """Of `texts` by language the page's; `english` where there is none."""
    text = texts.get(code()) if isinstance(texts, Mapping) else None
    return text if isinstance(text, str) else english


def members(texts: object) -> Mapping[str, object]:
    """The texts of each member of an alert, as its evidence holds them."""
    return texts if isinstance(texts, Mapping) else {}
