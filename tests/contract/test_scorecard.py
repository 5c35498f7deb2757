"""A scorecard that training writes is served by the API, to the bit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store.migrate import upgrade
from tests.conftest import House
from tests.contract.scorecards import scorecard_bundle
from training.files import literal
from training.models.scorecard import Scorecard

pytestmark = pytest.mark.xdist_group("house")
ROLES = [f"--role={role}" for role in ("officer", "scoring", "analyst")]


@pytest.fixture(scope="module")
def served(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Scorecard, Any]]:
    """The API on it, the table as training has it, and what asks."""
    folder = tmp_path_factory.mktemp("scorecard")
    card = scorecard_bundle(house.bundle, folder / "bundle")
    url = f"sqlite:///{folder}/scoring.sqlite"
    upgrade(url, 5)
    app = create_app(Config(bundle=folder / "bundle", database_url=url))
    run = app.test_cli_runner().invoke
    assert run(args=["clients", "import", str(house.clients)]).exit_code == 0
    key = run(args=["keys", "add", "tests", *ROLES]).stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}

    def ask(path: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        client = app.test_client()
        answer = client.open(path, method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json

    yield app, card, ask
    app.extensions["scoring"].database.close()


@pytest.fixture(scope="module")
def answers(house: House, served: Any) -> list[tuple[dict[str, Any], np.ndarray]]:
    """Two hundred decisions, each with the stored vector it is made of."""
    rows = duckdb.execute(
        f"SELECT SK_ID_CURR, features FROM {literal(house.clients)} ORDER BY 1"
    ).fetchall()[:200]
    asked = {"predictions": [{"client_id": client} for client, _ in rows]}
    told = served[2]("/v1/predictions/batch", asked)["predictions"]
    vectors = [np.array(features, dtype=np.float32) for _, features in rows]
    return list(zip(told, vectors, strict=True))


def test_the_api_answers_what_training_computes_to_the_bit(
    served: Any, answers: list[tuple[dict[str, Any], np.ndarray]]
) -> None:
    _, card, _ = served
    matrix = np.stack([vector for _, vector in answers])
    margins, moves = card.margins(matrix).tolist(), card.contributions(matrix).tolist()
    decisions = set()
    for (answer, _), margin, moved in zip(answers, margins, moves, strict=True):
        told = answer["explanation"]
        assert told["margin"] == margin
        contributions = [one["contribution"] for one in told["contributions"]]
        assert [*contributions, told["base_value"]] == moved
        assert abs(math.fsum(moved) - margin) <= 1e-9
        assert answer["probability"] == 1 / (1 + math.exp(-margin))
        decisions.add(answer["decision"])
    assert decisions == {"granted", "refused"}


def test_the_table_that_is_printed_is_the_one_that_decides(
    served: Any, answers: list[tuple[dict[str, Any], np.ndarray]]
) -> None:
    app, _, ask = served
    table = ask("/v1/model/scorecard")
    bundle: Path = app.extensions["scoring"].config.bundle
    assert table == json.loads((bundle / "scorecard.json").read_text("utf-8"))
    scale = table["scale"]
    factor = scale["points_to_double"] / math.log(2)
    for answer, _ in answers[:50]:
        told = answer["explanation"]
        values = {one["feature"]: one["value"] for one in told["contributions"]}
        score = table["base_points"]
        score += sum(worth(one, values[one["feature"]]) for one in table["inputs"])
        margin = -(score - scale["points"]) / factor - math.log(scale["odds"])
        assert told["margin"] == margin


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
    app, _, ask = served
    ask("/v1/predictions", {"client_id": answers[0][0]["client_id"]})
    replayed = app.test_cli_runner().invoke(args=["events", "replay"])
    assert replayed.exit_code == 0, replayed.stderr
    assert "201 answers are the same; 0 are of other" in replayed.stderr
