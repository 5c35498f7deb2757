"""The model's measures: what each is called and what it tells, in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from api_client.answers import CandidateCurves, CandidateMeasures, ModelAnswer
from session.language import _, mark
from texts.formats import decimal, percent


def three_decimals(number: float) -> str:
    return decimal(number, 3)


@dataclass(frozen=True)
class Measure:
    key: str
    title: str
    meaning: str
    shown: Callable[[float], str] = three_decimals


MEASURES = (
    Measure(
        "business_score",
        mark("Cost {per}"),
        mark(
            "What wrong decisions cost on average, as “The limit and what it costs” "
            "counts them. Lower is better; model and limit are chosen by it."
        ),
    ),
    Measure(
        "auc",
        mark("Ranking (AUC)"),
        mark(
            "How often a client who defaults is ranked above one who repays. "
            "0.5 is a coin toss, 1 is perfect."
        ),
    ),
    Measure(
        "recall",
        mark("Defaults caught"),
        mark("Share of the clients who default that the limit refuses."),
        percent,
    ),
    Measure(
        "average_precision",
        mark("Average precision"),
        mark(
            "How many of the clients ranked riskiest do default, over all limits. "
            "The default rate is what guessing gives."
        ),
    ),
    Measure(
        "ks",
        mark("Separation (KS)"),
        mark(
            "How far apart the risks of those who repay and those who default lie. "
            "0 is not at all, 1 is entirely."
        ),
    ),
    Measure(
        "brier",
        mark("Brier score"),
        mark(
            "How far the risk stated is from what came, squared, on average. "
            "Lower is better."
        ),
    ),
    Measure(
        "ece",
        mark("Calibration error"),
        mark("How far the risk stated is from the share that did default, on average."),
        lambda number: percent(number, 2),
    ),
)
CANDIDATES = {
    "dummy": mark("Same answer for all"),
    "logistic_regression": mark("Logistic regression"),
    "random_forest": mark("Random forest"),
    "lightgbm": mark("LightGBM (decision trees)"),
}
# In what a model differs from the plain one of its name; others are told as they come.
VARIANTS = {
    "class weights": mark("class weights"),
    "under-sampling": mark("under-sampling"),
    "monotone": mark("monotone"),
    "searched deeper": mark("searched deeper"),
}
COUNTED = {
    r"(\d+) seeds": mark("average of {number} models"),
    r"best (\d+) features": mark("best {number} facts"),
}


def per(model: ModelAnswer) -> str:
    """What a mean cost is of, as the model's costs count."""
    if model.costs_by_amount:
        return _("per unit of credit asked for")
    return _("per application")


def measure_titles(model: ModelAnswer) -> list[str]:
    return [_(measure.title, per=per(model)) for measure in MEASURES]


def measure_rows(model: ModelAnswer) -> list[tuple[str, str, str]]:
    """Title, value and meaning of each known measure that the model came with."""
    rows, measures = [], model.metrics.cv
    for measure, title in zip(MEASURES, measure_titles(model), strict=True):
        number = getattr(measures, measure.key)
        if number is not None:
            value = measure.shown(number)
            if measure.key == "auc" and measures.auc_std is not None:
                value += f" ± {measure.shown(measures.auc_std)}"
            rows.append((title, value, _(measure.meaning)))
    return rows


def candidate_row(candidate: CandidateMeasures) -> list[str]:
    """A candidate's name and its value of every measure, "–" where it has none."""
    numbers = ((measure, getattr(candidate, measure.key)) for measure in MEASURES)
    values = ("–" if one is None else measure.shown(one) for measure, one in numbers)
    return [candidate_name(candidate), *values]


def candidate_name(candidate: CandidateMeasures | CandidateCurves) -> str:
    """What kind of model it is, then its variants, as its label names them."""
    name = candidate.name
    kind = _(CANDIDATES[name]) if name in CANDIDATES else name
    variants = (candidate.label or name).removeprefix(name).split(", ")[1:]
    return ", ".join([kind, *map(_variant, variants)])


def _variant(said: str) -> str:
    if said in VARIANTS:
        return _(VARIANTS[said])
    for pattern, words in COUNTED.items():
        if found := re.fullmatch(pattern, said):
            return _(words, number=found[1])
    return said
