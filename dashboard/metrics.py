"""The model's measures: what each is called and what it tells, in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from formats import percent


def three_decimals(number: float) -> str:
    return f"{number:.3f}"


@dataclass(frozen=True)
class Measure:
    key: str
    title: str
    meaning: str
    shown: Callable[[float], str] = three_decimals


MEASURES = (
    Measure(
        "business_score",
        "Business score",
        "Average cost per application, in wrongly refused good clients. Lower is "
        "better; model and limit are chosen by it.",
    ),
    Measure(
        "auc",
        "AUC",
        "How often a client who defaults is ranked above one who repays. "
        "0.5 is a coin toss, 1 is perfect.",
    ),
    Measure(
        "recall",
        "Defaults caught",
        "Share of the clients who default that the limit refuses (recall).",
        percent,
    ),
    Measure(
        "average_precision",
        "Average precision",
        "How pure the riskiest clients are, over all limits. The default rate is "
        "what guessing gives.",
    ),
    Measure(
        "ks",
        "KS",
        "Largest gap between the scores of those who repay and those who default "
        "(Kolmogorov–Smirnov). 0 is none.",
    ),
    Measure(
        "brier",
        "Brier score",
        "Mean squared error of the risk stated. Lower is better.",
    ),
    Measure(
        "ece",
        "Calibration error",
        "How far the risk stated is from the share that did default, on average (ECE).",
        lambda number: percent(number, 2),
    ),
)
CANDIDATES = {
    "dummy": "Same answer for all",
    "logistic_regression": "Logistic regression",
    "lightgbm": "LightGBM (boosted trees)",
}


def measure_rows(metrics: Mapping[str, float]) -> list[tuple[str, str, str]]:
    """Title, value and meaning of each known measure that the model came with."""
    rows = []
    for measure in MEASURES:
        if measure.key in metrics:
            value = measure.shown(metrics[measure.key])
            spread = metrics.get(f"{measure.key}_std")
            value += f" ± {measure.shown(spread)}" if spread is not None else ""
            rows.append((measure.title, value, measure.meaning))
    return rows


def candidate_row(name: str, metrics: Mapping[str, float]) -> list[str]:
    """A candidate's name and its value of every measure, "–" where it has none."""
    values = (m.shown(metrics[m.key]) if m.key in metrics else "–" for m in MEASURES)
    return [CANDIDATES.get(name, name), *values]
