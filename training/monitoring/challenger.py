"""A second bundle in shadow: what it would have decided on the same events.

The stored vectors are scored again, so both models must have the same features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from training.arrays import Array
from training.bundle.read import read_manifest
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs, expected_cost
from training.language import Labels, _, figure
from training.markdown import document
from training.models.served import ServedModel, file_of, read_model
from training.monitoring.alerts import outbox
from training.monitoring.events.api_client import Api
from training.monitoring.events.read import read_page, whole_vectors
from training.monitoring.events.state import State
from training.monitoring.statistics.performance import auc
from training.monitoring.statistics.reference import Reference

NEWEST = 20_000
PAGE = 5_000
LEAST_OUTCOMES = 200


@dataclass(frozen=True)
class Challenger:
    """Another bundle's model, fed from the champion's vectors."""

    manifest: dict[str, Any]
    bundle_sha256: str
    model: ServedModel
    places: np.ndarray

    @property
    def threshold(self) -> float:
        return float(self.manifest["threshold"])

    def probability(self, vectors: np.ndarray) -> Array:
        """Of champion's vectors, shape (events, its features)."""
        margin = self.model.margins(vectors[:, self.places])
        calibration = self.manifest["calibration"]
        line = calibration["slope"] * margin + calibration["intercept"]
        return np.asarray(expit(line))


def read_challenger(reference: Reference, bundle: Path) -> Challenger:
    """Read the other bundle.

    Raises:
        ConfigurationError: it has a feature that the stored vectors do not hold.
    """
    manifest, digest = read_manifest(bundle)
    known = {
        (feature["name"], feature["formula"], tuple(feature["categories"] or ())): index
        for index, feature in enumerate(reference.manifest["features"])
    }
    wanted = [
        (feature["name"], feature["formula"], tuple(feature["categories"] or ()))
        for feature in manifest["features"]
    ]
    lacking = [key[0] for key in wanted if key not in known]
    if lacking:
        raise ConfigurationError(
            f"{bundle}: {len(lacking)} of its features are not among those stored with"
            f" the champion's events, such as {lacking[0]}: it cannot be compared on"
            " them; score both on the same tables with `score`"
        )
    model = read_model(manifest, bundle / file_of(manifest))
    return Challenger(manifest, digest, model, np.array([known[k] for k in wanted]))


def shadow(
    api: Api,
    reference: Reference,
    state: State,
    challenger: Challenger,
    *,
    progress: Callable[[str], None],
) -> Labels:
    """Compare on the newest events and put the report into the outbox.

    Returns the conclusion.
    """
    decided = _decided(api, reference, state, challenger, progress)
    report = compare(
        decided, reference.threshold, challenger.threshold, reference.costs
    )
    report["champion"] = _names(reference.manifest, reference.bundle_sha256)
    report["challenger"] = _names(challenger.manifest, challenger.bundle_sha256)
    conclusion = conclude(report, reference.costs)
    token = f"challenger-{challenger.bundle_sha256[:16]}-{state.cursor}"
    with state.transaction():
        if state.fact("challenged") != token:
            outbox.put_report(state, "challenger", conclusion, report, None, token)
            state.keep(challenged=token)
    return conclusion


def _names(manifest: Any, digest: str) -> dict[str, str]:
    return {"version": manifest["model"]["version"], "bundle_sha256": digest}


def _decided(
    api: Api,
    reference: Reference,
    state: State,
    challenger: Challenger,
    progress: Callable[[str], None],
) -> pd.DataFrame:
    """One row per application: both probabilities, and the outcome where known."""
    after, counted = state.counted_from(max(0, state.decisions - NEWEST))
    parts = []
    while after < state.cursor:
        page = read_page(api.events(after, PAGE, "all", "decision"), after)
        if not len(page):
            break
        after = page.last
        ours = page.rows[page.rows["event_id"].isin(counted)]
        # Those of erased clients have none.
        ours = ours.dropna(subset=["features", "probability"])
        if len(ours):
            vectors = whole_vectors(reference, ours["features"])
            parts.append(
                pd.DataFrame(
                    {
                        "event_id": ours["event_id"],
                        "champion": ours["probability"],
                        "challenger": challenger.probability(vectors),
                        **_amounts(reference, vectors),
                    }
                )
            )
        progress(f"challenger: {sum(map(len, parts)):,} decisions")
    if not parts:
        raise ConfigurationError("--challenger: no decision yet to compare on")
    decisions = pd.concat(parts, ignore_index=True).drop_duplicates("event_id")
    return decisions.assign(defaulted=decisions["event_id"].map(state.outcome_of()))


def _amounts(reference: Reference, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """What costs by amount weigh each decision by; nothing for other costs."""
    if not reference.costs.by_amount:
        return {}
    names = [feature["name"] for feature in reference.manifest["features"]]
    amount = reference.costs.by_amount
    return {amount: vectors[:, names.index(amount)]}


def compare(
    decided: pd.DataFrame, champion: float, challenger: float, costs: Costs
) -> dict[str, Any]:
    """What promotion would have changed.

    `decided`: columns champion and challenger (probabilities) and defaulted (null
    where unknown), and the amount where costs are by it; then the two thresholds.
    """
    weight = costs.weight(decided)
    refused = (
        (decided["champion"] >= champion).to_numpy(),
        (decided["challenger"] >= challenger).to_numpy(),
    )
    return {
        "decisions": len(decided),
        "changed": int((refused[0] != refused[1]).sum()),
        "refused_share": [float(refusals.mean()) for refusals in refused],
        "swap_in": _swap(decided, refused[0] & ~refused[1]),
        "swap_out": _swap(decided, ~refused[0] & refused[1]),
        "expected_cost": {
            by: [
                expected_cost(decided[by].to_numpy(), refusals, costs, weight)
                for refusals in refused
            ]
            for by in ("champion", "challenger")
        },
        "realised": _realised(decided, refused, costs),
    }


def _swap(decided: pd.DataFrame, chosen: np.ndarray) -> dict[str, Any]:
    """Clients that the challenger would decide the other way."""
    part = decided[chosen]
    known = part["defaulted"].dropna()
    return {
        "decisions": len(part),
        "expected_default_rate": {
            by: float(part[by].mean()) if len(part) else None
            for by in ("champion", "challenger")
        },
        "outcomes": len(known),
        "defaults": int(known.sum()),
    }


def _realised(
    decided: pd.DataFrame, refused: tuple[np.ndarray, np.ndarray], costs: Costs
) -> dict[str, Any] | None:
    """Cost and AUC where outcomes are known: of clients that the champion granted."""
    known = decided["defaulted"].notna().to_numpy()
    target = decided["defaulted"][known].to_numpy(np.float64)
    if len(target) < LEAST_OUTCOMES or not 0 < target.sum() < len(target):
        return None
    weight = costs.weight(decided[known])
    cost = [
        expected_cost(target, refusals[known], costs, weight) for refusals in refused
    ]
    area = [auc(decided[n][known].to_numpy(), target) for n in decided.columns[1:3]]
    return {
        "outcomes": len(target),
        "defaults": int(target.sum()),
        "cost": cost,
        "auc": [value for value, _error in area],
        "auc_error": [error for _value, error in area],
    }


def conclude(report: dict[str, Any], costs: Costs) -> Labels:
    """Markdown: what promotion would have changed."""
    inward, outward = report["swap_in"], report["swap_out"]
    by_champion, by_challenger = report["expected_cost"].values()
    changed = _(
        "**Promotion would have changed {changed} of {decisions} decisions**:"
        " {granted} refused ones would be granted and {refused} granted ones refused.",
        changed=figure(report["changed"], ",d"),
        decisions=figure(report["decisions"], ",d"),
        granted=figure(inward["decisions"], ",d"),
        refused=figure(outward["decisions"], ",d"),
    )
    expected = _(
        "Expected cost {per}, champion then challenger: by the challenger's"
        " probabilities {cost} and {cost_challenger}; by the champion's"
        " {cost_by_champion} and {cost_challenger_by_champion}. Each model favours"
        " itself; a gain by both is a gain, else outcomes must decide.",
        per=costs.per_labels,
        cost=figure(by_challenger[0], ".4f"),
        cost_challenger=figure(by_challenger[1], ".4f"),
        cost_by_champion=figure(by_champion[0], ".4f"),
        cost_challenger_by_champion=figure(by_champion[1], ".4f"),
    )
    return document([changed, expected, _on_outcomes(report["realised"], costs)])


def _on_outcomes(realised: dict[str, Any] | None, costs: Costs) -> Labels:
    if realised is None:
        return _("There are too few outcomes to compare realised performance.")
    return _(
        "On {outcomes} clients with an outcome: AUC {auc} and {auc_challenger}, cost"
        " {per} {cost} and {cost_challenger}. They are clients that the champion"
        " granted: whom only the challenger would grant is not among them.",
        outcomes=figure(realised["outcomes"], ",d"),
        auc=figure(realised["auc"][0], ".3f"),
        auc_challenger=figure(realised["auc"][1], ".3f"),
        per=costs.per_labels,
        cost=figure(realised["cost"][0], ".4f"),
        cost_challenger=figure(realised["cost"][1], ".4f"),
    )
