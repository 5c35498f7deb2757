"""How things went, report after report: what is measured, in lines over time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from api_client.answers import ModelAnswer, Report
from api_client.meaning import Answer, Share, read
from api_client.scoring_api import ScoringApi
from charts.axes import Table
from session.language import _, mark
from texts.formats import day, decimal, percent
from texts.metrics import per

REPORTS = 24
AT_ONCE = 8
FACTS_SHOWN = 5
Values = Sequence[float | None]
MEASURES = {
    "cost": mark("Cost"),
    "ranking": mark("Ranking"),
    "risk": mark("Risk stated"),
    "stability": mark("Stability"),
    "decisions": mark("Decisions"),
    "rules": mark("Rules"),
    "hours": mark("Time to a decision"),
}


class Quantiles(Answer):
    p05: Share
    p25: Share
    p50: Share
    p75: Share
    p95: Share


class Series(Answer):
    """What a production report says of each moment; None where it has no number."""

    at: Sequence[AwareDatetime] = ()
    expected_cost: Values = ()
    expected_gini: Values = ()
    probability: Sequence[Quantiles] = ()
    psi: Mapping[str, Values] = {}
    refused: Values = ()
    overridden: Values = ()
    referred: Values = ()
    recommended_refused: Values = ()
    hours: Values = ()


class Performance(Answer):
    cost: float
    auc: float | None = None

    @property
    def gini(self) -> float | None:
        return None if self.auc is None else 2 * self.auc - 1


class OutcomeLook(Answer):
    """What the scores made expect, and what came, of the same decisions."""

    before: Performance
    after: Performance


class Content(Answer):
    """What is drawn of a report."""

    series: Series | None = None
    looks: Sequence[OutcomeLook] = ()


@dataclass(frozen=True)
class Course:
    """One measure over time, of the name it has in `MEASURES`.

    `lines`: a number per moment, by name; None where there is none. `styles`: which
    lines look alike, by number; all differ when empty. `share`: numbers are shares.
    """

    name: str
    sentence: str
    axis: str
    at: Sequence[datetime]
    lines: Mapping[str, Values]
    styles: tuple[int, ...] = ()
    share: bool = False


def courses(report: Report, api: ScoringApi, model: ModelAnswer) -> list[Course]:
    """What the reports of this kind tell, oldest first.

    A production report has series of its own, of what the scores make expect; a
    performance report is one moment, with what the outcomes showed.
    """
    if report.kind == "production":
        series = _content(report).series
        return _of_series(series, model) if series else []
    names = api.reports("performance", REPORTS)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        reports = list(pool.map(lambda name: api.report(name.id), names))
    return _of_looks(list(reversed(reports)), model)


def _content(report: Report) -> Content:
    return read(Content, json.dumps(report.report).encode(), "/report")


def table(course: Course) -> Table:
    format_value = percent if course.share else _decimal
    rows = [
        [day(at), *("–" if value is None else format_value(value) for value in values)]
        for at, *values in zip(course.at, *course.lines.values(), strict=True)
    ]
    return [_("Day"), *course.lines], rows


def _decimal(value: float) -> str:
    return decimal(value, 3)


def _of_series(series: Series, model: ModelAnswer) -> list[Course]:
    at = series.at
    makers: list[tuple[object, Callable[[], Course]]] = [
        (series.expected_cost, lambda: _expected_cost(at, series.expected_cost, model)),
        (series.expected_gini, lambda: _expected_gini(at, series.expected_gini)),
        (series.probability, lambda: _risks(at, series.probability)),
        (series.psi, lambda: _stability(at, series.psi, model)),
        (series.refused, lambda: _decisions(at, series.refused, series.overridden)),
        (_some(series.referred), lambda: _rules(at, series)),
        (_some(series.hours), lambda: _hours(at, series.hours)),
    ]
    return [make() for known, make in makers if known and at]


def _expected_cost(at: Sequence[datetime], costs: Values, model: ModelAnswer) -> Course:
    sentence = _(
        "Cost of wrong decisions {per}, as the scores alone make expect it; whether "
        "clients repay is not known yet. Last: {cost}.",
        per=per(model),
        cost=_decimal(costs[-1] or 0.0),
    )
    lines = {_("As expected"): costs}
    return Course("cost", sentence, _("cost {per}", per=per(model)), at, lines, (1,))


def _expected_gini(at: Sequence[datetime], ginis: Values) -> Course:
    sentence = _(
        "How well the scores tell those who will default from those who repay, as the "
        "scores alone make expect it (Gini): 0 is a coin toss, 1 is perfect. Last: "
        "{gini}.",
        gini=_decimal(ginis[-1] or 0.0),
    )
    lines = {_("As expected"): ginis}
    return Course("ranking", sentence, _("Gini"), at, lines, (1,))


def _risks(at: Sequence[datetime], quantiles: Sequence[Quantiles]) -> Course:
    names = {
        "p50": _("half below"),
        "p25": _("a quarter below"),
        "p75": _("a quarter above"),
        "p05": _("one in 20 below"),
        "p95": _("one in 20 above"),
    }
    lines = {
        label: tuple(getattr(point, name) for point in quantiles)
        for name, label in names.items()
    }
    sentence = _(
        "The risk that the model states, over time: half of the clients lie between "
        "the dashes, nine in ten between the dots. Last: half below {risk}.",
        risk=percent(quantiles[-1].p50),
    )
    axis, styles = _("risk of default"), (0, 1, 1, 2, 2)
    return Course("risk", sentence, axis, at, lines, styles, True)


def _stability(
    at: Sequence[datetime], indices: Mapping[str, Values], model: ModelAnswer
) -> Course:
    by_feature = dict(indices)
    score = by_feature.pop("score", None)
    most = sorted(by_feature, key=lambda name: -(by_feature[name][-1] or 0.0))[
        :FACTS_SHOWN
    ]
    lines = {_("Score"): score} if score else {}
    lines |= {model.describe(name).label: by_feature[name] for name in most}
    sentence = _(
        "How far shares of clients differ from training (PSI, population stability "
        "index): 0 is not at all; below 0.1 counts as stable, above 0.25 as changed. "
        "Shown are the score and the {number} facts that differ most now.",
        number=len(most),
    )
    return Course("stability", sentence, _("PSI"), at, lines)


def _decisions(at: Sequence[datetime], refused: Values, overridden: Values) -> Course:
    lines = {_("refused by the model"): refused}
    if overridden:
        lines[_("reviews that override it")] = overridden
    sentence = _(
        "Share of applications that the model refuses, and of people's reviews that "
        "decide otherwise. Last refused: {share}.",
        share=percent(next(iter(lines.values()))[-1] or 0.0),
    )
    return Course("decisions", sentence, _("share"), at, lines, share=True)


def _some(values: Values) -> bool:
    return any(value is not None for value in values)


def _last(values: Values) -> float:
    return next((one for one in reversed(values) if one is not None), 0.0)


def _rules(at: Sequence[datetime], series: Series) -> Course:
    sentence = _(
        "Of what was decided by the lender's rules, the share that they refer to a "
        "person, and the share for which a refusal is recommended. Last: {referred} "
        "and {refused}. The report above has each rule.",
        referred=percent(_last(series.referred)),
        refused=percent(_last(series.recommended_refused)),
    )
    lines = {
        _("referred to a person"): series.referred,
        _("recommended to refuse"): series.recommended_refused,
    }
    return Course("rules", sentence, _("share"), at, lines, share=True)


def _hours(at: Sequence[datetime], hours: Values) -> Course:
    sentence = _(
        "Hours from an application's first decision until a person's stands, for half "
        "of the applications at most. Last: {hours}.",
        hours=decimal(_last(hours), 1),
    )
    return Course("hours", sentence, _("hours"), at, {_("half below"): hours}, (0,))


def _of_looks(reports: list[Report], model: ModelAnswer) -> list[Course]:
    """Of each report the last look at the outcomes: the newest, over the most."""
    last = {
        report.created_at: content.looks[-1]
        for report in reports
        if (content := _content(report)).looks
    }
    if not last:
        return []
    at, looks = tuple(last), list(last.values())

    def lines(measure: Callable[[Performance], float | None]) -> dict[str, Values]:
        return {
            _("As it came"): tuple(measure(look.after) for look in looks),
            _("As expected"): tuple(measure(look.before) for look in looks),
        }

    costs = lines(lambda side: side.cost)
    realised, expected = (values[-1] or 0.0 for values in costs.values())
    sentence = _(
        "Cost of wrong decisions {per}: as it came (line), and as the scores alone "
        "made expect it (dashes). Where the line is above the dashes, the model does "
        "worse than it should. Last: {cost} against {expected}.",
        per=per(model),
        cost=_decimal(realised),
        expected=_decimal(expected),
    )
    courses = [Course("cost", sentence, _("cost {per}", per=per(model)), at, costs)]
    ginis = lines(lambda side: side.gini)
    if None not in {value for values in ginis.values() for value in values}:
        courses.append(Course("ranking", _gini_text(ginis), _("Gini"), at, ginis))
    return courses


def _gini_text(ginis: Mapping[str, Values]) -> str:
    realised, expected = (values[-1] or 0.0 for values in ginis.values())
    return _(
        "How well the scores told those who defaulted from those who repaid (Gini; 0 "
        "is a coin toss, 1 is perfect): as it came (line), and as the scores alone "
        "made expect it (dashes). Last: {gini} against {expected}.",
        gini=_decimal(realised),
        expected=_decimal(expected),
    )
