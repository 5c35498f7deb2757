"""What counts as a shift, how sure it is, and what outcomes say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.training.monitoring.world import MONITORED, clients
from training.monitoring.statistics import drift_tests, histogram
from training.monitoring.statistics.outcome_tests import look_at_outcomes
from training.monitoring.statistics.performance import auc, expected, recalibrate
from training.monitoring.statistics.rates import EVERY, Rates
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import (
    LEVEL,
    WINDOW,
    Windows,
    adjusted,
    compare_windows,
)


def windows_of(reference: Reference, values: np.ndarray) -> Windows:
    count = len(values) // WINDOW
    group = np.repeat(np.arange(count), WINDOW)
    counts = histogram.count_groups(reference.columns, values[: count * WINDOW], group)
    zero = np.zeros(count, np.int64)
    whole = np.full(count, WINDOW)
    # As many are refused as in the reference.
    refused = np.full(count, WINDOW * reference.refused[0] // reference.refused[1])
    return Windows(counts, whole, zero, refused, zero, zero)


def drawn(reference: Reference, rows: int, seed: int) -> np.ndarray:
    """Clients like the reference's: monitored features, then the margin."""
    values, _ = clients(rows, np.random.default_rng(seed))
    margin = reference.model().margins(values)
    return np.column_stack([values[:, reference.places], margin])


def raised(reference: Reference, values: np.ndarray) -> np.ndarray:
    """Windows by causes: what any width raised."""
    found = compare_windows(reference, windows_of(reference, values))
    return np.any([one.p <= LEVEL for one in found], axis=0)


def test_unchanged_clients_raise_nothing(reference: Reference) -> None:
    assert not raised(reference, drawn(reference, 200 * WINDOW, 0)).any()


def test_unchanged_rules_officers_and_times_raise_nothing(
    reference: Reference,
) -> None:
    random, count, many = np.random.default_rng(0), 400, 40
    tries = np.full((count, many), WINDOW)
    # A few reviews in each window, and many decisions.
    tries[:, many // 2 :] = 30
    hits = random.binomial(tries, random.uniform(0, 1, many))
    served = np.repeat([0, 1], count // 2)
    policy = np.array([0, 1, EVERY, EVERY] * (many // 4))
    causes = tuple(f"rule:{at}" for at in range(many))
    windows = replace(
        windows_of(reference, drawn(reference, count * WINDOW, 1)),
        rates=Rates(causes, policy, hits, tries, served),
    )
    found = compare_windows(reference, windows)
    names = np.array([name.startswith("rule:") for name in found[0].causes])
    assert names.sum() == many
    assert not any((one.p <= LEVEL)[:, names].any() for one in found)
    changed = hits.copy()
    changed[-4:, 2] = np.where(hits[-4:, 2] > WINDOW // 2, 0, WINDOW)
    rates = replace(windows.rates, hits=changed)
    again = compare_windows(reference, replace(windows, rates=rates))[0]
    assert again.p[-1, again.causes.index("rule:2")] <= LEVEL
    # What another policy than the one that serves did says nothing.
    assert (again.raw[-1, again.causes.index("rule:0")], found[0].scale) == (1.0, 1)


@pytest.mark.parametrize(("shift", "events"), [(0.25, 2000), (0.5, 500)])
def test_a_shifted_feature_is_found_in_every_replay(
    reference: Reference, shift: float, events: int
) -> None:
    for seed in range(20):
        values = drawn(reference, events, seed)
        values[:, 1] += shift
        causes = compare_windows(reference, windows_of(reference, values))[0].causes
        assert raised(reference, values)[:, causes.index("feature:FIRST")].any()


def test_missing_values_raise_an_alert_cause_of_their_own(reference: Reference) -> None:
    values = drawn(reference, 2000, 0)
    values[::5, 0] = np.nan
    found = compare_windows(reference, windows_of(reference, values))[1]
    hit = {found.causes[place] for place in np.flatnonzero(found.p[-1] <= LEVEL)}
    assert hit == {"missing:THIRD"}


def test_small_counts_are_compared_exactly() -> None:
    difference, p = drift_tests.share_test(np.array([6]), np.array([500]), 2, 50_000)
    assert difference[0] == pytest.approx(6 / 500 - 2 / 50_000)
    expected_p = 2 * stats.hypergeom(50_500, 8, 500).sf(5)
    assert p[0] == pytest.approx(expected_p)


def test_holm_adjusts_by_weight() -> None:
    p = adjusted(np.array([0.01, 0.02, 0.5]), np.array([0.5, 0.25, 0.25]))
    np.testing.assert_allclose(p, [0.02, 0.04, 0.5])


def test_scores_alone_tell_the_auc_that_outcomes_then_show(
    reference: Reference,
) -> None:
    values, target = clients(60_000, np.random.default_rng(7))
    margin = np.asarray(reference.model().margins(values))
    bins = reference.score_bins
    free = expected(bins, bins.count(margin), bins.chance, reference.costs)
    realised, error = auc(margin, target)
    assert abs(free.auc - realised) < 0.01 + 2 * error
    assert free.default_rate == pytest.approx(target.mean(), rel=0.1)


def test_costs_by_amount_are_expected_per_unit_of_credit(
    reference: Reference, money: Reference
) -> None:
    bins, margin = money.score_bins, money.frame["margin"].to_numpy()
    counts = bins.count(margin)
    found = expected(bins, counts, bins.chance, money.costs)
    chance = bins.chance[np.searchsorted(bins.edges, margin, side="left")]
    refused = (money.frame["probability"] >= money.threshold).to_numpy()
    lost = 0.6 * 100 * chance[~refused].sum() + 0.1 * 300 * (1 - chance[refused]).sum()
    assert found.cost == pytest.approx(lost / money.frame["AMT_CREDIT"].sum())
    alike = expected(reference.score_bins, counts, bins.chance, reference.costs)
    wrong = 10 * chance[~refused].sum() + (1 - chance[refused]).sum()
    assert alike.cost == pytest.approx(wrong / len(margin))
    assert alike.auc == found.auc


def test_an_auc_is_the_share_of_pairs_in_order() -> None:
    score = np.array([0.1, 0.4, 0.4, 0.8])
    assert auc(score, np.array([0.0, 0.0, 1.0, 1.0]))[0] == pytest.approx(0.875)


def test_outcomes_of_granted_clients_alone_raise_no_alarm(
    reference: Reference,
) -> None:
    random = np.random.default_rng(3)
    margin = drawn(reference, 30_000, 3)[:, -1]
    place = np.searchsorted(reference.score_bins.edges, margin, side="left")
    granted = margin[~reference.score_bins.refused[place]]
    chance = reference.expectation(granted)
    target = (random.random(len(granted)) < chance).astype(float)
    looks = look_at_outcomes(reference, granted, target)
    assert len(looks) > 20
    assert not any(one.raised for one in looks)


def test_scores_that_say_less_are_found_among_granted_clients(
    reference: Reference,
) -> None:
    random = np.random.default_rng(4)
    margin = drawn(reference, 12_000, 4)[:, -1]
    chance = (
        0.5 * reference.expectation(margin) + 0.5 * reference.frame["TARGET"].mean()
    )
    target = (random.random(len(margin)) < chance).astype(float)
    fit = recalibrate(reference.expectation, margin, target)
    assert fit.slope < 0.8
    found = [one for one in look_at_outcomes(reference, margin, target) if one.raised]
    assert found
    assert found[-1].auc_drop > 0.02


def test_what_features_have_in_common_is_told_apart_from_the_rows(
    reference: Reference,
) -> None:
    first = reference.frame["FIRST"]
    alike = replace(reference, frame=reference.frame.assign(SECOND=first))
    np.testing.assert_array_equal(alike.correlation, reference.correlation)
    older = {**alike.manifest, "files": {}}
    found = replace(alike, manifest=older).correlation
    assert found[MONITORED.index("FIRST"), MONITORED.index("SECOND")] == 1.0
