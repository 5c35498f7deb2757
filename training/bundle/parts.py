"""The parts of a bundle that a training run makes: all but its name and its hashes."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from training.arrays import Array
from training.bundle.card import write_model_card
from training.bundle.read import MANIFEST, file_sha256
from training.bundle.samples import (
    CORRELATIONS,
    POPULATION,
    correlations,
    displayed,
    monitored,
    write_population,
    write_reference,
)
from training.evaluation.business_cost import Costs, business_score
from training.evaluation.model_analysis import ModelAnalysis
from training.evaluation.shap_values import distributions
from training.evaluation.trained_model import TrainedModel
from training.features.applicant import terms
from training.features.define import Feature
from training.features.history import called
from training.features.sql import feature_set_hash, history_per_table
from training.gates.gate import Gate
from training.models.dataset import Labelled
from training.tables.home_credit.sentences import SENTENCES, Sentences
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Column, Role, Table, Type

# Where a run keeps the parts, and the file that becomes the manifest.
PARTS, CORE, REASONS = "bundle", "core.json", "reasons.json"
CURVE_POINTS = 101
LIBRARIES = ("lightgbm", "duckdb", "narwhals", "scikit-learn", "numpy")
TYPES = {
    Type.INTEGER: "integer",
    Type.NUMBER: "number",
    Type.CATEGORY: "category",
}


def write_parts(
    folder: Path,
    trained: TrainedModel,
    analysis: ModelAnalysis,
    gates: Sequence[Gate],
    clients: np.ndarray,
) -> None:
    """Write the model, its SQL, its explanations and the manifest's core.

    `clients`: the labelled clients' pseudonyms.
    """
    feature_set, data, chosen = trained.feature_set, trained.data, trained.chosen
    trained.model.save(folder)
    past = ";\n".join(history_per_table(feature_set))
    (folder / "history.sql").write_text(past + "\n", encoding="utf-8")
    (folder / "applicant.sql").write_text(
        feature_set.applicant_sql + "\n", encoding="utf-8"
    )
    shown, watched = (
        displayed(feature_set, analysis.importance),
        monitored(analysis.importance),
    )
    reasons = reasons_json(trained.store.layout) | {"borderline": analysis.borderline}
    write_json(folder / REASONS, reasons)
    write_json(folder / "importance.json", analysis.importance)
    write_json(folder / "inspection.json", analysis.inspection, compact=True)
    if any(feature.name == terms.TERM for feature in feature_set.features):
        write_json(folder / "instalments.json", terms.as_likely())
    write_json(folder / "distributions.json", distributions(data, shown))
    write_json(folder / CORRELATIONS, correlations(data.inputs[watched]).tolist())
    write_population(folder / POPULATION, data, clients, shown, chosen)
    write_reference(folder / "reference.parquet", data, chosen, watched, trained.costs)
    write_json(folder / CORE, _core(trained, analysis, gates))


def reasons_json(layout: Layout) -> dict[str, Any]:
    """The content of `reasons.json`, but for the borderline clients."""
    return {"reasons": [asdict(reason) for reason in layout.reasons]}


def write_json(path: Path, value: object, *, compact: bool = False) -> None:
    """With a line for each value, or in as few bytes as can be."""
    form: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, **form)
    path.write_text(text + "\n", encoding="utf-8")


def _core(
    trained: TrainedModel, analysis: ModelAnalysis, gates: Sequence[Gate]
) -> dict[str, Any]:
    """The manifest without the model's name and the hashes of the files."""
    feature_set, data, chosen = trained.feature_set, trained.data, trained.chosen
    layout = trained.store.layout
    held_back = protected(layout, (*feature_set.history, *feature_set.features))
    return {
        "format": 1,
        "form": trained.model.form,
        "currency": layout.currency,
        "costs": trained.costs.to_json(),
        "costs_by_amount": bool(trained.costs.by_amount),
        "threshold": chosen.threshold.value,
        "threshold_interval": list(chosen.threshold.interval),
        "calibration": chosen.calibration.to_json(),
        "metrics": {
            "cv": chosen.metrics.to_json(),
            "candidates": [
                {
                    "name": one.candidate.name,
                    "label": one.candidate.label,
                    **one.metrics.to_json(),
                }
                for one in trained.assessments
            ],
            "comparisons": [one.to_json() for one in trained.comparisons],
            "rivals": [
                {"label": one.variant, **one.intervals()} for one in trained.rivals
            ],
            "curve": trained.curve,
            "ceiling": trained.ceiling.to_json() if trained.ceiling else None,
            "cost_curve": cost_curve(
                data.target,
                chosen.probability,
                chosen.threshold.value,
                trained.costs,
                data.inputs,
            ),
            "calibration_curve": analysis.calibration_curve,
            "fairness": analysis.fairness,
            "segments": analysis.segments,
            "gates": [one.to_json() for one in gates],
            "price_of_leaving_out": analysis.price_of_leaving_out,
        },
        "data": {
            name: trained.about[name]
            for name in ("clients", "default_rate", "fingerprint")
        }
        | {"known_after": layout.known_after},
        "feature_set": feature_set_hash(feature_set, data.categories),
        "features": [
            _descriptor(one, data, layout) | {"protected": one.name in held_back}
            for one in feature_set.features
        ],
        "history": [one.name for one in feature_set.history],
        "monitored": monitored(analysis.importance),
        "tables": {name: _table(trained, name) for name in feature_set.tables},
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def cost_curve(
    target: Array, probability: Array, threshold: float, costs: Costs, inputs: DataFrame
) -> dict[str, list[float | None]]:
    """What comes of as many thresholds as a chart can show, the one in use among them.

    They refuse from all clients to none in steps of one in a hundred. Default rates are
    of those granted, null where nobody is. Shapes: (clients,).
    """
    shares = np.linspace(0.0, 100.0, CURVE_POINTS - 1)
    # From the largest one on nobody would be refused.
    last = np.nextafter(probability.max(), 2.0)
    steps = [0.0, *np.percentile(probability, shares)[1:-1], last, threshold]
    thresholds, weight = np.unique(steps), costs.weight(inputs)
    granted = [probability < one for one in thresholds]
    return {
        "threshold": thresholds.tolist(),
        "business_score": [
            business_score(target, probability, float(one), costs, weight)
            for one in thresholds
        ],
        "approval_rate": [float(one.mean()) for one in granted],
        "default_rate": [
            float(target[one].mean()) if one.any() else None for one in granted
        ],
    }


def _descriptor(feature: Feature, data: Labelled, layout: Layout) -> dict[str, Any]:
    values = data.inputs[feature.name]
    known = not feature.category and bool(values.notna().any())
    return {
        "name": feature.name,
        "dtype": "category" if feature.category else "float32",
        "categories": data.categories.get(feature.name),
        "table": feature.table,
        "group": feature.group,
        "unit": feature.unit.value,
        "labels": feature.labels,
        "formula": feature.formula,
        "bounds": [float(values.min()), float(values.max())] if known else None,
        "sentences": _sentences(feature, layout),
    }


def protected(layout: Layout, features: Sequence[Feature]) -> set[str]:
    """Those that are made of a protected column; each after what it is made of.

    A formula names all that it is made of, as Home Credit's where it is known as that.
    """
    columns = {
        (table.name, name)
        for table in layout.tables.values()
        for column in table
        if column.protected
        for name in (column.name, column.known_as)
    }
    found: set[str] = set()
    for feature in features:
        words = {feature.formula, *re.findall(r"\w+", feature.formula)}
        read = {(table, one) for table in (APPLICATION, feature.table) for one in words}
        if read & columns or words & found:
            found.add(feature.name)
    return found


def _sentences(feature: Feature, layout: Layout) -> Sentences | None:
    """Of a column those of Home Credit's that it is known as."""
    if feature.family != "raw":
        return SENTENCES.get(feature.name)
    return SENTENCES.get(layout.application[feature.name].known_as)


def _table(trained: TrainedModel, name: str) -> dict[str, Any]:
    """A raw table's declaration, with the categories that training saw."""
    table = trained.store.layout.tables[name]
    seen = trained.store.categories(name)
    return {
        "columns": [
            described(table, one, seen.get(one.name))
            | {"estimate": _estimate(trained, one)}
            for one in table
        ],
        "labels": None if name == APPLICATION else called(trained.store.layout, name),
        "origin": table.origin,
        "sections": table.sections,
    }


def _estimate(trained: TrainedModel, column: Column) -> str | None:
    """The feature that is this column where it is given, and else an estimate of it."""
    carries = column.role is Role.INSTALMENTS and column.known_as == terms.CARRIED
    served = (feature.name for feature in trained.feature_set.features)
    return terms.TERM if carries and terms.TERM in served else None


def described(table: Table, column: Column, seen: list[str] | None) -> dict[str, Any]:
    """A column as the manifest tells it; `seen`: its categories in training."""
    section = column.section
    return {
        "name": column.name,
        "type": TYPES[column.type],
        "nullable": column.nullable,
        "unit": column.unit.value,
        "labels": column.labels,
        "meaning": column.meaning,
        "categories": seen,
        "words": column.words,
        "missing": column.missing,
        "bounds": column.bounds,
        "role": column.role,
        "section": None if section is None else table.sections.index(section),
        "term": None if column.term is None else asdict(column.term),
        "dated": column.dated,
        "origin": column.origin,
        "use": column.use,
        "protected": column.protected,
        "input_because": column.input_because,
    }


def write_card(folder: Path, manifest: dict[str, Any]) -> None:
    """The card once more, now that the version and its promotion are known."""
    importance, reasons = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("importance.json", REASONS)
    )
    write_model_card(folder, manifest, importance, reasons)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by its path in the folder."""
    return {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, and beside it its own hash."""
    write_json(folder / MANIFEST, manifest)
    (folder / f"{MANIFEST}.sha256").write_text(f"{file_sha256(folder / MANIFEST)}\n")
