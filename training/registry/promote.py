"""Make a model version the champion, if it may be."""

from __future__ import annotations

from training.errors import PromotionRefused
from training.registry.store import CHALLENGER, CHAMPION, MODEL, Registry

# The best model known on this data reaches 0.806: more is leakage until explained.
HIGHEST_AUC = 0.82


def promote(registry: Registry, version: str = CHALLENGER) -> str:
    """Give a version the alias `champion`; returns its number.

    Raises:
        TrainingError: there is no such version.
        PromotionRefused: its cross-validated AUC is too good to be true, or it costs
            no less than deciding without a model.
    """
    found = registry.version(version)
    metrics = registry.client.get_run(str(found.run_id)).data.metrics
    auc = metrics["auc"]
    if auc > HIGHEST_AUC:
        raise PromotionRefused(
            f"version {found.version}: AUC {auc:.4f} is above {HIGHEST_AUC}, the limit"
            " for leakage; look for a feature that knows the outcome"
        )
    score, baseline = metrics["business_score"], metrics["dummy_business_score"]
    if score >= baseline:
        raise PromotionRefused(
            f"version {found.version}: business score {score:.4f}, expected less than"
            f" {baseline:.4f}, the dummy's"
        )
    registry.client.set_registered_model_alias(MODEL, CHAMPION, found.version)
    return str(found.version)
