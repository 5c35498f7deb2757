"""What a run has to tell a person, as one mail: the worst first, each cause once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from training.language import Labels, _, alike, joined
from training.monitoring.alerts.texts import SEVERITIES

# What became of an alert: `event`, the `alert` itself, and the address of the `api`.
Notice = Mapping[str, Any]
ENDED = "closed"
EVENTS = {
    "opened": _("new"),
    "updated": _("goes on, its severity changed"),
    ENDED: _("ended"),
}
BETWEEN = "\n\n----\n\n"


@dataclass(frozen=True)
class Digest:
    """A mail: its subject, one line, and its plain text."""

    subject: str
    text: str


def digest(notices: Iterable[Notice], language: str, dashboard: str) -> Digest:
    """One mail of what notices, at least one, tell; the oldest first.

    `dashboard`: its address, to which each alert links; empty where it is not known.
    """
    news = sorted(_newest(notices), key=_urgency)
    counts = _counts(news)
    worst = _text(min(news, key=lambda notice: notice["event"] == ENDED), "title")
    if len(news) == 1:
        subject = _("{counts}: {title}", counts=counts, title=worst)
    else:
        subject = _("{counts}: {title}, …", counts=counts, title=worst)
    heads = [_head(number, notice) for number, notice in enumerate(news, 1)]
    parts = [joined([counts, *heads], "\n")] if len(news) > 1 else []
    for head, notice in zip(heads, news, strict=True):
        where = alike(_where(notice, language, dashboard))
        parts.append(joined([head, *_said(notice), where], "\n\n"))
    text = joined(parts, BETWEEN)[language]
    # A lender's label may have a line break; a header may not.
    return Digest(" ".join(subject[language].splitlines()), f"{text}\n")


def _newest(notices: Iterable[Notice]) -> Iterable[Notice]:
    """How each cause stands now; what was not told before stays new."""
    newest: dict[str, Notice] = {}
    for notice in notices:
        cause = notice["alert"]["cause"]
        before = newest.get(cause)
        if before and (before["event"], notice["event"]) == ("opened", "updated"):
            notice = {**notice, "event": "opened"}
        newest[cause] = notice
    return newest.values()


def _urgency(notice: Notice) -> tuple[int, int]:
    severities, events = list(SEVERITIES), list(EVENTS)
    severity = notice["alert"]["severity"]
    return severities.index(severity), events.index(notice["event"])


def _counts(news: Iterable[Notice]) -> Labels:
    """How many there are of each severity; apart from them what has ended."""
    counted = Counter(
        ENDED if notice["event"] == ENDED else notice["alert"]["severity"]
        for notice in news
    )
    told = [_count(name, counted[name]) for name in (*SEVERITIES, ENDED)]
    return joined(filter(None, told), ", ")


def _count(name: str, count: int) -> Labels:
    if not count:
        return {}
    one, several = {
        "critical": (_("1 critical"), _("{count} critical", count=count)),
        "warning": (_("1 warning"), _("{count} warnings", count=count)),
        "info": (_("1 for information"), _("{count} for information", count=count)),
        ENDED: (_("1 ended"), _("{count} ended", count=count)),
    }[name]
    return one if count == 1 else several


def _head(number: int, notice: Notice) -> Labels:
    return _(
        "{number}. {title} ({severity}, {event})",
        number=number,
        title=_text(notice, "title"),
        severity=SEVERITIES[notice["alert"]["severity"]],
        event=EVENTS[notice["event"]],
    )


def _said(notice: Notice) -> list[Labels]:
    """What happened, how sure that is, and what to do."""
    what = _text(notice, "what")
    if notice["event"] == ENDED:
        return [
            _("It was: {what}", what=what),
            _("What to do: nothing more. It opens again should it come back."),
        ]
    return [
        what,
        _("How sure: {certainty}", certainty=_text(notice, "certainty")),
        _("What to do: {action}", action=_text(notice, "action")),
    ]


def _text(notice: Notice, member: str) -> Labels:
    alert = notice["alert"]
    # What waits since before there were several languages has English alone.
    told: Mapping[str, Labels] = alert["evidence"].get("texts", {})
    return told.get(member) or alike(alert[member])


def _where(notice: Notice, language: str, dashboard: str) -> str:
    """The alert on the dashboard, or else by its cause among the API's."""
    cause = notice["alert"]["cause"]
    if not dashboard:
        return f"{notice['api']}/v1/alerts ({cause})"
    asked = urlencode({"cause": cause, "lang": language})
    return f"{dashboard.rstrip('/')}/alerts?{asked}"
