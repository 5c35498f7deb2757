"""What the Markdown may name: the manifest, and what follows from it."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import Any

from training.models.tracking import COMMIT
from training.present import repository
from training.present.facts import Facts
from training.present.live import Live, Pictures
from training.present.words import Words

SHOWN, REASONS = 10, 6
SIDES = ("lowers_risk", "raises_risk")
NO_GATE = dict.fromkeys(("gate", "value", "limit", "passed"), "")


def of_run(facts: Facts, words: Words) -> dict[str, Any]:
    manifest, metrics = facts.manifest, facts.manifest["metrics"]
    gates, fairness = metrics["gates"], metrics["fairness"]
    inputs = Counter(one["table"] for one in manifest["features"])
    protected = any(one["group"] == "PROTECTED" for one in manifest["features"])
    half = (len(gates) + 1) // 2
    pairs = zip_longest(gates[:half], gates[half:], fillvalue=NO_GATE)
    refused = facts.applicant.probability >= manifest["threshold"]
    ranked = [one for one in metrics["segments"] if one["auc"] is not None]
    changes = metrics["comparisons"]
    ratio = "{label!w} {approval_ratio:.3f}"
    return {
        **manifest,
        **metrics,
        **vars(facts),
        "even": facts.break_even,
        "commit": facts.run.data.tags.get(COMMIT, "–")[:8],
        "protected": "protected in" if protected else "protected out",
        "raw_tables": [
            {"table": name, "columns": one["columns"], "used": inputs[name]}
            for name, one in manifest["tables"].items()
        ],
        "versions": [
            {"library": name, "version": one}
            for name, one in manifest["libraries"].items()
        ],
        "chosen": metrics["candidates"][-1],
        "changes": sorted(changes, key=lambda one: -abs(one["business_score"]))[:SHOWN]
        or None,
        "decisions": _decisions(facts),
        "gate_pairs": [{"a": one, "b": other} for one, other in pairs],
        "passed": sum(one["passed"] for one in gates),
        "groups": [
            {**group, "label": f["label"]} for f in fairness for group in f["groups"]
        ],
        "ratios": ", ".join(words.fill(ratio, one) for one in fairness),
        "drawn": facts.numeric,
        "decided": "refused" if refused else "granted",
        "told": [
            (reason := facts.reason(group))
            | {"value": value, "text": reason[SIDES[value > 0]]}
            for group, value in facts.applicant.groups[:REASONS]
        ],
        "weakest": sorted(ranked, key=lambda one: float(one["auc"]))[:SHOWN],
    }


def _decisions(facts: Facts) -> list[dict[str, Any]]:
    """What became of the clients whom the threshold grants and refuses, out of fold."""
    frame, costs = facts.outcomes, facts.manifest["costs"]
    refused, bad = (
        frame["probability"] >= facts.manifest["threshold"],
        frame["TARGET"] > 0,
    )
    cases = [
        ("granted", "repaid", ~refused & ~bad, 0),
        ("granted", "defaulted", ~refused & bad, costs["false_negative"]),
        ("refused", "repaid", refused & ~bad, costs["false_positive"]),
        ("refused", "defaulted", refused & bad, 0),
    ]
    names = ("decision", "outcome", "clients", "each", "cost")
    return [
        dict(zip(names, (*said, who.sum(), each, each * who.sum()), strict=True))
        for *said, who, each in cases
    ]


def of_repository(live: Live, pictures: Pictures) -> dict[str, Any]:
    """What git and pytest tell of what has no picture."""
    return {
        "repository": live.repository or "no address was given",
        "cloud": live.cloud or "no address was given",
        "dashboard": live.dashboard,
        "commits": None if pictures["commits"] else repository.commits(),
        "folders": None if pictures["folder"] else repository.folders(),
        "delivered": None if pictures["cloud"] else repository.delivered(),
        "ran": live.tests and repository.ran(live.tests),
        "collected": None if live.tests else repository.collected(),
    }
