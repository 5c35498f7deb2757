"""Small pieces of HTML with every text escaped."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from secrets import token_hex

from session.language import _, listed, plural
from texts.cells import Act, Cell, Link, as_csv, shown
from texts.client.application import Group
from texts.formats import not_given, percent

CROWDED = 0.25
LONGEST_FILE_NAME = 60
SCALE_ENDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


def verdict(word: str, sentence: str, css_class: str, client: str) -> str:
    """`client` marks whose verdict it is, for whoever reads the page by machine."""
    return (
        f'<div class="verdict {escape(css_class)}" data-client="{escape(client)}">'
        f'<h2 class="word">{escape(word)}</h2><p>{escape(sentence)}</p></div>'
    )


def standing(title: str, sentence: str, css_class: str) -> str:
    return (
        f'<div class="standing {escape(css_class)}">'
        f'<p class="label">{escape(title)}</p>'
        f"<p>{escape(sentence)}</p></div>"
    )


def badge(word: str, css_class: str) -> str:
    return f'<p class="badge {escape(css_class)}">{escape(word)}</p>'


def figure_text(
    label: str, value: str, note: str, exact: str, client: str, level: int = 3
) -> str:
    """A large figure with its heading above, a note below, `exact` on hovering."""
    return (
        f'<div class="figure" data-client="{escape(client)}">'
        f'<h{level} class="label">{escape(label)}</h{level}>'
        f'<p class="number" title="{escape(exact)}">{escape(value)}</p>'
        f'<p class="note">{escape(note)}</p></div>'
    )


def scale_end(probability: float, threshold: float) -> float:
    """Where the gauge ends, so that the limit stands clear of both sides."""
    least = max(min(1, 2.5 * threshold), probability)
    return next(end for end in SCALE_ENDS if end >= least)


def gauge(
    probability: float, threshold: float, interval: tuple[float, float], sentence: str
) -> str:
    """The risk on a scale with the limit and the band around it; zones are named."""
    end = scale_end(probability, threshold)

    def position(share: float) -> str:
        return f"{100 * min(share, end) / end:.2f}%"

    low, high = interval
    # A limit near the left end has its name to the right of its line.
    crowded = threshold < CROWDED * end
    zero, label = ("", "at right") if crowded else (percent(0, 0), "at")
    offered, advised = escape(_("can be offered")), escape(_("advised against"))
    mark = escape(_("limit {limit}", limit=percent(threshold)))
    side = "lowers" if probability < threshold else "raises"
    return (
        f'<div class="gauge" role="img" aria-label="{escape(sentence)}">'
        f'<div class="zones"><span>{offered}</span><span>{advised}</span></div>'
        f'<div class="track"><i class="open" style="width:{position(low)}"></i>'
        f'<i class="unsure" style="left:{position(low)};'
        f'width:calc({position(high)} - {position(low)})"></i>'
        f'<i class="closed" style="left:{position(high)};right:0"></i>'
        f'<b class="bar {side}" style="width:{position(probability)}"></b>'
        f'<b class="limit" style="left:{position(threshold)}"></b></div>'
        f'<div class="scale"><span>{zero}</span>'
        f'<span class="{label}" style="left:{position(threshold)}">'
        f"{mark}</span>"
        f"<span>{percent(end, 0)}</span></div></div>"
    )


def reasons(
    title: str,
    pairs: Sequence[tuple[str, Sequence[str | Link]]],
    side: str,
    nothing: str,
    client: str,
) -> str:
    """A titled list of (reason, facts), or a sentence that there is none.

    Without a title there is nothing to list.
    `side`: what they do, raises or lowers, or that they are rules.
    """
    if not title:
        return ""
    items = "".join(
        f'<li class="{side}"><span class="why">{escape(text)}</span>'
        + "".join(f'<span class="fact">{_cell(fact)}</span>' for fact in facts)
        + "</li>"
        for text, facts in pairs
    )
    body = f"<ul>{items}</ul>" if items else f"<p>{escape(nothing)}</p>"
    return (
        f'<div class="reasons" data-client="{escape(client)}">'
        f"<h2>{escape(title)}</h2>{body}</div>"
    )


@dataclass(frozen=True)
class RuleText:
    """A rule in words; `protected` is empty where nothing of it is."""

    code: str
    effect: str
    css_class: str
    when_title: str
    when: Sequence[str]
    then_title: str
    then: str
    sentence: str
    protected: str
    where: str


def rules(told: Sequence[RuleText]) -> str:
    return f'<div class="rules">{"".join(map(_rule, told))}</div>'


def _rule(rule: RuleText) -> str:
    when = "".join(f"<li>{escape(one)}</li>" for one in rule.when)
    mark = (
        f'<p class="protected">{escape(rule.protected)}</p>' if rule.protected else ""
    )
    return (
        f'<section class="rule {escape(rule.css_class)}">'
        f'<h3 class="card">{escape(rule.effect)} <code>{escape(rule.code)}</code></h3>'
        f"<dl><dt>{escape(rule.when_title)}</dt><dd><ul>{when}</ul></dd>"
        f"<dt>{escape(rule.then_title)}</dt><dd>{escape(rule.then)}"
        f"<q>{escape(rule.sentence)}</q></dd></dl>"
        f'{mark}<p class="where">{escape(rule.where)}</p></section>'
    )


def notes(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="notes">{items}</ul>'


def remarks(told: Sequence[tuple[str, str]]) -> str:
    """What somebody wrote, and who and when below it."""
    items = "".join(
        f"<li><p>{escape(text)}</p><p>{escape(by)}</p></li>" for text, by in told
    )
    return f'<ul class="remarks">{items}</ul>'


def ticks(title: str, told: Sequence[tuple[bool, str, str]]) -> str:
    """A list to tick off: whether it is done, what, and how it stands in words."""
    if not told:
        return ""
    items = "".join(
        f'<li class="{"met" if met else "unmet"}">{escape(text)} '
        f"<b>{escape(state)}</b></li>"
        for met, text, state in told
    )
    return f'<div class="ticks"><h3>{escape(title)}</h3><ul>{items}</ul></div>'


def small(*lines: str) -> str:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<div class="small">{paragraphs}</div>'


def heading(text: str, level: int = 2) -> str:
    """A card's heading, or one inside it."""
    return f'<h{level} class="card">{escape(text)}</h{level}>'


def spoken(text: str) -> str:
    """A short message that a screen reader says as soon as it appears."""
    return f'<p class="spoken" role="status">{escape(text)}</p>'


def fact_group(group: Group) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(line.label)}</th>'
        f"<td{_quiet(line.value)}>{escape(line.value)}</td></tr>"
        for line in group.lines
    )
    table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
    return (
        f'<section class="facts"><h2>{escape(group.title)}</h2>'
        f"{table}{_missing(group.missing)}</section>"
    )


def sentence(text: str, css_class: str) -> str:
    return f'<p class="sentence {css_class}">{escape(text)}</p>'


def notice(text: str, css_class: str, role: str = "status", first: str = "") -> str:
    """A sentence in a box; `first` stands before it and out from it."""
    strong = f"<strong>{escape(first)}</strong> " if first else ""
    return f'<p class="notice {css_class}" role="{role}">{strong}{escape(text)}</p>'


def metric(label: str, value: str) -> str:
    return (
        f'<div class="metric"><p class="label">{escape(label)}</p>'
        f'<p class="value">{escape(value)}</p></div>'
    )


def link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" target="_blank">{escape(text)}</a>'


def way(address: str, text: str) -> str:
    """To another page of ours: page.js goes there within the session."""
    return f'<a class="way" href="{escape(address)}">{escape(text)}</a>'


def ways(label: str, links: Sequence[tuple[str, str]]) -> str:
    """Addresses and what leads there, as a landmark of this name."""
    items = "".join(way(address, text) for address, text in links)
    return f'<nav class="ways" aria-label="{escape(label)}">{items}</nav>'


def product(name: str, tagline: str) -> str:
    return (
        f'<p class="product" id="product">{escape(name)}</p>'
        f'<p class="tagline">{escape(tagline)}</p>'
    )


def section(name: str) -> str:
    return f'<p class="section">{escape(name)}</p>'


def columns(blocks: Sequence[str]) -> str:
    """Pieces of HTML side by side, as many as there is room for."""
    return f'<div class="fact-columns">{"".join(blocks)}</div>'


def script(file: Path) -> str:
    """A script of our own, from beside the pages."""
    return f"<script>{file.read_text('utf-8')}</script>"


def page_language(code: str, words: Mapping[str, str]) -> str:
    """Tells the browser, and so screen readers, which language the page is in.

    `words` are Streamlit's own and those of our script, by their English.
    """
    encoded = json.dumps(words).replace("<", "\\u003c")
    return (
        f"<script>document.documentElement.lang = {json.dumps(code)};"
        f"window.scoringWords = {encoded}</script>"
    )


def download(name: str, data: bytes, mime: str) -> str:
    """Hands a file to the browser when it is drawn, each time anew."""
    link = {"download": name, "href": f"data:{mime};base64,{b64encode(data).decode()}"}
    encoded = json.dumps(link).replace("<", "\\u003c")
    return (
        f"<script>/* {token_hex(8)} */"
        f'Object.assign(document.createElement("a"), {encoded}).click();</script>'
    )


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    caption: str = "",
    most: int | None = None,
) -> str:
    """A table whose first column names its rows; it scrolls when it is too wide.

    No more than `most` rows are shown; its file has them all.
    """
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        + "".join(f"<td>{_cell(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows[:most]
    )
    named = caption or " · ".join(headers)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(named)}">'
        f'<table class="plain"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
        + csv_button(named, as_csv(headers, rows))
    )


def _cell(cell: Cell) -> str:
    if isinstance(cell, Link):
        return way(cell.address, cell.text)
    if isinstance(cell, Act):
        return (
            f'<button type="button" class="act" data-act="{escape(cell.act)}" '
            f'aria-label="{escape(cell.label)}">{escape(cell.text)}</button>'
        )
    return escape(shown(cell))


def part(title: str, sentences: Sequence[str], points: Sequence[str]) -> str:
    """A part of what is read from top to bottom."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    items = "".join(f"<li>{escape(point)}</li>" for point in points)
    listed_points = f"<ul>{items}</ul>" if items else ""
    return (
        f'<section class="part"><h2>{escape(title)}</h2>{told}{listed_points}</section>'
    )


def print_button(label: str) -> str:
    """Prints the page: page.js does."""
    return f'<button type="button" class="print">{escape(label)}</button>'


def offer_grid(
    named: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[tuple[str, Sequence[str]]]]],
    nothing: str,
    file: bytes,
) -> str:
    """Offers to choose from: offer_grid.js does the choosing.

    `columns` has a header for the first column, too. A cell is its class and its lines,
    of which the first is told by a sign; one without lines says `nothing`. Cells are
    numbered row by row.
    """
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in columns)
    body, number = "", 0
    for header, cells in rows:
        body += f'<tr><th scope="row">{escape(header)}</th>'
        for css_class, lines in cells:
            body += _offer_cell(css_class, lines, number, nothing)
            number += 1
        body += "</tr>"
    return (
        f'<div class="scroll"><table class="plain offers" role="grid" '
        f'aria-label="{escape(named)}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>" + csv_button(named, file)
    )


def _offer_cell(css_class: str, lines: Sequence[str], number: int, nothing: str) -> str:
    if not lines:
        return f'<td class="gap">{escape(nothing)}</td>'
    first, *others = (escape(line) for line in lines)
    told = "".join(f"<span>{line}</span> " for line in others)
    return (
        f'<td><button type="button" class="offer {escape(css_class)}" tabindex="-1" '
        f'data-cell="{number}"><b>{first}</b> {told}</button></td>'
    )


def csv_button(name: str, file: bytes) -> str:
    """Hands over a file in the browser: page.js does, without a run of the page."""
    label = _("Download as CSV: {table}", table=name)
    return (
        f'<button type="button" class="csv" aria-label="{escape(label)}" '
        f'data-name="{escape(name[:LONGEST_FILE_NAME])}.csv" '
        f'data-file="{b64encode(file).decode()}">CSV</button>'
    )


def alert(sign: str, severity: str, title: str, css_class: str) -> str:
    return (
        f'<div class="alert {escape(css_class)}"><p class="severity">'
        f'<span aria-hidden="true">{escape(sign)}</span> {escape(severity)}</p>'
        f'<h2 class="card">{escape(title)}</h2></div>'
    )


def terms(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and what they stand for."""
    items = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs
    )
    return f'<dl class="terms">{items}</dl>'


def status(sign: str, words: str, *lines: str) -> str:
    more = "".join(f'<p class="status">{escape(line)}</p>' for line in lines if line)
    return (
        f'<p class="status"><span aria-hidden="true">{escape(sign)}</span> '
        f"{escape(words)}</p>{more}"
    )


def _quiet(value: str) -> str:
    return ' class="gap"' if value == not_given() else ""


def _missing(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    summary = plural(
        "{number} fact not given",
        "{number} facts not given",
        len(labels),
        number=len(labels),
    )
    return (
        f"<details><summary>{escape(summary)}</summary>"
        f"<p>{escape(listed(labels))}</p></details>"
    )
