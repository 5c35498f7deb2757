"""Markdown from the API as escaped HTML: what of it is structure, and nothing live.

Headings, paragraphs, lists, tables, strong words and code; anything else, such as a
link, a picture or HTML, stays the characters that were written.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

from components import markup

HEADING = re.compile(r"(#{1,5}) +(.*)")
ITEM = re.compile(r"(?:[-*]|\d+\.) +(.*)")
RULE = re.compile(r"[\s|:-]+")
# Their characters are none that escaping makes or changes.
MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
)


def html_of(markdown: str) -> str:
    # An indented line goes on with the one before.
    lines = re.sub(r"\n {2,}(?=\S)", " ", markdown).splitlines()
    blocks = (_block(kind, list(same)) for kind, same in groupby(lines, _kind))
    return f'<div class="prose">{"".join(blocks)}</div>'


def _kind(line: str) -> str:
    if HEADING.fullmatch(line):
        return "heading"
    if ITEM.fullmatch(line):
        return "item"
    if line.startswith("|"):
        return "row"
    return "text" if line.strip() else "gap"


def _block(kind: str, lines: list[str]) -> str:
    if kind == "heading":
        return "".join(_heading(line) for line in lines)
    if kind == "item":
        items = (_marked(ITEM.sub(r"\1", line)) for line in lines)
        return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    if kind == "row":
        head, *rows = [_cells(line) for line in lines if not RULE.fullmatch(line)]
        return markup.table(head, rows)
    return f"<p>{_marked(' '.join(lines))}</p>" if kind == "text" else ""


def _heading(line: str) -> str:
    """One level down: the page's own title is the first."""
    signs, text = HEADING.sub(r"\1", line), HEADING.sub(r"\2", line)
    return markup.heading(_bare(text), len(signs) + 1)


def _cells(line: str) -> list[str]:
    return [_bare(cell.strip()) for cell in line.strip().strip("|").split("|")]


def _marked(text: str) -> str:
    html = escape(text)
    for mark, tag in MARKS:
        html = mark.sub(tag, html)
    return html


def _bare(text: str) -> str:
    """Without the marks."""
    for mark, _tag in MARKS:
        text = mark.sub(r"\1", text)
    return text
