"""A campaign in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison
from training.evaluation.cross_validation import Assessment


def ladder_lines(assessments: Sequence[Assessment]) -> Iterator[str]:
    """One line per family, with standard errors."""
    for assessment in assessments:
        metrics = assessment.metrics
        yield (
            f"{assessment.candidate.label:32}"
            f" business score {metrics.business_score:.4f}"
            f" ±{metrics.business_score_se:.4f}"
            f"  AUC {metrics.auc:.4f} ±{metrics.auc_se:.4f}"
            f"  AP {metrics.average_precision:.4f}  KS {metrics.ks:.3f}"
            f"  Brier {metrics.brier:.4f}  ECE {metrics.ece:.4f}"
            f"  recall {metrics.recall:.2f}  gap {metrics.auc_gap:.3f}"
            f"  fit {metrics.fit_seconds:.1f} s"
        )


def variant_lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What each variant brings; below 0 it costs less."""
    for comparison in comparisons:
        yield (
            f"{comparison.variant:42} business score {comparison.business_score:+.4f}"
            f" ±{comparison.business_score_se:.4f}"
            f"  AUC {comparison.auc:+.4f} ±{comparison.auc_se:.4f}"
            f"  {'pays' if comparison.pays else ''}".rstrip()
        )


def threshold_line(version: str, chosen: Assessment, costs: Costs) -> str:
    low, high = chosen.threshold.interval
    return (
        f"version {version}: {chosen.candidate.label},"
        f" threshold {chosen.threshold.value:.4f}"
        f" (90 % within {low:.4f} and {high:.4f}; break-even {costs.break_even:.4f})"
    )
