"""Small pieces of HTML with every text escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from answers import Reason
from facts import Group
from formats import NOT_GIVEN

PERCENT = re.compile(r"\d[\d.,]* %")


def _safe(text: str) -> str:
    """Escaped, with a number never parted from its per cent sign."""
    return PERCENT.sub(r'<span class="whole">\g<0></span>', escape(text))


def heading(word: str, sentence: str, css_class: str, client: str) -> str:
    """`client` marks whose verdict it is, for whoever reads the page by machine."""
    return (
        f'<div class="verdict {css_class}" data-client="{escape(client)}">'
        f'<p class="word">{_safe(word)}</p><p>{_safe(sentence)}</p></div>'
    )


def figure_text(label: str, value: str, note: str, exact: str, client: str) -> str:
    """A large figure with its label above, a note below, `exact` on hovering."""
    return (
        f'<div class="figure" data-client="{escape(client)}">'
        f'<p class="label">{_safe(label)}</p>'
        f'<p class="number" title="{escape(exact)}">{_safe(value)}</p>'
        f'<p class="note">{_safe(note)}</p></div>'
    )


def reasons(title: str, found: Sequence[Reason], nothing: str, client: str) -> str:
    """A titled list of reasons of one direction, or a sentence that there is none."""
    items = "".join(
        f'<li class="{"raises" if reason.raises_risk else "lowers"}">'
        f"{_safe(reason.text)}</li>"
        for reason in found
    )
    body = f"<ul>{items}</ul>" if items else f"<p>{_safe(nothing)}</p>"
    return (
        f'<div class="reasons" data-client="{escape(client)}">'
        f"<h3>{_safe(title)}</h3>{body}</div>"
    )


def notes(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{_safe(sentence)}</li>" for sentence in sentences)
    return f'<ul class="notes">{items}</ul>'


def small(*lines: str) -> str:
    paragraphs = "".join(f"<p>{_safe(line)}</p>" for line in lines)
    return f'<div class="small">{paragraphs}</div>'


def fact_group(group: Group) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_safe(line.label)}</th><td>{_safe(line.value)}</td></tr>'
        for line in group.lines
    )
    given = f"<table><tbody>{rows}</tbody></table>" if rows else ""
    return (
        f'<section class="facts"><h3>{_safe(group.title)}</h3>'
        f"{given}{_missing(group.missing)}</section>"
    )


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names its rows."""
    head = "".join(f'<th scope="col">{_safe(header)}</th>' for header in headers)
    body = "".join(
        f'<tr><th scope="row">{_safe(row[0])}</th>'
        + "".join(f"<td>{_safe(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="scroll"><table class="plain">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _quiet(value: str) -> str:
    return ' class="gap"' if value == NOT_GIVEN else ""


def _missing(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    return (
        f"<details><summary>{len(labels)} facts {NOT_GIVEN}</summary>"
        f"<p>{_safe('; '.join(labels))}</p></details>"
    )


def status(sign: str, words: str, version: str) -> str:
    return (
        f'<p class="status"><span aria-hidden="true">{_safe(sign)}</span> '
        f'{_safe(words)}</p><p class="status">{_safe(version)}</p>'
    )
