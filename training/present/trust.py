"""Slides: the gates, groups of people, the drift of the data, the limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from training.gates.gate import number
from training.present import fit
from training.present.deck import Deck
from training.present.facts import Drift
from training.present.page import BODY, SMALLEST, say, table, table_size

SHOWN_COLUMNS, SHOWN_GROUPS = 12, 14
WIDEST_COLUMN = 4.5
NAMED = re.compile(r"\((\w+)\)$")


def gates_and_groups(deck: Deck) -> None:
    _gates(deck)
    _fairness(deck)


def _gates(deck: Deck) -> None:
    words, found = deck.words, deck.facts.manifest["metrics"]["gates"]
    slide = deck.page("gates", deck.from_bundle("manifest.json"))
    upper, lower = BODY.above(0.8)
    passed = sum(one["passed"] for one in found)
    said = words("gates_said", passed=passed, all=len(found))
    say(slide, upper, [said], largest=18)
    head = [words(name) for name in ("gate", "found", "limit", "passed")]
    rows = [
        [
            one["gate"],
            words.as_written(number(one["value"])),
            words.as_written(number(one["limit"])),
            words("yes" if one["passed"] else "no"),
        ]
        for one in found
    ]
    half = (len(rows) + 1) // 2
    columns = list(zip(lower.beside(0.5), (rows[:half], rows[half:]), strict=True))
    size = min(table_size(box, head, part) for box, part in columns)
    for box, part in columns:
        table(slide, box, head, part, size)


def _fairness(deck: Deck) -> None:
    words, found = deck.words, deck.facts.manifest["metrics"]["fairness"]
    slide = deck.page("fairness", deck.from_bundle("manifest.json"))
    upper, lower = BODY.above(0.8)
    ratios = ", ".join(
        f"{one['label'][words.language]} {words.number(one['approval_ratio'], 3)}"
        for one in found
    )
    say(slide, upper, [words("fairness_said", ratios=ratios)], largest=18)
    names = ("group", "clients", "default_rate", "granted", "granted_good")
    rows = [
        [
            f"{one['label'][words.language]}: {group['group']}",
            words.number(group["clients"]),
            words.share(group["default_rate"]),
            words.share(group["approval_rate"]),
            words.share(group["good_approval_rate"]),
        ]
        for one in found
        for group in one["groups"]
    ]
    table(slide, lower, [words(name) for name in names], rows[:SHOWN_GROUPS])


def drift(deck: Deck) -> None:
    """What moved, and what that means; nothing where the bundle has no report."""
    found = deck.facts.drift
    if found is None:
        return
    if found.rows:
        _moved(deck, found)
    slide = deck.page("conclusion", deck.from_bundle("drift/conclusion.md"))
    said = [deck.words("conclusion_quoted"), *found.said]
    say(slide, BODY, said)


def _moved(deck: Deck, found: Drift) -> None:
    words = deck.words
    slide = deck.page("drift", deck.from_bundle("drift/conclusion.md"))
    upper, lower = BODY.above(0.6)
    rows = found.rows[:SHOWN_COLUMNS]
    said = words("drift_shown", shown=len(rows))
    say(slide, upper, [said], largest=18)
    names = ["column", "distance", "what", "before", "after", "missing"]
    if "importance" in found.head:
        names.insert(1, "importance")
    head = [words(f"drift_{name}") for name in names]
    table(slide, lower, head, [_moved_row(deck, row) for row in rows])


def _moved_row(deck: Deck, row: Sequence[str]) -> list[str]:
    """A row of the report, which is English, in the deck's language."""
    column, *numbers, before, after = row
    named = NAMED.search(column)
    if named is not None:
        column = f"{_label(deck, named[1])} ({named[1]})"
    numbers.append(f"{before} → {after}")
    said = [deck.words.as_written(one) for one in numbers]
    return [fit.cut(column, SMALLEST, WIDEST_COLUMN), *said]


def _label(deck: Deck, name: str) -> str:
    language = deck.words.language
    for one in deck.facts.manifest["tables"]["application"]["columns"]:
        if one["name"] == name:
            return str(one["labels"][language])
    return deck.facts.label(name, language)


def limits(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    low, high = manifest["threshold_interval"]
    known = words(
        "limits_5",
        clients=words.number(manifest["data"]["clients"]),
        low=words.number(low, 4),
        high=words.number(high, 4),
    )
    said = [words(f"limits_{number}") for number in (1, 2, 3)]
    said += [*_worst(deck, manifest["metrics"]["segments"]), known, words("limits_6")]
    slide = deck.page("limits", deck.from_bundle("manifest.json"))
    say(slide, BODY, said, bullets=True)


def _worst(deck: Deck, segments: Sequence[Mapping[str, Any]]) -> list[str]:
    ranked = [one for one in segments if one["auc"] is not None]
    if not ranked:
        return []
    worst = min(ranked, key=lambda one: float(one["auc"]))
    words = deck.words
    auc, clients = words.number(worst["auc"], 3), words.number(worst["clients"])
    return [words("limits_4", segment=worst["segment"], auc=auc, clients=clients)]
