"""A scorecard serves everything that trees do, and shows its table of points."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from tests.api.scorecards import as_scorecard, write

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
FACTOR = 20 / math.log(2)
PRICES = {"fewest": 6, "most": 48, "rates": [{"yearly_rate": 0.12}]}


@pytest.fixture
def folder(world: Any, tmp_path: Path) -> Path:
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "bundle"))
    as_scorecard(bundle)
    return bundle


@pytest.fixture
def app(folder: Path, url: str, tmp_path: Path) -> Iterator[Flask]:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps(PRICES))
    made = create_app(Config(bundle=folder, database_url=url, prices=str(prices)))
    yield made
    made.extensions["scoring"].database.close()


def decided(call: Any, client_id: int, **more: Any) -> dict[str, Any]:
    body = {"client_id": client_id, **more}
    response = call("POST", "/v1/predictions", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json)


def judged(answer: dict[str, Any]) -> dict[str, Any]:
    same = ("probability", "explanation", "reasons", "confidence")
    return {name: answer[name] for name in same}


def test_the_table_of_points_is_answered_as_the_bundle_has_it(
    call: Any, folder: Path
) -> None:
    assert call("GET", "/v1/model").json["form"] == "scorecard"
    answer = call("GET", "/v1/model/scorecard")
    assert answer.json == json.loads((folder / "scorecard.json").read_text())
    assert answer.json["inputs"][0]["points"] == [20, 0, -20]


def test_trees_have_no_table_of_points(call: Any, app: Flask, world: Any) -> None:
    from api.bundle.read import read_bundle

    app.extensions["scoring"].serve(read_bundle(world.bundle))
    assert call("GET", "/v1/model").json["form"] == "trees"
    answer = call("GET", "/v1/model/scorecard")
    assert answer.status_code == 404
    assert answer.json["detail"] == "The model that serves is no scorecard."


@pytest.mark.parametrize(
    ("client_id", "points"),
    [
        # 50,000 lent, no outside score and no gender known.
        (100001, (20, -10, -5)),
        # 769,000, an outside score of 0.037, a man.
        (100002, (-20, -20, -5)),
        # 588,000, 0.074, a woman.
        (100003, (-20, -20, 10)),
    ],
)
def test_a_decision_is_the_sum_of_its_points(
    call: Any, client_id: int, points: tuple[int, ...]
) -> None:
    answer = decided(call, client_id)
    told = answer["explanation"]
    assert told["margin"] == -(510 + sum(points) - 600) / FACTOR - math.log(50)
    assert answer["probability"] == 1 / (1 + math.exp(-told["margin"]))
    assert answer["decision"] == ("granted" if sum(points) >= 2 else "refused")
    moved = {one["feature"]: one["contribution"] for one in told["contributions"]}
    means = {"AMT_CREDIT": -4, "EXT_SOURCE_1": 5, "CODE_GENDER": 1.75}
    given = dict(zip(means, points, strict=True))
    for name, contribution in moved.items():
        expected = (means[name] - given[name]) / FACTOR if name in means else 0
        assert contribution == expected
    assert told["base_value"] == -(512.75 - 600) / FACTOR - math.log(50)
    total = math.fsum(moved.values()) + told["base_value"]
    assert abs(total - told["margin"]) <= 1e-9


def test_everything_that_trees_answer_is_answered_and_replayed(
    call: Any, app: Flask, world: Any
) -> None:
    clients = list(world.raw)
    first = decided(call, clients[0])
    asked = {"predictions": [{"client_id": one} for one in clients]}
    batch = call("POST", "/v1/predictions/batch", json=asked).json["predictions"]
    assert judged(batch[0]) == judged(first)
    refused = [one for one in batch if one["decision"] == "refused"]
    assert 0 < len(refused) < len(batch)
    known = world.raw[clients[1]]
    records = {"bureau": known.bureau, "bureau_balance": known.bureau_balance}
    new = {"application": known.application, **records}
    anew = call("POST", "/v1/predictions", json=new).json
    assert judged(anew) == judged(batch[1])
    # From over 500,000 to under 200,000: 40 points.
    what_if = decided(call, 100003, terms={"amount": 150_000})
    margins = [one["explanation"]["margin"] for one in (batch[2], what_if)]
    assert margins[0] - margins[1] == pytest.approx(2 * math.log(2), rel=1e-12)
    paths = [
        f"/v1/predictions/{one['prediction_id']}/counterfactual" for one in refused
    ]
    ways = [call("POST", path, "officer", json={}).json for path in paths]
    found = [way for way in ways if way["found"]]
    assert found
    for way in found:
        # Where a bin of points ends.
        assert way["granted"]["amount"] < way["asked"]["amount"]
        assert way["granted"]["amount"] in (199_000, 499_000, 199_900, 499_900)
        assert way["prediction"]["decision"] == "granted"
    offers = call("GET", "/v1/clients/100003/offers", "officer").json
    assert any(one["offer"] for one in offers["cells"])
    for path, role in (
        ("/v1/clients/100003/similar", "officer"),
        (f"/v1/predictions/{batch[0]['prediction_id']}/letter", "officer"),
        ("/v1/features/AMT_CREDIT/distribution?client_id=100001", "officer"),
        ("/v1/model/importance", "officer"),
        ("/v1/monitoring/reports/latest?kind=train_test", "analyst"),
        ("/openapi.json", "officer"),
    ):
        assert call("GET", path, role).status_code == 200, path
    run = app.test_cli_runner().invoke
    replayed = run(args=["events", "replay"])
    assert replayed.exit_code == 0, replayed.stderr
    count = len(clients) + 3 + len(found)
    assert f"{count} answers are the same; 0 are of other" in replayed.stderr


def test_a_reload_refuses_a_damaged_table_and_serves_on(
    call: Any, folder: Path
) -> None:
    before = call("GET", "/v1/model/scorecard").json
    manifest = json.loads((folder / "manifest.json").read_text())
    damaged = json.loads(json.dumps(before))
    damaged["inputs"][2]["edges"] = [0.5, 0.25]
    write(folder, damaged, manifest)
    answer = call("POST", "/v1/model/reload", "admin")
    assert answer.status_code == 409
    assert answer.json["detail"] == (
        "scorecard.json: EXT_SOURCE_1.edges: expected growing numbers, found 0.5, 0.25"
    )
    assert call("GET", "/v1/model/scorecard").json == before
    assert decided(call, 100001)["decision"] == "granted"
