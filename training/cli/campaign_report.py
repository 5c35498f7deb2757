"""A campaign in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison
from training.evaluation.cross_validation import Assessment


def ladder_lines(assessments: Sequence[Assessment]) -> Iterator[str]:
    """One line per family, with standard errors."""
    for one in assessments:
        found = one.metrics
        yield (
            f"{one.candidate.label:32}"
            f" business score {found.business_score:.4f} ±{found.business_score_se:.4f}"
            f"  AUC {found.auc:.4f} ±{found.auc_se:.4f}"
            f"  AP {found.average_precision:.4f}  KS {found.ks:.3f}"
            f"  Brier {found.brier:.4f}  ECE {found.ece:.4f}"
            f"  recall {found.recall:.2f}  gap {found.auc_gap:.3f}"
            f"  fit {found.fit_seconds:.1f} s"
        )


def variant_lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What each variant brings; below 0 it costs less."""
    for one in comparisons:
        yield (
            f"{one.variant:42} business score {one.business_score:+.4f}"
            f" ±{one.business_score_se:.4f}  AUC {one.auc:+.4f} ±{one.auc_se:.4f}"
            f"  {'pays' if one.pays else ''}".rstrip()
        )


def threshold_line(version: str, chosen: Assessment, costs: Costs) -> str:
    low, high = chosen.threshold.interval
    return (
        f"version {version}: {chosen.candidate.label},"
        f" threshold {chosen.threshold.value:.4f}"
        f" (90 % within {low:.4f} and {high:.4f}; break-even {costs.break_even:.4f})"
    )
