"""What a trial shows, as tables: who moves, by which rules, at what risk and cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from training.arrays import Array
from training.evaluation.business_cost import Costs
from training.language import LANGUAGES, SOURCE, Labels, _, alike
from training.scoring.policy_groups import Group
from training.scoring.policy_trial import RECOMMENDATIONS, Trial
from training.scoring.tables import Cell, Column, Estimate, Table

Z = 1.96
WORDS: Mapping[str, Labels] = {
    "granted": _("granted"),
    "referred": _("referred"),
    "refused": _("refused"),
}
EFFECTS: Mapping[str, Labels] = {
    "refuse": _("refuses"),
    "refer": _("refers"),
    "second_review": _("second signature"),
    "require": _("requires evidence"),
    "note": _("notes"),
}
SHARE = ".1%"


def rate(hits: float, of: int) -> Estimate | None:
    """A share, counted or expected, with its interval (Wilson 1927)."""
    if not of:
        return None
    share, spread = hits / of, Z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / of / 4)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def ratio(hits: int, of: int, best_hits: int, best_of: int) -> Estimate | None:
    """Of two rates, by the normal approximation of its logarithm (Katz 1978)."""
    if not hits or not best_hits:
        return None
    value = hits / of / (best_hits / best_of)
    error = math.sqrt(1 / hits - 1 / of + 1 / best_hits - 1 / best_of)
    return Estimate(value, value * math.exp(-Z * error), value * math.exp(Z * error))


def mean(values: Array, squares: Array) -> Estimate:
    """Of what is expected of each client, and of its square: normal approximation."""
    average = float(values.mean())
    variance = max(float(squares.mean()) - average**2, 0.0)
    half = Z * math.sqrt(variance / len(values))
    return Estimate(average, average - half, average + half)


def default_rate(probability: Array) -> Estimate | None:
    """What calibrated probabilities make expect of clients like these."""
    return rate(float(probability.sum()), len(probability))


def observed(trial: Trial, mask: np.ndarray) -> tuple[Cell, ...]:
    """How many outcomes are known, and the share of defaults; of a trial with any."""
    if not has_outcomes(trial):
        return ()
    outcome = trial.outcome[mask]
    known = outcome[~np.isnan(outcome)]
    return len(known), rate(int(known.sum()), len(known))


def has_outcomes(trial: Trial) -> bool:
    return not bool(np.isnan(trial.outcome).all())


def _observed_columns(trial: Trial) -> tuple[Column, ...]:
    if not has_outcomes(trial):
        return ()
    return (
        Column("outcomes", _("Outcomes")),
        Column("observed_default_rate", _("Observed default rate"), SHARE),
    )


def summary(trial: Trial) -> Table:
    """Of recommendations before, with the policy, and once all it requires is there.

    Evidence and signatures come after a recommendation: before, no grant is complete.
    """
    columns = (
        Column("measure", _("Measure")),
        Column("before", _("Before"), SHARE),
        Column("after", _("With the policy"), SHARE),
        Column("complete", _("Once all it requires is there"), SHARE),
    )
    both = (trial.before, trial.after, trial.complete)
    rows: list[Sequence[Cell]] = [
        (
            WORDS[name],
            *(rate(int((by == name).sum()), len(by)) for by in both),
        )
        for name in RECOMMENDATIONS
    ]
    granted = [by == "granted" for by in both]
    rows.append(
        (
            _("Expected default rate of the granted"),
            *(default_rate(trial.probability[mask]) for mask in granted),
        )
    )
    if has_outcomes(trial):
        rows.append(
            (
                _("Observed default rate of the granted"),
                *(observed(trial, mask)[1] for mask in granted),
            )
        )
    return Table("summary", _("Recommendations"), columns, rows)


def cost(trial: Trial, costs: Costs) -> Table:
    """Expected defaults and cost; who is referred is decided in three ways."""
    columns = (
        Column("measure", _("Measure")),
        Column("before", _("Before"), ",.4f"),
        Column("after", _("With the policy"), ",.4f"),
        Column("complete", _("Once all it requires is there"), ",.4f"),
        Column("change", _("Change, once it is there"), "+,.4f"),
    )
    both = (trial.before, trial.after, trial.complete)
    defaults = [default_rate(trial.probability[by == "granted"]) for by in both]
    counts = [int((by == "granted").sum()) for by in both]
    rows: list[Sequence[Cell]] = [
        (
            _("Expected defaults of the granted"),
            *(_times(one, count) for one, count in zip(defaults, counts, strict=True)),
            None,
        )
    ]
    weight = costs.weight(trial.columns)
    for label, referred in (
        (_("Expected cost, referred as the model decides"), trial.decision),
        (_("Expected cost, all referred granted"), "granted"),
        (_("Expected cost, all referred refused"), "refused"),
    ):
        made = [
            cost_of(trial, np.where(by == "referred", referred, by), costs, weight)
            for by in both
        ]
        change = _change(made[0], made[2])
        rows.append((label, *(mean(*one) for one in made), change))
    return Table("cost", _("Expected defaults and cost"), columns, rows)


def _times(one: Estimate | None, count: int) -> Cell:
    if one is None:
        return 0.0
    return Estimate(one.value * count, one.low * count, one.high * count)


def cost_of(
    trial: Trial, decided: np.ndarray, costs: Costs, weight: Array | None
) -> tuple[Array, Array]:
    """What each client is expected to cost, and its square."""
    refused = decided == "refused"
    price = np.where(refused, costs.false_positive, costs.false_negative)
    if weight is not None:
        price = price * weight
    chance = np.where(refused, 1 - trial.probability, trial.probability)
    return price * chance, price**2 * chance


def _change(before: tuple[Array, Array], after: tuple[Array, Array]) -> Estimate:
    """Paired: a client who is decided as before costs as before."""
    moved = before[0] != after[0]
    # Of the moved one cost is of a default, the other of a repayment: they exclude
    # each other, so the square of their difference is the sum of the squares.
    squares = np.where(moved, before[1] + after[1], 0.0)
    return mean(after[0] - before[0], squares)


def moves(trial: Trial) -> Table:
    columns = (
        Column("before", _("Before")),
        Column("after", _("With the policy")),
        Column("clients", _("Clients")),
        Column("share", _("Share"), SHARE),
        Column("expected_default_rate", _("Expected default rate"), SHARE),
        *_observed_columns(trial),
    )
    rows = []
    for before in RECOMMENDATIONS:
        for after in RECOMMENDATIONS:
            mask = (trial.before == before) & (trial.after == after)
            if count := int(mask.sum()):
                rows.append(
                    (
                        WORDS[before],
                        WORDS[after],
                        count,
                        count / len(mask),
                        default_rate(trial.probability[mask]),
                        *observed(trial, mask),
                    )
                )
    return Table("moves", _("Who moves"), columns, rows)


def rules(trial: Trial) -> Table:
    columns = (
        Column("code", _("Rule")),
        Column("effect", _("Effect")),
        Column("text", _("What it says"), told=False),
        Column("fired", _("Fired")),
        Column("share", _("Share"), SHARE),
        Column("unknown", _("Unknown")),
        Column("missing", _("For want of"), told=False),
        Column("alone", _("Alone")),
        Column("expected_default_rate", _("Expected default rate"), SHARE),
        *_observed_columns(trial),
    )
    rows = []
    for at, rule in enumerate(trial.rules):
        fired = trial.fired[:, at]
        text = {one: rule.text.get(one, rule.text[SOURCE]) for one in LANGUAGES}
        rows.append(
            (
                rule.code,
                EFFECTS[rule.effect],
                text,
                int(fired.sum()),
                float(fired.mean()),
                int(trial.unknown[:, at].sum()),
                ", ".join(wanting(trial, rule.code)) or None,
                int(trial.alone[:, at].sum()),
                default_rate(trial.probability[fired]),
                *observed(trial, fired),
            )
        )
    return Table("rules", _("Rules"), columns, rows, most=len(rows))


def wanting(trial: Trial, code: str) -> list[str]:
    """The facts for want of which a rule was unknown, the most wanted first."""
    found = [(n, name) for (one, name), n in trial.missing.items() if one == code]
    return [name for _n, name in sorted(found, key=lambda one: (-one[0], one[1]))]


def overlap(trial: Trial) -> Table:
    """Pairs of rules that fire together, above 1 more often than by chance."""
    columns = (
        Column("rule", _("Rule")),
        Column("other", _("With")),
        Column("both", _("Both")),
        Column("share", _("Share of the rarer"), SHARE),
        Column("lift", _("Lift"), ",.2f"),
    )
    fired = trial.fired.astype(np.int64)
    together = fired.T @ fired
    rows: list[Sequence[Any]] = []
    for one, other in combinations(range(len(trial.rules)), 2):
        if both := int(together[one, other]):
            counts = int(together[one, one]), int(together[other, other])
            rows.append(
                (
                    trial.rules[one].code,
                    trial.rules[other].code,
                    both,
                    both / min(counts),
                    both * len(fired) / (counts[0] * counts[1]),
                )
            )
    rows.sort(key=lambda row: (-row[2], row[0], row[1]))
    return Table("overlap", _("Rules that fire together"), columns, rows, most=20)


def by_group(trial: Trial, found: Sequence[Group]) -> Table:
    columns = (
        Column("attribute", _("Attribute")),
        Column("group", _("Group")),
        Column("protected", _("Protected")),
        Column("clients", _("Clients")),
        Column("granted_before", _("Granted before"), SHARE),
        Column("granted", _("Granted"), SHARE),
        Column("referred", _("Referred"), SHARE),
        Column("refused", _("Refused"), SHARE),
        Column("expected_default_rate", _("Expected default rate"), SHARE),
        Column("parity", _("Granted, to the highest"), ",.2f"),
    )
    rows = list(_groups(trial, found))
    title = _("By segment and protected group")
    return Table("groups", title, columns, rows, most=len(rows))


def _groups(trial: Trial, found: Sequence[Group]) -> Iterator[Sequence[Cell]]:
    granted = trial.after == "granted"
    counts = [(int(granted[one.mask].sum()), int(one.mask.sum())) for one in found]
    highest: dict[str, tuple[int, int]] = {}
    for group, (hits, of) in zip(found, counts, strict=True):
        best = highest.get(group.attribute)
        if best is None or hits / of > best[0] / best[1]:
            highest[group.attribute] = hits, of
    for group, (hits, of) in zip(found, counts, strict=True):
        shares = [
            rate(int((by[group.mask] == name).sum()), of)
            for by, name in (
                (trial.before, "granted"),
                *((trial.after, name) for name in RECOMMENDATIONS),
            )
        ]
        best = highest[group.attribute]
        yield (
            group.label,
            group.name,
            _("yes") if group.protected else _("no"),
            of,
            *shares,
            default_rate(trial.probability[group.mask & granted]),
            ratio(hits, of, *best) if (hits, of) != best else alike("1"),
        )
