"""Does the model behave: what must change its answer, and what must not.

Applications are changed before the features are made, by the same SQL that serves
them, so that every feature derived of a changed column moves with it.
"""

from __future__ import annotations

import duckdb
import numpy as np

from training.arrays import Array
from training.evaluation.shap_values import sample_rows
from training.evaluation.trained_model import TrainedModel
from training.features.applicant.raw import EXTERNAL, PROTECTED
from training.features.sql import encoded_columns
from training.gates.gate import Gate, at_least, at_most

SAMPLE = 500
LEAST_SHARE = 0.95
LOW, HIGH = 0.1, 0.9


def behaviour(trained: TrainedModel) -> list[Gate]:
    """Every gate of this module."""
    return [
        direction_of_external_scores(trained),
        row_order(trained),
        protected_columns(trained),
    ]


def direction_of_external_scores(trained: TrainedModel) -> Gate:
    """Better scores at outside agencies must lower the risk."""
    low, high = (
        margins_after(
            trained, {name: _quantile(trained, name, share) for name in EXTERNAL}
        )
        for share in (LOW, HIGH)
    )
    value = float((high < low).mean())
    return at_least(
        "direction_of_external_scores",
        value,
        LEAST_SHARE,
        f"Share of {len(low)} clients whose risk falls when their outside scores rise"
        " from the lowest to the highest tenth.",
    )


def row_order(trained: TrainedModel) -> Gate:
    """A client's answer must not depend on who else is scored, or where."""
    rows = trained.data.inputs.to_numpy()[sample_rows(len(trained.data.target), SAMPLE)]
    order = np.random.default_rng(0).permutation(len(rows))
    together = _margins(trained, rows)
    value = float(np.abs(_margins(trained, rows[order]) - together[order]).max())
    return at_most(
        "row_order",
        value,
        0.0,
        "Largest change of a margin when the clients are scored in another order.",
    )


def protected_columns(trained: TrainedModel) -> Gate:
    """Gender and family status must not move the answer, by any feature."""
    with duckdb.connect() as connection:
        others = {
            name: _quoted(
                connection.execute(
                    f"SELECT max(\"{name}\") FROM '{trained.store.application}'"
                ).fetchone()
            )
            for name in PROTECTED
        }
    rows = sample_rows(len(trained.data.client), SAMPLE)
    as_they_are = _margins(trained, trained.data.inputs.to_numpy()[rows])
    moved = margins_after(trained, others) - as_they_are
    value = float(np.abs(moved).max())
    inputs = [
        feature.name
        for feature in trained.feature_set.features
        if feature.name in PROTECTED
    ]
    why = (
        f"; {', '.join(inputs)} are inputs, which needs a reason of the lender's"
        if inputs
        else ""
    )
    return at_most(
        "protected_columns",
        value,
        0.0,
        "Largest change of a margin when everyone gets the same gender and family"
        f" status{why}.",
    )


def margins_after(trained: TrainedModel, changes: dict[str, str]) -> Array:
    """Margins of sampled clients, by id, with columns set to SQL values."""
    rows = sample_rows(len(trained.data.client), SAMPLE)
    clients = ", ".join(str(client) for client in trained.data.client[rows])
    replaced = ", ".join(f'{sql} AS "{name}"' for name, sql in changes.items())
    columns = encoded_columns(
        trained.feature_set.features, dict(trained.data.categories)
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE VIEW application AS SELECT * REPLACE ({replaced}) FROM"
            f" '{trained.store.application}' WHERE SK_ID_CURR IN ({clients})"
        )
        connection.execute(
            f"CREATE VIEW history AS SELECT * FROM {trained.store.history_rows}"
            f" WHERE SK_ID_CURR IN ({clients})"
        )
        inputs = connection.execute(
            f"SELECT {columns} FROM ({trained.feature_set.applicant_sql}) AS features"
            " ORDER BY features.SK_ID_CURR"
        ).df()
    return _margins(trained, inputs.to_numpy(np.float32))


def _margins(trained: TrainedModel, inputs: np.ndarray) -> Array:
    return np.asarray(trained.booster.predict(inputs, raw_score=True))


def _quantile(trained: TrainedModel, name: str, share: float) -> str:
    values = trained.data.inputs[name].to_numpy(np.float64)
    return f"{float(np.nanquantile(values, share))!r}::DOUBLE"


def _quoted(row: tuple[object, ...] | None) -> str:
    value = str(row[0]) if row else ""
    return "'" + value.replace("'", "''") + "'"
