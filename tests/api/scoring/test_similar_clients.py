"""Whom a client is like, on the population sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.schemas.clients.population import Scatter, SimilarClients
from api.scoring.similar_clients import Population, wilson

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
NAN = np.nan


@pytest.fixture
def population(world: Any) -> Population:
    """Twenty clients with credit, gender; credit is missing for the last two."""
    features = read_bundle(world.bundle).manifest.features
    credit = [*range(18), NAN, NAN]
    gender = [at % 2 for at in range(20)]
    matrix = np.array([credit, gender], dtype=np.float32).T
    late = np.arange(20) < 5
    weights = {"AMT_CREDIT": 3.0, "CODE_GENDER": 1.0}
    return Population([features[0], features[4]], matrix, late, weights)


def vector(*values: float) -> Any:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("client", "rows"),
    [
        ((4.4, 0.0), [4, 6]),
        # A row that equals the client is the client; the first of equals is first.
        ((4.0, 0.0), [2, 6]),
        ((NAN, 1.0), [18, 1]),
        # Whoever is above the highest step is in it.
        ((1e30, 1.0), [15, 13]),
        ((1e30, 0.0), [16, 14]),
    ],
)
def test_similar_clients_are_the_nearest_tenth_of_the_sample(
    population: Population, client: tuple[float, float], rows: list[int]
) -> None:
    assert population.nearest(vector(*client)).rows.tolist() == rows


def test_outliers_do_not_hide_differences(world: Any) -> None:
    features = read_bundle(world.bundle).manifest.features[:1]
    matrix = np.array([[1], [2], [3], [1e12]], dtype=np.float32)
    outcomes = np.zeros(4, dtype=bool)
    population = Population(features, matrix, outcomes, {"AMT_CREDIT": 1.0})
    assert population.nearest(vector(2.9)).rows.tolist() == [1]


def test_similar_clients_have_a_default_rate_medians_and_missing_values(
    population: Population,
) -> None:
    group = population.nearest(vector(1.5, 1.0))
    assert group.rows.tolist() == [1, 3]
    assert group.observed_default_rate == 1.0
    assert population.typical(group.rows) == [2.0, 1.0]
    assert np.isnan(population.typical(np.array([18, 19]))[0])


def test_wilson_intervals_are_those_of_the_textbook() -> None:
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-7)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775328), abs=1e-7)


@on_sqlite
def test_similar_clients_have_the_documented_shape(call: Any) -> None:
    response = call("GET", "/v1/clients/100001/similar", "officer")
    assert response.status_code == 200
    found = response.json
    SimilarClients.model_validate(found)
    assert found["size"] == 50
    low, high = found["interval"]
    assert low < found["observed_default_rate"] < high
    assert found["population"]["size"] == 500
    assert found["matched_on"][:2] == ["AMT_CREDIT", "CREDIT_ANNUITY_RATIO"]
    compared = {one["feature"]: one for one in found["features"]}
    assert compared["AMT_CREDIT"]["client"] == 50000
    assert compared["CODE_GENDER"]["median"] in ("F", "M")
    assert "SK_ID_CURR" not in response.text
    assert response.data == call("GET", "/v1/clients/100001/similar", "officer").data


@on_sqlite
def test_a_distribution_counts_the_similar_clients(call: Any) -> None:
    path = "/v1/features/{}/distribution?client_id=100001"
    credit = call("GET", path.format("AMT_CREDIT"), "officer").json
    assert sum(credit["similar"]) == 50
    gender = call("GET", path.format("CODE_GENDER"), "officer").json
    assert 0 < sum(gender["similar"]) <= 50
    assert "similar" not in call("GET", path[:32].format("AMT_CREDIT")).json


@on_sqlite
def test_a_scatter_shows_known_pairs_and_the_client(call: Any, world: Any) -> None:
    path = "/v1/features/EXT_SOURCE_1/scatter?with=CODE_GENDER&client_id="
    response = call("GET", f"{path}100002", "officer")
    Scatter.model_validate_json(response.data)
    found = response.json
    known = world.connection.execute(
        "SELECT count(*) FROM features WHERE CODE_GENDER NOT NULL AND EXT_SOURCE_1 "
        "NOT NULL"
    ).fetchone()
    assert len(found["points"]) == known[0]
    assert {late for _, _, late in found["points"]} <= {0, 1}
    assert found["client"] == [pytest.approx(0.037), "M"]
    assert call("GET", f"{path}100001", "officer").json["client"] is None


@on_sqlite
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/clients/5/similar", 404),
        ("/v1/features/NOTHING/scatter?with=AMT_CREDIT", 404),
        ("/v1/features/AMT_CREDIT/scatter?with=NOTHING", 404),
        ("/v1/features/AMT_CREDIT/scatter", 422),
        ("/v1/features/AMT_CREDIT/scatter?with=CODE_GENDER&client_id=5", 404),
    ],
)
def test_an_unknown_client_feature_or_sample_is_named(
    call: Any, path: str, status: int
) -> None:
    assert call("GET", path, "officer").status_code == status
