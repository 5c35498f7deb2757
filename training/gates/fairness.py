"""Are the decisions even between groups: gender, and age.

Gender: the four-fifths rule and equal opportunity, as they are. Age is lawful to use
where it is a sound sign of risk, so long as older applicants are not put at a
disadvantage (12 CFR 1002.6(b)(2)): for them the four-fifths rule holds as it is, and
every band must be granted about as often as the risk that it showed warrants. How far
the bands are apart before that is in the audit's table, and in the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm

from training.arrays import Array
from training.evaluation.fairness import (
    AGE_BAND,
    AGE_NAMES,
    AGE_WORDS,
    LEAST_CLIENTS,
)
from training.gates.gate import Gate
from training.language import Labels, _, alike, figure
from training.tables.layout import Layout

FOUR_FIFTHS = 0.8
LARGEST_GAP = 0.1
OLDEST, REST = AGE_NAMES[-1], "rest"
# What people call a group.
Said = Callable[[str], Labels]
# One-sided 95 %: a gate fails when the clients show that its limit is passed.
SURE = float(norm.isf(0.05))


@dataclass(frozen=True)
class Decisions:
    """Outcomes, probabilities, shape (clients,), and the threshold between them."""

    target: Array
    probability: Array
    threshold: float

    @property
    def granted(self) -> np.ndarray:
        return np.asarray(self.probability < self.threshold)

    @property
    def repaid(self) -> np.ndarray:
        return np.asarray(self.target == 0)


@dataclass(frozen=True)
class Rate:
    """A group's share of granted clients, and its standard error."""

    group: str
    value: float
    error: float

    @property
    def shown(self) -> Labels:
        return figure(self.value, ".3f")


def equality(
    layout: Layout, attributes: pd.DataFrame, decisions: Decisions
) -> list[Gate]:
    """Every gate of this module."""
    unknown = pd.Series(index=attributes.index, dtype=object)
    genders = _groups(attributes.get(layout.gender, unknown))
    ages = attributes.get(AGE_BAND, unknown)
    bands = _groups(ages)
    older = _groups(ages.eq(OLDEST).map({True: OLDEST, False: REST}))
    checks = (
        ("four_fifths_gender", FOUR_FIFTHS, _four_fifths, genders),
        ("equal_opportunity_gender", LARGEST_GAP, _equal_opportunity, genders),
        ("four_fifths_older_applicants", FOUR_FIFTHS, _four_fifths, older),
        ("four_fifths_age", FOUR_FIFTHS, _four_fifths_of_own_risk, bands),
        ("equal_opportunity_age", LARGEST_GAP, _opportunity_of_own_risk, bands),
    )
    nobody = _(
        "Fewer than two groups of {clients} clients: nothing to compare.",
        clients=LEAST_CLIENTS,
    )
    words = {**AGE_WORDS, REST: _("the rest")}
    if layout.gender:
        words |= layout.application[layout.gender].words

    def said(group: str) -> Labels:
        return words.get(group, alike(group))

    return [
        judge(name, groups, decisions, said)
        if len(groups) > 1
        else Gate(name, None, limit, True, nobody)
        for name, limit, judge, groups in checks
    ]


def _groups(values: pd.Series) -> dict[str, np.ndarray]:
    return {
        str(value): (values == value).to_numpy()
        for value, size in values.value_counts().items()
        if size >= LEAST_CLIENTS
    }


def _rates(
    groups: Mapping[str, np.ndarray], decisions: Decisions, among: np.ndarray
) -> list[Rate]:
    """Approval rates among some of the clients, lowest first."""
    rates = []
    for name, mask in groups.items():
        granted = decisions.granted[mask & among]
        share = float(granted.mean()) if len(granted) else 0.0
        error = math.sqrt(max(share * (1 - share), 1e-4) / max(len(granted), 1))
        rates.append(Rate(name, share, error))
    return sorted(rates, key=lambda rate: rate.value)


def _four_fifths(
    name: str, groups: Mapping[str, np.ndarray], decisions: Decisions, said: Said
) -> Gate:
    """Lowest over highest approval rate, or one group's over that of the rest."""
    rates = _rates(groups, decisions, np.ones(len(decisions.target), bool))
    low, high = rates[0], rates[-1]
    if low.group == REST:
        low, high = high, low
    value = low.value / max(high.value, 1e-9)
    error = value * math.hypot(
        low.error / max(low.value, 1e-9), high.error / max(high.value, 1e-9)
    )
    return Gate(
        name,
        value,
        FOUR_FIFTHS,
        value + SURE * error >= FOUR_FIFTHS,
        _(
            "Approval rate of “{low}” ({low_rate}) over that of “{high}” ({high_rate}),"
            " ± {error}; fails when surely below the limit.",
            low=said(low.group),
            low_rate=low.shown,
            high=said(high.group),
            high_rate=high.shown,
            error=figure(error, ".3f"),
        ),
    )


def _equal_opportunity(
    name: str, groups: Mapping[str, np.ndarray], decisions: Decisions, said: Said
) -> Gate:
    rates = _rates(groups, decisions, decisions.repaid)
    low, high = rates[0], rates[-1]
    value, error = high.value - low.value, math.hypot(low.error, high.error)
    return Gate(
        name,
        value,
        LARGEST_GAP,
        value - SURE * error <= LARGEST_GAP,
        _(
            "Of those who repay, {high_rate} of “{high}” are granted and {low_rate} of"
            " “{low}”, ± {error}; fails when surely above the limit.",
            high=said(high.group),
            high_rate=high.shown,
            low=said(low.group),
            low_rate=low.shown,
            error=figure(error, ".3f"),
        ),
    )


def _four_fifths_of_own_risk(
    name: str, bands: Mapping[str, np.ndarray], decisions: Decisions, said: Said
) -> Gate:
    """Approval rate over what it were if each band's risk were put just right."""
    everyone = np.ones(len(decisions.target), bool)
    rates = _rates(bands, decisions, everyone)

    def ratio(band: str, sure: float) -> float:
        granted, warranted = _warranted(bands[band], decisions, everyone, sure)
        return granted / max(warranted, 1e-9)

    worst = min(bands, key=lambda band: ratio(band, 0.0))
    surely = min(ratio(band, SURE) for band in bands)
    value = ratio(worst, 0.0)
    raw = rates[0].value / max(rates[-1].value, 1e-9)
    return Gate(
        name,
        value,
        FOUR_FIFTHS,
        surely >= FOUR_FIFTHS,
        _(
            "Approval rate of “{worst}” over what their own default rate warrants, the"
            " lowest of {bands} bands; fails when surely below the limit. Before risk,"
            " “{low}” are granted {times} times as often as “{high}”.",
            worst=said(worst),
            bands=len(bands),
            low=said(rates[0].group),
            times=figure(raw, ".2f"),
            high=said(rates[-1].group),
        ),
    )


def _opportunity_of_own_risk(
    name: str, bands: Mapping[str, np.ndarray], decisions: Decisions, said: Said
) -> Gate:
    """How many more repayers of a band would be granted at its own risk."""
    rates = _rates(bands, decisions, decisions.repaid)

    def gap(band: str, sure: float) -> float:
        granted, warranted = _warranted(bands[band], decisions, decisions.repaid, sure)
        return warranted - granted

    worst = max(bands, key=lambda band: gap(band, 0.0))
    value = gap(worst, 0.0)
    raw = rates[-1].value - rates[0].value
    return Gate(
        name,
        value,
        LARGEST_GAP,
        max(gap(band, SURE) for band in bands) <= LARGEST_GAP,
        _(
            "Share of those of “{worst}” who repay and are refused, but would be"
            " granted at their band's own default rate; fails when surely above the"
            " limit. Before risk, the gap between “{high}” and “{low}” is {gap}.",
            worst=said(worst),
            high=said(rates[-1].group),
            low=said(rates[0].group),
            gap=figure(raw, ".2f"),
        ),
    )


def _warranted(
    band: np.ndarray, decisions: Decisions, among: np.ndarray, sure: float
) -> tuple[float, float]:
    """Approval rate of a band as it is, and with its probabilities put right.

    They are moved, by log-odds, until their mean is the band's default rate, or that
    rate and `sure` standard errors: the highest that the band may truly have.
    """
    logits = logit(np.clip(decisions.probability[band], 1e-9, 1 - 1e-9))
    count = float(band.sum())
    defaults = max(float(decisions.target[band].sum()), 1.0)
    rate = min((defaults + sure * math.sqrt(defaults)) / count, 0.99)
    shift = brentq(lambda by: float(expit(logits + by).mean()) - rate, -20, 20)
    counted = among[band]
    warranted = expit(logits + shift)[counted] < decisions.threshold
    granted = decisions.granted[band][counted]
    return float(granted.mean()), float(warranted.mean())
