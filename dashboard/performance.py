"""How the model did, report after report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from formats import day, decimal
from language import _
from monitoring_answers import Report
from parts import Table
from reading import Node
from scoring_api import ScoringApi

REPORTS = 24
AT_ONCE = 8


@dataclass(frozen=True)
class Measured:
    """One report's cost per application: as outcomes showed it, and as expected."""

    at: datetime
    realised: float | None
    expected: float | None


def over_time(api: ScoringApi) -> list[Measured]:
    """The figures of the newest performance reports, oldest first."""
    names = api.reports("performance", REPORTS)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reports = list(pool.map(lambda name: api.report(name.report_id), names))
    measured = [_measured(report) for report in reversed(reports)]
    return [one for one in measured if one.realised or one.expected]


def _measured(report: Report) -> Measured:
    return Measured(
        report.created_at,
        _number(report.content, "realised"),
        _number(report.content, "expected"),
    )


def _number(content: Node, key: str) -> float | None:
    part = content.get(key)
    found = part.get("business_score") if part else None
    return found.number() if found else None


def performance_text(measured: list[Measured]) -> str:
    last = measured[-1]
    known = last.realised if last.realised is not None else last.expected
    return _(
        "Cost of wrong decisions per application, by day of the report: as outcomes "
        "showed it (line), and as expected from the scores alone (dashes). "
        "Last: {cost}.",
        cost=decimal(known or 0.0, 3),
    )


def performance_rows(measured: list[Measured]) -> Table:
    def told(value: float | None) -> str:
        return "–" if value is None else decimal(value, 3)

    rows = [[day(one.at), told(one.realised), told(one.expected)] for one in measured]
    return [_("Day"), _("As it came"), _("As expected")], rows
