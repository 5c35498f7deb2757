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
    """Cost per application at a time: as outcomes showed it, and as expected."""

    at: datetime
    realised: float | None
    expected: float


def over_time(report: Report, api: ScoringApi) -> list[Measured]:
    """The costs that the reports of this kind tell, oldest first.

    A production report has a series of its own, of what the scores made expect; a
    performance report is one moment, with what the outcomes showed.
    """
    if report.kind == "production":
        return _expected(report.content.get("series"))
    names = api.reports("performance", REPORTS)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reports = list(pool.map(lambda name: api.report(name.report_id), names))
    measured = (_realised(report) for report in reversed(reports))
    return [one for one in measured if one]


def _expected(series: Node | None) -> list[Measured]:
    if series is None or series.get("expected_cost") is None:
        return []
    points = zip(series["at"], series["expected_cost"], strict=True)
    return [Measured(at.moment(), None, cost.number()) for at, cost in points]


def _realised(report: Report) -> Measured | None:
    """The last look at the outcomes: the newest, over the most of them."""
    looks = list(report.content.get("looks") or ())
    if not looks:
        return None
    before, after = looks[-1]["before"]["cost"], looks[-1]["after"]["cost"]
    return Measured(report.created_at, after.number(), before.number())


def performance_text(measured: list[Measured]) -> str:
    last = measured[-1]
    if last.realised is None:
        return _(
            "Cost of wrong decisions per application, as the scores alone make expect "
            "it; whether clients repay is not known yet. Last: {cost}.",
            cost=decimal(last.expected, 3),
        )
    return _(
        "Cost of wrong decisions per application: as it came (line), and as the scores "
        "alone made expect it (dashes). Where the line is above the dashes, the model "
        "does worse than it should. Last: {cost} against {expected}.",
        cost=decimal(last.realised, 3),
        expected=decimal(last.expected, 3),
    )


def performance_rows(measured: list[Measured]) -> Table:
    def told(value: float | None) -> str:
        return "–" if value is None else decimal(value, 3)

    rows = [[day(one.at), told(one.realised), told(one.expected)] for one in measured]
    return [_("Day"), _("As it came"), _("As expected")], rows
