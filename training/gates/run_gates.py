"""Put a campaign's model to every gate."""

from __future__ import annotations

from training.evaluation.fairness import protected_attributes
from training.evaluation.review import Review
from training.evaluation.trained_model import Outcome
from training.gates import behaviour, fairness, leakage, ranking, reasons, stability
from training.gates.gate import Gate


def examine(outcome: Outcome, found: Review, jobs: int) -> list[Gate]:
    """Every gate that needs no other model; in the order of the table."""
    data, made, chosen = outcome.data, outcome.made, outcome.chosen
    formulas = {one.name: one.formula for one in made.features}
    history = [one.name for one in made.history]
    statements = {
        "history.sql": made.history_sql,
        "applicant.sql": made.applicant_sql,
    }
    decisions = fairness.Decisions(
        data.target, chosen.probability, chosen.threshold.value
    )
    return [
        ranking.auc_ceiling(outcome),
        ranking.train_gap(outcome),
        ranking.better_than_dummy(outcome),
        ranking.no_worse_than_logistic(outcome),
        ranking.calibration(outcome),
        leakage.permuted_labels(outcome, jobs),
        leakage.single_feature(data),
        leakage.target_encoding(data),
        leakage.identifiers(data, formulas, history),
        leakage.outcome_columns(list(data.inputs.columns), statements),
        leakage.client_numbers(data),
        leakage.dated_records(outcome.store),
        stability.id_blocks(found.segments),
        stability.segment_ranking(found.segments),
        stability.segment_calibration(found.segments),
        *fairness.equality(protected_attributes(found.applications), decisions),
        *behaviour.behaviour(outcome),
        reasons.reasons(outcome),
    ]
