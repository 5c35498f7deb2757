"""Put a campaign's model to every gate."""

from __future__ import annotations

from training.evaluation.fairness import protected_attributes
from training.evaluation.model_analysis import ModelAnalysis
from training.evaluation.trained_model import TrainedModel
from training.gates import behaviour, fairness, leakage, ranking, reasons, stability
from training.gates.gate import Gate


def examine(
    trained: TrainedModel,
    analysis: ModelAnalysis,
    shuffled: int,
    rounds: int | None,
    jobs: int,
) -> list[Gate]:
    """Every gate that needs no other model; in the order of the table.

    `shuffled`: the clients of the fit to shuffled outcomes; `rounds`: of boosting it
    has at most.
    """
    data, feature_set, chosen = trained.data, trained.feature_set, trained.chosen
    layout = trained.store.layout
    attributes = protected_attributes(layout.application, analysis.applications)
    formulas = {feature.name: feature.formula for feature in feature_set.features}
    history = [feature.name for feature in feature_set.history]
    statements = {
        "history.sql": feature_set.history_sql,
        "applicant.sql": feature_set.applicant_sql,
    }
    decisions = fairness.Decisions(
        data.target, chosen.probability, chosen.threshold.value
    )
    return [
        ranking.auc_ceiling(trained),
        ranking.train_gap(trained),
        ranking.better_than_dummy(trained),
        ranking.no_worse_than_logistic(trained),
        ranking.calibration(trained),
        leakage.permuted_labels(trained, shuffled, rounds, jobs),
        leakage.single_feature(layout, data),
        leakage.target_encoding(data),
        leakage.identifiers(layout, data, formulas, history),
        leakage.outcome_columns(list(data.inputs.columns), statements),
        leakage.client_numbers(data),
        leakage.dated_records(trained.store),
        stability.id_blocks(analysis.segments),
        stability.segment_ranking(analysis.segments),
        stability.segment_calibration(analysis.segments),
        *fairness.equality(layout, attributes, decisions),
        *behaviour.behaviour(trained),
        reasons.reasons(trained, analysis.borderline),
    ]
