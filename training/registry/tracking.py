"""What MLflow keeps of a campaign: a run for it, and a child for each candidate."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlflow
import optuna
import pandas as pd
from matplotlib.figure import Figure
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import ColSpec, DataType, Schema

from training.evaluation.business_cost import Costs
from training.evaluation.ceiling import Ceiling
from training.evaluation.comparison import Comparison
from training.evaluation.cross_validation import Assessment
from training.evaluation.pictures.plots import pictures, selection_curve
from training.features.build import FeatureStore
from training.models.dataset import Labelled
from training.registry.store import Registry
from training.tables.layout import TARGET
from training.tuning.feature_selection import Selection

LIBRARIES = (
    "lightgbm",
    "scikit-learn",
    "imbalanced-learn",
    "optuna",
    "numpy",
    "pandas",
    "duckdb",
    "narwhals",
    "mlflow",
)
COMMIT = "mlflow.source.git.commit"
# MLflow shows a run's own pictures in its list of artifacts.
PICTURES = "pictures"
# As long as the store keeps it.
DIGEST = 36


def describe_campaign(parameters: Mapping[str, Any]) -> None:
    """Parameters, library versions and, where there is one, the commit."""
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    mlflow.log_params(
        {
            **parameters,
            **{f"version_{name}": version for name, version in versions.items()},
        }
    )
    commit = git_commit()
    if commit:
        mlflow.set_tag(COMMIT, commit)


def log_data(run: str, store: FeatureStore, data: Labelled, fingerprint: str) -> None:
    """What a run learns from, as MLflow's dataset: columns, size and digest."""
    # MLflow's own way looks at every value to find out which columns have gaps.
    inputs = [ColSpec(DataType.float, str(one), required=False) for one in data.inputs]
    columns = Schema([*inputs, ColSpec(DataType.double, TARGET)])
    dataset = Dataset(
        name=store.layout.labelled,
        digest=fingerprint[:DIGEST],
        source_type="local",
        source=json.dumps({"uri": str(store.features)}),
        schema=json.dumps({"mlflow_colspec": columns.to_dict()}),
        profile=json.dumps({"num_rows": len(data.inputs)}),
    )
    context = InputTag("mlflow.data.context", "training")
    mlflow.MlflowClient().log_inputs(run, [DatasetInput(dataset, [context])])


def git_commit(folder: Path = Path(__file__).parent) -> str | None:
    """The commit that the code is of; None outside of a repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True
        )
    except OSError:
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def record(
    registry: Registry,
    data: Labelled,
    costs: Costs,
    assessment: Assessment,
    study: optuna.Study | None,
    comparison: Comparison | None,
    *,
    drawn: bool,
) -> None:
    """A child run for one candidate: its metrics, its trials and its pictures."""
    label = assessment.candidate.label
    with mlflow.start_run(
        experiment_id=registry.experiment, run_name=label, nested=True
    ):
        mlflow.log_params(
            {
                **assessment.candidate.parameters,
                "strategy": assessment.candidate.strategy,
            }
        )
        mlflow.set_tag("kind", "family" if comparison is None else "variant")
        mlflow.log_metrics(
            {**assessment.metrics.to_json(), **_threshold(assessment, costs)}
        )
        if comparison is not None:
            mlflow.set_tag("compared_with", comparison.base)
            mlflow.log_metrics(_differences(comparison))
        if study is not None:
            log_trials(study)
        if drawn:
            log_pictures(pictures(assessment, data, costs))


def log_pictures(drawings: Mapping[str, Figure]) -> None:
    for name, figure in drawings.items():
        mlflow.log_figure(figure, f"{PICTURES}/{name}")


def _threshold(assessment: Assessment, costs: Costs) -> dict[str, float]:
    low, high = assessment.threshold.interval
    return {
        "threshold": assessment.threshold.value,
        "threshold_low": low,
        "threshold_high": high,
        "break_even": costs.break_even,
    }


def _differences(comparison: Comparison) -> dict[str, float]:
    return {
        "business_score_difference": comparison.business_score,
        "business_score_difference_se": comparison.business_score_se,
        "auc_difference": comparison.auc,
        "auc_difference_se": comparison.auc_se,
    }


def log_trials(study: optuna.Study) -> None:
    """Every trial of a search, whoever ran it: as steps of metrics and as a table."""
    tried = study.get_trials(
        deepcopy=False,
        states=(optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED),
    )
    rows = []
    for trial in tried:
        metrics = {
            "trial_business_score": float(trial.value or 0.0),
            "trial_auc": float(trial.user_attrs["auc"]),
            "trial_folds": float(len(trial.intermediate_values)),
        }
        mlflow.log_metrics(metrics, step=trial.number)
        rows.append(
            {"trial": trial.number, "state": trial.state.name, **metrics}
            | dict(trial.params)
        )
    mlflow.set_tag("study", study.study_name)
    if rows:
        mlflow.log_table(pd.DataFrame(rows), "trials.json")


def log_ladder(
    families: Sequence[Assessment],
    variants: Sequence[Assessment],
    comparisons: Sequence[Comparison],
) -> None:
    """The ladder as a table, and what each variant brought."""
    rows = [
        {"candidate": assessment.candidate.label, **assessment.metrics.to_json()}
        for assessment in (*families, *variants)
    ]
    mlflow.log_table(pd.DataFrame(rows), "ladder.json")
    if comparisons:
        frame = pd.DataFrame([comparison.to_json() for comparison in comparisons])
        mlflow.log_table(frame, "variants.json")


def log_ceiling(found: Ceiling) -> None:
    """Put what the served model leaves over into the active run."""
    document = found.to_json()
    metrics = {f"ceiling_{name}": document[name] for name in ("auc", "business_score")}
    for name in ("auc_over_served", "business_score_over_served"):
        metrics[f"ceiling_{name}"] = document[name]["difference"]
        metrics[f"ceiling_{name}_se"] = document[name]["standard_error"]
    mlflow.log_metrics(metrics)
    mlflow.log_dict(document, "ceiling.json")


def log_selection(selection: Selection) -> None:
    """Put the curve into the active run: as metrics, a table and a picture."""
    rows = selection.curve
    for row in rows:
        step = int(row["features"])
        mlflow.log_metrics({f"selection_{n}": v for n, v in row.items()}, step=step)
    mlflow.log_metric("features_served", len(selection.names))
    mlflow.log_table(pd.DataFrame(rows), "selection.json")
    mlflow.log_text("\n".join(selection.names) + "\n", "features_served.txt")
    log_pictures({"selection.png": selection_curve(rows, selection.chosen.features)})
