"""The three scores of outside agencies, put together, and against the client's age.

Agencies score the young lower: a score says more beside what is usual at that age.
`scores_by_age.json` has that; `learn_ages` says how it was learnt.
"""

from __future__ import annotations

import json
from functools import reduce
from itertools import combinations
from operator import add
from pathlib import Path

import narwhals as nw

from training.features.arithmetic import filled_mean, known, ratio
from training.features.define import Feature
from training.language import Labels, _
from training.tables.home_credit import TABLES
from training.tables.home_credit.reasons import EXTERNAL
from training.tables.schema import Unit

# What does not rise with each of the scores.
SPREAD, KNOWN = "SPREAD", "KNOWN"
# Heavier where the score is younger and more often given.
WEIGHTS = dict(zip(EXTERNAL, (2, 3, 4), strict=True))

AGES = Path(__file__).with_name("scores_by_age.json")
# What the average is called among the scores.
AVERAGE = "EXT_SOURCE_MEAN"
YEARS = nw.col("DAYS_BIRTH").cast(nw.Float64) / -365.25


def _feature(
    name: str, value: nw.Expr, labels: Labels, formula: str, unit: Unit = Unit.SCORE
) -> Feature:
    return Feature(
        f"EXT_SOURCE_{name}",
        value,
        "application",
        "EXTERNAL_SCORES",
        unit,
        _("External scores: {summary}", summary=labels),
        formula,
        lowers_risk=name not in (SPREAD, KNOWN),
    )


def _for_age(name: str, score: nw.Expr, labels: Labels) -> Feature:
    """How far a score is above what is usual at the client's age, in spreads."""
    fitted = json.loads(AGES.read_text())[name]
    typical, spread = (_over_age(fitted[part]) for part in ("typical", "spread"))
    return Feature(
        f"{name}_FOR_AGE",
        ratio(score - typical, spread),
        "application",
        "EXTERNAL_SCORES",
        Unit.NONE,
        _("{score}, against what is usual at that age", score=labels),
        f"({name} - usual at DAYS_BIRTH) / spread at DAYS_BIRTH",
        lowers_risk=True,
    )


def _over_age(coefficients: list[float]) -> nw.Expr:
    """A polynomial, the highest power first, by Horner's rule."""
    first, *rest = coefficients
    value = nw.lit(first)
    for coefficient in rest:
        value = value * YEARS + coefficient
    return value


def _spread() -> nw.Expr:
    """Sample standard deviation of the scores given; missing below two.

    By the differences of each two, which spares the mean.
    """
    differences = (nw.col(a) - nw.col(b) for a, b in combinations(EXTERNAL, 2))
    squares = reduce(add, ((one * one).fill_null(0) for one in differences))
    count = known(EXTERNAL)
    return nw.when(count > 1).then((squares / (count * (count - 1))).sqrt())


def _weighted() -> nw.Expr:
    sums = (nw.col(name).fill_null(0) * weight for name, weight in WEIGHTS.items())
    weights = (known((name,)) * weight for name, weight in WEIGHTS.items())
    return ratio(reduce(add, sums), reduce(add, weights))


def features() -> list[Feature]:
    """Averages, extremes and products of the scores given."""
    first, second, third = (nw.col(name) for name in EXTERNAL)
    scores = "EXT_SOURCE_1..3"
    return [
        _feature("MEAN", filled_mean(EXTERNAL), _("average"), f"mean of {scores}"),
        _feature(
            "WEIGHTED",
            _weighted(),
            _("weighted average"),
            f"mean of {scores} with weights 2, 3 and 4",
        ),
        _feature(
            "MIN",
            nw.min_horizontal(*EXTERNAL),
            _("lowest"),
            f"minimum of {scores}",
        ),
        _feature(
            "MAX",
            nw.max_horizontal(*EXTERNAL),
            _("highest"),
            f"maximum of {scores}",
        ),
        _feature(
            SPREAD,
            _spread(),
            _("spread"),
            f"standard deviation of {scores}",
        ),
        _feature(
            KNOWN,
            nw.when(known(EXTERNAL) > 0).then(known(EXTERNAL)),
            _("number given"),
            f"number of {scores} given, missing when there is none",
            Unit.COUNT,
        ),
        _feature(
            "PRODUCT",
            first * second * third,
            _("product"),
            f"product of {scores}",
        ),
        _feature(
            "2_TIMES_3",
            second * third,
            _("product of the second and third"),
            "EXT_SOURCE_2 * EXT_SOURCE_3",
        ),
        *(
            _for_age(name, nw.col(name), TABLES["application"][name].labels)
            for name in EXTERNAL
        ),
        _for_age(AVERAGE, filled_mean(EXTERNAL), _("Outside scores on average")),
    ]
