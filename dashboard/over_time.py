"""How things went, report after report: what is measured, in lines over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from api_client.scoring_api import ScoringApi
from formats import day, decimal, percent
from language import _, mark
from model_answers import Model
from monitoring_answers import Report
from parts import Table
from reading import Node

REPORTS = 24
AT_ONCE = 8
FACTS_SHOWN = 5
Values = tuple[float | None, ...]
MEASURES = {
    "cost": mark("Cost"),
    "ranking": mark("Ranking"),
    "risk": mark("Risk stated"),
    "stability": mark("Stability"),
    "decisions": mark("Decisions"),
}


@dataclass(frozen=True)
class Course:
    """One measure over time, of the name it has in `MEASURES`.

    `lines`: a number per moment, by name; None where there is none. `styles`: which
    lines look alike, by number; all differ when empty. `share`: numbers are shares.
    """

    name: str
    sentence: str
    axis: str
    at: tuple[datetime, ...]
    lines: Mapping[str, Values]
    styles: tuple[int, ...] = ()
    share: bool = False


def courses(report: Report, api: ScoringApi, model: Model) -> list[Course]:
    """What the reports of this kind tell, oldest first.

    A production report has series of its own, of what the scores make expect; a
    performance report is one moment, with what the outcomes showed.
    """
    if report.kind == "production":
        series = report.content.get("series")
        return _of_series(series, model) if series else []
    names = api.reports("performance", REPORTS)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reports = list(pool.map(lambda name: api.report(name.report_id), names))
    return _of_looks(list(reversed(reports)))


def table(course: Course) -> Table:
    told = percent if course.share else _decimal
    rows = [
        [day(at), *("–" if one is None else told(one) for one in values)]
        for at, *values in zip(course.at, *course.lines.values(), strict=True)
    ]
    return [_("Day"), *course.lines], rows


def _decimal(value: float) -> str:
    return decimal(value, 3)


def _of_series(series: Node, model: Model) -> list[Course]:
    at = tuple(one.moment() for one in series["at"])
    makers: list[tuple[str, Callable[[Node], Course]]] = [
        ("expected_cost", lambda node: _expected_cost(at, _numbers(node))),
        ("expected_gini", lambda node: _expected_gini(at, _numbers(node))),
        ("probability", lambda node: _risks(at, node)),
        ("psi", lambda node: _stability(at, node, model)),
        ("refused", lambda node: _decisions(at, node, series.get("overridden"))),
    ]
    found = [(series.get(name), make) for name, make in makers]
    return [make(node) for node, make in found if node and at]


def _numbers(node: Node) -> Values:
    return tuple(None if one.value is None else one.number() for one in node)


def _expected_cost(at: tuple[datetime, ...], costs: Values) -> Course:
    sentence = _(
        "Cost of wrong decisions per application, as the scores alone make expect "
        "it; whether clients repay is not known yet. Last: {cost}.",
        cost=_decimal(costs[-1] or 0.0),
    )
    lines = {_("As expected"): costs}
    return Course("cost", sentence, _("cost per application"), at, lines, (1,))


def _expected_gini(at: tuple[datetime, ...], ginis: Values) -> Course:
    sentence = _(
        "How well the scores tell those who will default from those who repay, as the "
        "scores alone make expect it (Gini): 0 is a coin toss, 1 is perfect. Last: "
        "{gini}.",
        gini=_decimal(ginis[-1] or 0.0),
    )
    lines = {_("As expected"): ginis}
    return Course("ranking", sentence, _("Gini"), at, lines, (1,))


def _risks(at: tuple[datetime, ...], quantiles: Node) -> Course:
    points = list(quantiles)
    names = {
        "p50": _("half below"),
        "p25": _("a quarter below"),
        "p75": _("a quarter above"),
        "p05": _("one in 20 below"),
        "p95": _("one in 20 above"),
    }
    lines = {
        told: tuple(point[name].share() for point in points)
        for name, told in names.items()
    }
    sentence = _(
        "The risk that the model states, over time: half of the clients lie between "
        "the dashes, nine in ten between the dots. Last: half below {risk}.",
        risk=percent(points[-1]["p50"].share()),
    )
    axis, styles = _("risk of default"), (0, 1, 1, 2, 2)
    return Course("risk", sentence, axis, at, lines, styles, True)


def _stability(at: tuple[datetime, ...], indices: Node, model: Model) -> Course:
    found = {name: _numbers(node) for name, node in indices.members()}
    score = found.pop("score", None)
    most = sorted(found, key=lambda name: -(found[name][-1] or 0.0))[:FACTS_SHOWN]
    lines = {_("Score"): score} if score else {}
    lines |= {model.describe(name).labels.text: found[name] for name in most}
    sentence = _(
        "How far shares of clients differ from training (PSI, population stability "
        "index): 0 is not at all; below 0.1 counts as stable, above 0.25 as changed. "
        "Shown are the score and the {number} facts that differ most now.",
        number=len(most),
    )
    return Course("stability", sentence, _("PSI"), at, lines)


def _decisions(
    at: tuple[datetime, ...], refused: Node, overridden: Node | None
) -> Course:
    lines = {_("refused by the model"): _numbers(refused)}
    if overridden:
        lines[_("reviews that override it")] = _numbers(overridden)
    sentence = _(
        "Share of applications that the model refuses, and of people's reviews that "
        "decide otherwise. Last refused: {share}.",
        share=percent(next(iter(lines.values()))[-1] or 0.0),
    )
    return Course("decisions", sentence, _("share"), at, lines, share=True)


def _of_looks(reports: list[Report]) -> list[Course]:
    """Of each report the last look at the outcomes: the newest, over the most."""
    last: dict[datetime, Node] = {}
    for report in reports:
        for look in report.content.get("looks") or ():
            last[report.created_at] = look
    if not last:
        return []
    at, looks = tuple(last), list(last.values())

    def lines(measure: Callable[[Node], float | None]) -> dict[str, Values]:
        return {
            _("As it came"): tuple(measure(look["after"]) for look in looks),
            _("As expected"): tuple(measure(look["before"]) for look in looks),
        }

    costs = lines(lambda node: node["cost"].number())
    came, expected = (values[-1] or 0.0 for values in costs.values())
    sentence = _(
        "Cost of wrong decisions per application: as it came (line), and as the scores "
        "alone made expect it (dashes). Where the line is above the dashes, the model "
        "does worse than it should. Last: {cost} against {expected}.",
        cost=_decimal(came),
        expected=_decimal(expected),
    )
    found = [Course("cost", sentence, _("cost per application"), at, costs)]
    ginis = lines(_gini)
    if None not in {one for values in ginis.values() for one in values}:
        found.append(Course("ranking", _gini_text(ginis), _("Gini"), at, ginis))
    return found


def _gini(node: Node) -> float | None:
    area = node.get("auc")
    return None if area is None else 2 * area.number() - 1


def _gini_text(ginis: Mapping[str, Values]) -> str:
    came, expected = (values[-1] or 0.0 for values in ginis.values())
    return _(
        "How well the scores told those who defaulted from those who repaid (Gini; 0 "
        "is a coin toss, 1 is perfect): as it came (line), and as the scores alone "
        "made expect it (dashes). Last: {gini} against {expected}.",
        gini=_decimal(came),
        expected=_decimal(expected),
    )
