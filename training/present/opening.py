"""Slides: the problem, the data, the features."""

from __future__ import annotations

from collections import Counter

from training.present import charts
from training.present.deck import Deck
from training.present.page import BODY, Box, node, picture, say, table


def add(deck: Deck) -> None:
    _cover(deck)
    _problem(deck)
    _data(deck)
    _features(deck)
    _one_feature(deck)


def _cover(deck: Deck) -> None:
    words, model = deck.words, deck.facts.model
    source = words("cover_source", run=deck.facts.run.info.run_id)
    slide = deck.page("cover", source)
    line = words(
        "cover_line",
        name=model["name"],
        version=model["version"],
        date=model["created_at"][:10],
    )
    say(slide, Box(BODY.left, 1.8, BODY.width, 0.8), [line], largest=24)
    tiles = _figures(deck)
    gap = 0.3
    width = (BODY.width - gap * (len(tiles) - 1)) / len(tiles)
    for at, text in enumerate(tiles):
        box = Box(BODY.left + at * (width + gap), 3.4, width, 1.5)
        node(slide, box, text, strong=at == 0, largest=20)


def _figures(deck: Deck) -> list[str]:
    """What to remember: the sentences of the cover's tiles."""
    words, manifest = deck.words, deck.facts.manifest
    cv = manifest["metrics"]["cv"]
    found = (
        (words.number(cv["business_score"], 3), "cost_per_client"),
        (words.number(cv["auc"], 3), "auc_short"),
        (words.share(manifest["threshold"]), "threshold"),
        (words.number(manifest["data"]["clients"]), "clients"),
        (words.number(len(manifest["features"])), "inputs"),
    )
    return [f"{value}\n{words(name)}" for value, name in found]


def _problem(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    cost = words(
        "problem_2",
        default_rate=words.share(manifest["data"]["default_rate"]),
        false_negative=f"{manifest['costs']['false_negative']:g}",
        false_positive=f"{manifest['costs']['false_positive']:g}",
    )
    slide = deck.page("problem", deck.from_bundle("manifest.json"))
    said = [words("problem_1"), cost, words("problem_3"), words("problem_4")]
    say(slide, BODY, said, bullets=True)


def _data(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    slide = deck.page("data", deck.from_bundle("manifest.json"))
    data = manifest["data"]
    upper, lower = BODY.above(1.3)
    said = [
        words(
            "data_1",
            clients=words.number(data["clients"]),
            default_rate=words.share(data["default_rate"]),
        ),
        words("data_2", fingerprint=data["fingerprint"][:16]),
    ]
    say(slide, upper, said, bullets=True)
    inputs = Counter(one["table"] for one in manifest["features"])
    rows = [
        (name, words.number(len(one["columns"])), words.number(inputs[name]))
        for name, one in manifest["tables"].items()
    ]
    table(slide, lower, (words("table"), words("columns"), words("inputs")), rows)


def _features(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    slide = deck.page("features", deck.from_bundle("manifest.json"))
    left, right = BODY.beside(0.5)
    protected = any(one["group"] == "PROTECTED" for one in manifest["features"])
    first = words(
        "features_1",
        features=words.number(len(manifest["features"])),
        history=words.number(len(manifest["history"])),
    )
    last = words("features_4_protected" if protected else "features_4")
    said = [first, words("features_2"), words("features_3"), last]
    say(slide, left, said, largest=20, bullets=True)
    labels = {one["group"]: one["labels"] for one in deck.facts.reasons["reasons"]}
    groups = Counter(one["group"] for one in manifest["features"]).most_common(14)
    names = [labels[group][words.language] for group, _ in groups]
    counts = [float(count) for _, count in groups]
    size = (right.width, right.height)
    png = charts.bars(names, counts, words("inputs"), words, size)
    picture(slide, right, png, words("features"))


def _one_feature(deck: Deck) -> None:
    """The numeric feature that weighs most and that distributions were kept of."""
    words, found = deck.words, deck.facts.distributions
    names = [
        one["feature"]
        for one in deck.facts.importance["features"]
        if found.get(one["feature"], {}).get("kind") == "numeric"
    ]
    if not names:
        return
    label = deck.facts.label(names[0], words.language)
    slide = deck.page("feature", deck.from_bundle("distributions.json"), label=label)
    size = (BODY.width, BODY.height)
    png = charts.distribution(found[names[0]], label, words, size)
    picture(slide, BODY, png, label)
