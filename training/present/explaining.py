"""Slides: what weighs in general, and for one invented applicant."""

from __future__ import annotations

from training.present import charts
from training.present.applicant import Applicant
from training.present.deck import Deck
from training.present.page import BODY, picture, say

GROUPS, DOTS, SHOWN, REASONS = 14, 12, 12, 6


def in_general(deck: Deck) -> None:
    words, found = deck.words, deck.facts.importance
    slide = deck.page("importance", deck.from_bundle("importance.json"))
    boxes = BODY.beside(0.5)
    labels = {one["group"]: one["labels"] for one in deck.facts.reasons["reasons"]}
    groups = found["groups"][:GROUPS]
    features = found["features"][:GROUPS]
    parts = (
        [labels[one["group"]][words.language] for one in groups],
        [deck.facts.label(one["feature"], words.language) for one in features],
    )
    for box, names, rows in zip(boxes, parts, (groups, features), strict=True):
        values = [float(one["mean_absolute"]) for one in rows]
        size = (box.width, box.height)
        png = charts.bars(names, values, words("mean_contribution"), words, size)
        picture(slide, box, png, words("importance"))
    _beeswarm(deck)


def _beeswarm(deck: Deck) -> None:
    words, found = deck.words, deck.facts.importance["beeswarm"]
    slide = deck.page("beeswarm", deck.from_bundle("importance.json"))
    upper, lower = BODY.above(0.8)
    rows = words.number(len(found["values"]))
    say(slide, upper, [words("beeswarm_said", rows=rows)], largest=16)
    labels = [deck.facts.label(one, words.language) for one in found["features"][:DOTS]]
    png = charts.beeswarm(found, labels, words, (lower.width, lower.height))
    picture(slide, lower, png, words("beeswarm"))


def of_one(deck: Deck, applicant: Applicant) -> None:
    """The contributions, and the sentences they become."""
    words, threshold = deck.words, deck.facts.manifest["threshold"]
    refused = applicant.probability >= threshold
    shown = applicant.features[:SHOWN]
    rest = sum(value for _, value in applicant.features[SHOWN:])
    said = [
        words(
            "local_1",
            probability=words.share(applicant.probability, 2),
            threshold=words.share(threshold, 2),
            decision=words("decision_refused" if refused else "decision_granted"),
        ),
        words(
            "local_2",
            base=words.number(applicant.base, 3),
            count=words.number(len(applicant.features)),
            margin=words.number(applicant.margin, 3),
            rest=words.number(rest, 3, sign=True),
        ),
    ]
    slide = deck.page("local", deck.from_bundle("model.txt"))
    upper, lower = BODY.above(1.2)
    say(slide, upper, said, largest=16)
    names = [deck.facts.label(name, words.language) for name, _ in shown]
    values = [value for _, value in shown]
    size = (lower.width, lower.height)
    png = charts.bars(names, values, words("contribution"), words, size)
    picture(slide, lower, png, words("local"))
    _reasons(deck, applicant)


def _reasons(deck: Deck, applicant: Applicant) -> None:
    words = deck.words
    catalogue = {one["group"]: one for one in deck.facts.reasons["reasons"]}
    lines = [
        words(
            "reason_line",
            code=catalogue[group]["code"],
            value=words.number(value, 3, sign=True),
            text=catalogue[group]["raises_risk" if value > 0 else "lowers_risk"][
                words.language
            ],
        )
        for group, value in applicant.groups[:REASONS]
    ]
    slide = deck.page("reasons", deck.from_bundle("reasons.json"))
    upper, lower = BODY.above(0.9)
    say(slide, upper, [words("reasons_said")], largest=18)
    say(slide, lower, lines, largest=20, bullets=True)
