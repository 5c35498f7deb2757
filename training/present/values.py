"""What the Markdown may name: the manifest, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from training.models.tracking import COMMIT
from training.present import repository
from training.present.facts import Facts
from training.present.live import Live, Pictures
from training.present.words import Words

SHOWN, MOVED, REASONS = 10, 8, 6
NO_GATE = dict.fromkeys(("gate", "value", "limit", "passed"), "")


def of_run(facts: Facts, words: Words) -> dict[str, Any]:
    manifest, metrics = facts.manifest, facts.manifest["metrics"]
    gates, segments = metrics["gates"], metrics["segments"]
    inputs = Counter(one["table"] for one in manifest["features"])
    half = (len(gates) + 1) // 2
    pairs = zip_longest(gates[:half], gates[half:], fillvalue=NO_GATE)
    refused = facts.applicant.probability >= manifest["threshold"]
    low, high = manifest["threshold_interval"]
    changes = sorted(
        metrics["comparisons"], key=lambda one: -abs(one["business_score"])
    )
    return {
        **manifest,
        **metrics,
        "low": low,
        "high": high,
        "even": facts.break_even,
        "run": facts.run.info.run_id,
        "runs": facts.runs,
        "budget": facts.run.data.params["budget"],
        "commit": facts.run.data.tags.get(COMMIT, "–")[:8],
        "inputs": len(manifest["features"]),
        "earlier": len(manifest["history"]),
        "protected": "protected in" if inputs_protected(manifest) else "protected out",
        "raw_tables": [
            {"table": name, "columns": len(one["columns"]), "used": inputs[name]}
            for name, one in manifest["tables"].items()
        ],
        "versions": [
            {"library": k, "version": v} for k, v in manifest["libraries"].items()
        ],
        "first": metrics["candidates"][0],
        "chosen": metrics["candidates"][-1],
        "changes": changes[:SHOWN] or None,
        "decisions": _decisions(facts),
        "gate_pairs": [{"a": one, "b": other} for one, other in pairs],
        "gates_count": len(gates),
        "passed": sum(one["passed"] for one in gates),
        "groups": [
            {**group, "label": one["label"]}
            for one in metrics["fairness"]
            for group in one["groups"]
        ],
        "ratios": ", ".join(
            words.fill("{label!w} {approval_ratio:.3f}", one)
            for one in metrics["fairness"]
        ),
        "features_drawn": [words.say(one) for one in facts.numeric[:2]],
        "dots": len(facts.importance["beeswarm"]["values"]),
        "applicant": facts.applicant,
        "decided": "refused" if refused else "granted",
        "told": [
            {
                **facts.reason(group),
                "value": value,
                "text": facts.reason(group)[
                    "raises_risk" if value > 0 else "lowers_risk"
                ],
            }
            for group, value in facts.applicant.groups[:REASONS]
        ],
        "drift": facts.drift,
        "moved": facts.drift and facts.drift["columns"][:MOVED],
        "weakest": sorted(
            (one for one in segments if one["auc"] is not None),
            key=lambda one: float(one["auc"]),
        )[:SHOWN],
    }


def inputs_protected(manifest: Mapping[str, Any]) -> bool:
    return any(one["group"] == "PROTECTED" for one in manifest["features"])


def _decisions(facts: Facts) -> list[dict[str, Any]]:
    """What became of the clients whom the threshold grants and refuses, out of fold."""
    frame, costs = facts.outcomes, facts.manifest["costs"]
    refused, bad = (
        frame["probability"] >= facts.manifest["threshold"],
        frame["TARGET"] > 0,
    )
    each = {
        ("granted", "repaid"): (~refused & ~bad, 0.0),
        ("granted", "defaulted"): (~refused & bad, costs["false_negative"]),
        ("refused", "repaid"): (refused & ~bad, costs["false_positive"]),
        ("refused", "defaulted"): (refused & bad, 0.0),
    }
    return [
        {"decision": a, "outcome": b, "clients": int(who.sum()), "each": cost}
        | {"cost": cost * int(who.sum())}
        for (a, b), (who, cost) in each.items()
    ]


def of_repository(live: Live, pictures: Pictures) -> dict[str, Any]:
    """What git and pytest tell of what has no picture."""
    ran = live.tests and repository.ran(live.tests)
    collected = None if live.tests else repository.collected()
    return {
        "repository": live.repository or "no address was given",
        "cloud": live.cloud or "no address was given",
        "dashboard": live.dashboard,
        "commits": None if pictures["commits"] else repository.commits(),
        "folders": None if pictures["folder"] else repository.folders(),
        "delivered": None if pictures["cloud"] else repository.delivered(),
        "ran": ran,
        "ran_parts": ran and ran["parts"],
        "collected": collected,
        "collected_parts": collected and collected["parts"],
    }
