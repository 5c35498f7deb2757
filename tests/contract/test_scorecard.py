"""A scorecard that training writes is served by the API, to the bit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import mlflow
import numpy as np
import pandas as pd
import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store.migrate import upgrade
from tests.conftest import House
from training.bundle.champion import read_champion
from training.files import literal

pytestmark = pytest.mark.xdist_group("house")
ROLES = [f"--role={role}" for role in ("officer", "scoring", "analyst")]


@pytest.fixture(scope="module")
def served(
    scorecard_house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Any]]:
    """The API on it, and what asks."""
    url = f"sqlite:///{tmp_path_factory.mktemp('served')}/scoring.sqlite"
    upgrade(url, 5)
    app = create_app(Config(bundle=scorecard_house.bundle, database_url=url))
    run = app.test_cli_runner().invoke
    imported = run(args=["clients", "import", str(scorecard_house.clients)])
    assert imported.exit_code == 0, imported.stderr
    key = run(args=["keys", "add", "tests", *ROLES]).stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}

    def ask(path: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        client = app.test_client()
        answer = client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json

    yield app, ask
    app.extensions["scoring"].database.close()


@pytest.fixture(scope="module")
def clients(scorecard_house: House) -> pd.DataFrame:
    """A hundred clients' stored vectors, by id."""
    rows = duckdb.execute(
        f"SELECT SK_ID_CURR, features FROM {literal(scorecard_house.clients)}"
        " ORDER BY 1 LIMIT 100"
    ).fetchall()
    vectors = [np.array(features, dtype=np.float32) for _, features in rows]
    return pd.DataFrame(np.stack(vectors), index=[client for client, _ in rows])


@pytest.fixture(scope="module")
def answers(served: Any, clients: pd.DataFrame) -> list[dict[str, Any]]:
    asked = {"predictions": [{"client_id": int(one)} for one in clients.index]}
    told: list[dict[str, Any]] = served[1]("/v1/predictions/batch", asked)[
        "predictions"
    ]
    return told


def test_the_api_answers_what_training_computes_to_the_bit(
    scorecard_house: House, clients: pd.DataFrame, answers: list[dict[str, Any]]
) -> None:
    model, matrix = read_champion(scorecard_house.bundle).model, clients.to_numpy()
    margins = model.margins(matrix).tolist()
    moves = model.contributions(matrix).tolist()
    decisions = set()
    for answer, margin, moved in zip(answers, margins, moves, strict=True):
        told = answer["explanation"]
        assert told["margin"] == margin
        contributions = [one["contribution"] for one in told["contributions"]]
        assert [*contributions, told["base_value"]] == moved
        assert abs(math.fsum(moved) - margin) <= 1e-9
        assert answer["probability"] == 1 / (1 + math.exp(-margin))
        decisions.add(answer["decision"])
    assert decisions == {"granted", "refused"}


def test_the_table_that_is_printed_is_the_one_that_decides(
    served: Any, answers: list[dict[str, Any]]
) -> None:
    app, ask = served
    table = ask("/v1/model/scorecard")
    bundle: Path = app.extensions["scoring"].config.bundle
    assert table == json.loads((bundle / "scorecard.json").read_text("utf-8"))
    scale = table["scale"]
    factor = scale["points_to_double"] / math.log(2)
    assert len(answers) == 100
    for answer in answers:
        told = answer["explanation"]
        values = {one["feature"]: one["value"] for one in told["contributions"]}
        score = table["base_points"]
        score += sum(worth(one, values[one["feature"]]) for one in table["inputs"])
        margin = -(score - scale["points"]) / factor - math.log(scale["odds"])
        assert told["margin"] == margin
        # As a table of totals says it: so many repay for each that defaults.
        odds = scale["odds"] * 2 ** (
            (score - scale["points"]) / scale["points_to_double"]
        )
        assert answer["probability"] == pytest.approx(1 / (1 + odds), rel=1e-9)


def worth(one: dict[str, Any], value: Any) -> float:
    """By hand, as somebody would with the printed table."""
    if one["groups"] is not None:
        places = [at for at, names in enumerate(one["groups"]) if value in names]
        return float(one["points"][places[0]] if places else one["missing"])
    if value is None:
        return float(one["missing"])
    passed = sum(edge <= value for edge in one["edges"])
    return float(one["points"][passed])


def test_what_was_decided_is_replayed(served: Any, answers: Any) -> None:
    app, ask = served
    ask("/v1/predictions", {"client_id": answers[0]["client_id"]})
    replayed = app.test_cli_runner().invoke(args=["events", "replay"])
    assert replayed.exit_code == 0, replayed.stderr
    assert "101 answers are the same; 0 are of other" in replayed.stderr


# MLflow uses what pandas, pydantic and SQLAlchemy are about to drop.
@pytest.mark.filterwarnings("ignore::Warning")
def test_the_registered_model_answers_what_the_api_answers(
    scorecard_house: House, clients: pd.DataFrame, answers: list[dict[str, Any]]
) -> None:
    mlflow.set_tracking_uri(scorecard_house.environment["TRAINING_TRACKING_URI"])
    model = mlflow.pyfunc.load_model("models:/credit-scoring@challenger")
    features = json.loads((scorecard_house.bundle / "manifest.json").read_text())[
        "features"
    ]
    inputs = clients.set_axis([one["name"] for one in features], axis=1)
    for one in features:
        if one["categories"] is not None:
            texts = dict(enumerate(one["categories"]))
            inputs[one["name"]] = inputs[one["name"]].map(texts)
    found = model.predict(inputs).to_dict("records")
    assert found == [
        {name: one[name] for name in ("probability", "decision")} for one in answers
    ]
