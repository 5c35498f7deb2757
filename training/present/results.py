"""Slides: the method, the ladder, the threshold, ranking and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.present import charts
from training.present.deck import Deck
from training.present.page import BODY, picture, say, table

SHOWN_VARIANTS = 10
MLFLOW_PICTURES = ("roc.png", "precision_recall.png")


def add(deck: Deck) -> None:
    _method(deck)
    _ladder(deck)
    _ladder_chart(deck)
    _variants(deck)
    _cost(deck)
    _ranking(deck)
    _calibration(deck)


def _method(deck: Deck) -> None:
    words, facts = deck.words, deck.facts
    last = words(
        "method_5",
        budget=facts.run.data.params["budget"],
        runs=words.number(facts.runs),
        commit=facts.commit or "–",
    )
    said = [words(f"method_{number}") for number in range(1, 5)]
    slide = deck.page("method", deck.from_mlflow())
    say(slide, BODY, [*said, last], bullets=True)


def _ladder(deck: Deck) -> None:
    words, candidates = deck.words, deck.facts.manifest["metrics"]["candidates"]
    slide = deck.page("ladder", deck.from_bundle("manifest.json"))
    upper, lower = BODY.above(0.8)
    said = words("chosen_model", model=_name(candidates[-1]))
    say(slide, upper, [said], largest=18)
    head = [words("model"), words("business_score"), "AUC", "PR-AUC", "KS"]
    head += [words("recall"), words("refused"), words("gap")]
    rows = [
        [
            _name(one),
            words.error(one["business_score"], one["business_score_se"]),
            words.error(one["auc"], one["auc_se"]),
            words.error(one["average_precision"], one["average_precision_se"], 3),
            words.number(one["ks"], 3),
            words.share(one["recall"]),
            words.share(one["refused_share"]),
            words.number(one["auc_gap"], 3),
        ]
        for one in candidates
    ]
    table(slide, lower, head, rows)


def _ladder_chart(deck: Deck) -> None:
    candidates = deck.facts.manifest["metrics"]["candidates"]
    slide = deck.page("ladder_chart", deck.from_bundle("manifest.json"))
    png = charts.ladder(candidates, deck.words, (BODY.width, BODY.height))
    picture(slide, BODY, png, deck.words("ladder_chart"))


def _variants(deck: Deck) -> None:
    """Only where the budget tried any."""
    words, found = deck.words, deck.facts.manifest["metrics"]["comparisons"]
    if not found:
        return
    shown = sorted(found, key=lambda one: -abs(one["business_score"]))
    shown = shown[:SHOWN_VARIANTS]
    slide = deck.page("variants", deck.from_bundle("manifest.json"))
    upper, lower = BODY.above(0.7)
    said = words("variants_shown", shown=len(shown), all=len(found))
    say(slide, upper, [said], largest=18)
    head = [words("variant"), words("base"), words("business_score"), "AUC"]
    rows = [
        [
            one["variant"],
            one["base"],
            _change(deck, one, "business_score"),
            _change(deck, one, "auc"),
            words("yes" if one["pays"] else "no"),
        ]
        for one in shown
    ]
    table(slide, lower, [*head, words("pays")], rows)


def _change(deck: Deck, one: Mapping[str, Any], name: str) -> str:
    words = deck.words
    error = words.number(one[f"{name}_se"], 4)
    return f"{words.number(one[name], 4, sign=True)} ± {error}"


def _cost(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    costs, cv = manifest["costs"], manifest["metrics"]["cv"]
    low, high = manifest["threshold_interval"]
    even = costs["false_positive"] / (costs["false_positive"] + costs["false_negative"])
    dummy = manifest["metrics"]["candidates"][0]
    said = [
        words(
            "cost_1",
            threshold=words.number(manifest["threshold"], 4),
            low=words.number(low, 4),
            high=words.number(high, 4),
            even=words.number(even, 4),
        ),
        words(
            "cost_2",
            cost=words.error(cv["business_score"], cv["business_score_se"]),
            everyone=words.error(dummy["business_score"], dummy["business_score_se"]),
        ),
        words(
            "cost_3",
            refused=words.share(cv["refused_share"]),
            recall=words.share(cv["recall"]),
        ),
    ]
    slide = deck.page("cost", deck.from_bundle("manifest.json"))
    left, right = BODY.beside(0.38)
    say(slide, left, said, largest=20, bullets=True)
    png = charts.cost(manifest, words, (right.width, right.height))
    picture(slide, right, png, words("cost"))


def _ranking(deck: Deck) -> None:
    words, cv = deck.words, deck.facts.manifest["metrics"]["cv"]
    slide = deck.page("ranking", deck.from_mlflow())
    upper, lower = BODY.above(0.6)
    said = words(
        "ranking_said",
        auc=words.error(cv["auc"], cv["auc_se"]),
        precision=words.error(cv["average_precision"], cv["average_precision_se"]),
        ks=words.number(cv["ks"], 3),
    )
    say(slide, upper, [said], largest=18)
    for box, name in zip(lower.beside(0.5), MLFLOW_PICTURES, strict=True):
        picture(slide, box, deck.facts.pictures[name], name)


def _calibration(deck: Deck) -> None:
    words, manifest = deck.words, deck.facts.manifest
    cv, fitted = manifest["metrics"]["cv"], manifest["calibration"]
    said = [
        words("calibration_1", ece=words.number(cv["ece"], 4)),
        words(
            "calibration_2",
            brier=words.error(cv["brier"], cv["brier_se"]),
            slope=words.number(fitted["slope"], 3),
            intercept=words.number(fitted["intercept"], 3),
        ),
        words("calibration_3"),
    ]
    slide = deck.page("calibration", deck.from_bundle("manifest.json"))
    left, right = BODY.beside(0.38)
    say(slide, left, said, largest=20, bullets=True)
    curve = manifest["metrics"]["calibration_curve"]
    png = charts.calibration(curve, words, (right.width, right.height))
    picture(slide, right, png, words("calibration"))


def _name(candidate: Mapping[str, Any]) -> str:
    return str(candidate.get("label", candidate["name"]))
