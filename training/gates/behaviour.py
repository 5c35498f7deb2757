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
from training.features.sql import encoded_columns
from training.files import literal
from training.gates.gate import Gate, at_least, at_most
from training.language import _, alike
from training.tables.layout import APPLICATION

SAMPLE = 500
LEAST_SHARE = 0.95
LOW, HIGH = 0.1, 0.9


def behaviour(trained: TrainedModel) -> list[Gate]:
    """Every gate of this module."""
    return [
        direction_of_external_scores(trained),
        direction_of_burdens(trained),
        row_order(trained),
        left_out_columns(trained),
    ]


def direction_of_external_scores(trained: TrainedModel) -> Gate:
    """Better scores at outside agencies must lower the risk."""
    name, scores = "direction_of_external_scores", trained.store.layout.scores
    if not scores:
        return Gate(name, None, LEAST_SHARE, True, _("There are no outside scores."))
    low, high = (
        margins_after(trained, {one: _quantile(trained, one, share) for one in scores})
        for share in (LOW, HIGH)
    )
    value = float((high < low).mean())
    return at_least(
        name,
        value,
        LEAST_SHARE,
        _(
            "Share of {clients} clients whose risk falls when their outside scores rise"
            " from the lowest to the highest tenth.",
            clients=len(low),
        ),
    )


def direction_of_burdens(trained: TrainedModel) -> Gate:
    """More that is owed, late or asked about must not lower the risk."""
    name, data = "direction_of_burdens", trained.data
    burdens = [one for one in data.inputs if one in data.raises_risk]
    if not burdens:
        return Gate(name, None, LEAST_SHARE, True, _("There are no such inputs."))
    rows = data.inputs.iloc[sample_rows(len(data.target), SAMPLE)]
    low, high = (
        trained.model.margins(
            rows.assign(**data.inputs[burdens].quantile(share)).to_numpy(np.float32)
        )
        for share in (LOW, HIGH)
    )
    value = float((high >= low).mean())
    return at_least(
        name,
        value,
        LEAST_SHARE,
        _(
            "Share of {clients} clients whose risk does not fall when all that is known"
            " to raise it, as debts, arrears and enquiries, goes from the lowest to the"
            " highest tenth.",
            clients=len(low),
        ),
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
        _("Largest change of a margin when the clients are scored in another order."),
    )


def left_out_columns(trained: TrainedModel) -> Gate:
    """Nothing that an applicant cannot be held to may move the answer."""
    name, left_out = "left_out_columns", trained.store.layout.left_out
    if not left_out:
        return Gate(name, None, 0.0, True, _("No column is declared to be left out."))
    with duckdb.connect() as connection:
        others = {
            one: _quoted(
                connection.execute(
                    f'SELECT max("{one}") FROM {literal(trained.store.application)}'
                ).fetchone()
            )
            for one in left_out
        }
    rows = sample_rows(len(trained.data.client), SAMPLE)
    as_they_are = _margins(trained, trained.data.inputs.to_numpy()[rows])
    moved = margins_after(trained, others) - as_they_are
    value = float(np.abs(moved).max())
    inputs = [
        feature.name
        for feature in trained.feature_set.features
        if feature.name in left_out
    ]
    why = _(
        "Largest change of a margin when everyone gets the same of what an applicant"
        " cannot be held to."
    )
    if inputs:
        why = _(
            "Largest change of a margin when everyone gets the same of what an"
            " applicant cannot be held to; {inputs} are inputs, which needs a reason of"
            " the lender's.",
            inputs=alike(", ".join(inputs)),
        )
    return at_most(name, value, 0.0, why)


def margins_after(trained: TrainedModel, changes: dict[str, str]) -> Array:
    """Margins of sampled clients, by id, with columns set to SQL values."""
    rows = sample_rows(len(trained.data.client), SAMPLE)
    key, clients = trained.store.layout.key, trained.data.client[rows].tolist()
    chosen = f'"{key}" IN (SELECT key FROM clients)'
    replaced = ", ".join(f'{sql} AS "{name}"' for name, sql in changes.items())
    columns = encoded_columns(trained.feature_set.features, trained.data.categories)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE clients AS SELECT unnest(?) AS key", [clients])
        connection.execute(
            f"CREATE VIEW {APPLICATION} AS SELECT * REPLACE ({replaced}) FROM"
            f" {literal(trained.store.application)} WHERE {chosen}"
        )
        connection.execute(
            f"CREATE VIEW history AS SELECT * FROM {trained.store.history_rows}"
            f" WHERE {chosen}"
        )
        inputs = connection.execute(
            f"SELECT {columns} FROM ({trained.feature_set.applicant_sql}) AS features"
            f' ORDER BY features."{key}"'
        ).df()
    return _margins(trained, inputs.to_numpy(np.float32))


def _margins(trained: TrainedModel, inputs: np.ndarray) -> Array:
    return trained.model.margins(inputs)


def _quantile(trained: TrainedModel, name: str, share: float) -> str:
    values = trained.offered.inputs[name].to_numpy(np.float64)
    return f"{float(np.nanquantile(values, share))!r}::DOUBLE"


def _quoted(row: tuple[object, ...] | None) -> str:
    return literal(str(row[0]) if row else "")
