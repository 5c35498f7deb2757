"""The registered model answers what the API answers, and MLflow's own tools take it."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import mlflow
import pandas as pd
import pytest

from tests.conftest import Served, free_port, server
from tests.contract.http import call, some_clients
from training.features.build import FeatureStore

if TYPE_CHECKING:  # importing it warns
    from mlflow.pyfunc import PyFuncModel

pytestmark = [
    pytest.mark.xdist_group("house"),
    # MLflow uses what pandas, pydantic and SQLAlchemy are about to drop.
    pytest.mark.filterwarnings("ignore::Warning"),
]
URI = "models:/credit-scoring@champion"
CLIENTS = 50


@pytest.fixture(scope="module")
def model(served: Served) -> PyFuncModel:
    mlflow.set_tracking_uri(served.house.environment["TRAINING_TRACKING_URI"])
    return mlflow.pyfunc.load_model(URI)


@pytest.fixture(scope="module")
def inputs(served: Served, model: PyFuncModel) -> pd.DataFrame:
    """The model's inputs of some clients, by id."""
    store = FeatureStore(served.house.features)
    rows = duckdb.execute(f"FROM {store.feature_rows}").df()
    names = model.metadata.get_input_schema().input_names()
    return rows.set_index("SK_ID_CURR").loc[some_clients(served, CLIENTS), names]


@pytest.fixture(scope="module")
def answers(served: Served, inputs: pd.DataFrame) -> list[dict[str, Any]]:
    """What the API says of them."""
    asked = [{"client_id": int(one), "explain": False} for one in inputs.index]
    _, found = call(served, "/v1/predictions/batch", {"predictions": asked})
    return [
        {name: one[name] for name in ("probability", "decision")}
        for one in found["predictions"]
    ]


def test_the_registered_model_answers_what_the_api_answers(
    model: PyFuncModel,
    inputs: pd.DataFrame,
    answers: list[dict[str, Any]],
) -> None:
    assert {one["decision"] for one in answers} == {"granted", "refused"}
    found = model.predict(inputs)
    assert isinstance(found, pd.DataFrame)
    assert found.to_dict("records") == answers


def test_mlflow_serves_the_registered_model(
    served: Served, inputs: pd.DataFrame, answers: list[dict[str, Any]]
) -> None:
    port = free_port()
    command = ["mlflow", "models", "serve", f"--model-uri={URI}", f"--port={port}"]
    settings = {
        "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri(),
        # It starts uvicorn by its name.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    url = f"http://127.0.0.1:{port}"
    rows = inputs.to_json(orient="split", double_precision=15)
    asked = urllib.request.Request(
        f"{url}/invocations",
        f'{{"dataframe_split": {rows}}}'.encode(),
        {"Content-Type": "application/json"},
    )
    command.append("--env-manager=local")
    with server(served.house, command, settings, f"{url}/ping"):
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert json.load(answer)["predictions"] == answers


def test_mlflow_evaluates_the_registered_model(
    served: Served, inputs: pd.DataFrame
) -> None:
    outcomes = [n % 2 for n in range(CLIENTS)]
    mlflow.set_experiment("evaluation")
    found = mlflow.models.evaluate(
        URI,
        inputs.assign(TARGET=outcomes),
        targets="TARGET",
        predictions="probability",
        model_type="regressor",
        evaluator_config={"log_model_explainability": False},
    )
    assert found.metrics["mean_on_target"] == 0.5
    assert 0.2 < found.metrics["mean_squared_error"] < 1


def test_the_registered_model_has_no_pickle_and_an_invented_example(
    served: Served, model: PyFuncModel
) -> None:
    (logged,) = served.house.folder.glob("mlartifacts/models/*/artifacts")
    assert not list(logged.rglob("*.pkl"))
    example = json.loads((logged / "input_example.json").read_text())
    assert example["columns"] == model.metadata.get_input_schema().input_names()
    assert len(example["data"]) == 1


def test_the_campaign_names_its_data(model: PyFuncModel) -> None:
    run = mlflow.get_run(model.metadata.run_id)
    assert run.inputs is not None
    (data,) = (one.dataset for one in run.inputs.dataset_inputs)
    assert data.name == "application_train"
    assert run.data.params["fingerprint"].startswith(data.digest)
    assert json.loads(data.profile or "")["num_rows"] == 2000
