"""What analysts ask about the model: curves, segments, one client's dependence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flask import Flask

from api.bundle.read import read_bundle
from api.schemas.analysis.segments import SegmentRequest
from api.schemas.model import Feature
from api.scoring.analysis.segments import auc, measured
from api.scoring.similar_clients import Population
from tests.api.conftest import SMALL_BUNDLE

CLIENTS = 60
LABELS = {"en": "x", "fr": "x"}


def feature(name: str, *categories: str) -> Feature:
    about: Any = {"name": name, "unit": "none", "labels": LABELS, "group": "G"}
    kind = "category" if categories else "float32"
    about |= {"categories": categories or None, "dtype": kind, "table": "application"}
    return Feature(**about, formula=name)


@pytest.fixture
def population() -> Population:
    """Amounts 0 to 59, the last ten missing; those below 20 default, every third."""
    line = np.arange(CLIENTS)
    amount = np.where(line < 50, line, np.nan).astype(np.float32)
    kind = np.where(line < 55, line % 2, np.nan).astype(np.float32)
    late = (line < 20) & (line % 3 == 0)
    risk = np.where(line < 20, 0.5, 0.05)
    features = [feature("AMOUNT"), feature("KIND", "flat", "house")]
    return Population(features, np.c_[amount, kind], late, {"AMOUNT": 1.0}, risk)


def champion(**told: Any) -> Any:
    costs = {"false_negative": 10.0, "false_positive": 1.0}
    return SimpleNamespace(
        manifest=SimpleNamespace(threshold=0.3),
        bundle=SimpleNamespace(told={"costs_by_amount": False, "costs": costs} | told),
        loan={"amount": SimpleNamespace(name="AMOUNT")},
    )


def ask(population: Any, *filters: Any, threshold: float | None = None) -> Any:
    asked = SegmentRequest(filters=list(filters), threshold=threshold)
    return measured(champion(), population, asked)


def test_a_segment_is_measured_beside_all(population: Population) -> None:
    found = ask(population, {"feature": "AMOUNT", "missing": False})
    assert found["threshold"] == 0.3
    assert found["all"]["clients"] == 60
    assert found["segment"] == {
        "clients": 50,
        "default_rate": 7 / 50,
        "stated_risk": pytest.approx((20 * 0.5 + 30 * 0.05) / 50),
        "approval_rate": 30 / 50,
        "business_score": 13 / 50,
        "auc": pytest.approx((7 * 30 + 7 * 13 / 2) / (7 * 43)),
        "granted_repaid": 30,
        "granted_defaulted": 0,
        "refused_repaid": 13,
        "refused_defaulted": 7,
    }


def test_another_threshold_decides_otherwise(population: Population) -> None:
    found = ask(population, threshold=0.6)["segment"]
    assert (found["approval_rate"], found["granted_defaulted"]) == (1.0, 7)
    assert found["business_score"] == 70 / 60


def test_filters_are_all_to_be_passed(population: Population) -> None:
    between = {"feature": "AMOUNT", "between": [None, 49.0]}
    both = {"feature": "KIND", "among": ["flat", "house"]}
    assert ask(population, between, both)["segment"]["clients"] == 50


@pytest.mark.parametrize(
    ("one", "path", "detail"),
    [
        ({"feature": "X", "missing": True}, "feature", '"X" is not in the population'),
        ({"feature": "KIND", "between": [0, 1]}, "between", "a category: use among"),
        ({"feature": "AMOUNT", "among": ["a"]}, "among", "a number: use between"),
        ({"feature": "KIND", "among": ["tent"]}, "among", '"tent" is no category'),
        ({"feature": "AMOUNT", "between": [9, 2]}, "between", "the lower first"),
    ],
)
def test_a_filter_that_cannot_be_is_named(
    population: Population, one: Any, path: str, detail: str
) -> None:
    with pytest.raises(Exception, match="cannot be accepted") as refused:
        ask(population, {"feature": "KIND", "missing": False}, one)
    (error,) = refused.value.errors  # type: ignore[attr-defined]
    assert error.path == f"/filters/1/{path}" and detail in error.detail


def test_few_clients_are_not_told_of(population: Population) -> None:
    with pytest.raises(Exception, match="cannot be accepted") as refused:
        ask(population, {"feature": "AMOUNT", "between": [0, 48]})
    (error,) = refused.value.errors  # type: ignore[attr-defined]
    assert error.detail == (
        "expected filters that at least 50 clients pass, found fewer"
    )


def test_costs_by_amount_weigh_by_it_where_all_are_known(
    population: Population,
) -> None:
    asked = SegmentRequest(filters=[])
    by_amount = champion(costs_by_amount=True)
    assert measured(by_amount, population, asked)["all"]["business_score"] is None
    population.matrix[:, 0] = np.where(np.arange(CLIENTS) < 30, 1.0, 3.0)
    # Thirteen good clients of half the mean amount are refused.
    found = measured(by_amount, population, asked)["all"]["business_score"]
    assert found == pytest.approx(13 * 0.5 / 60)


def test_the_auc_counts_ties_by_half_and_needs_both_outcomes() -> None:
    late = np.array([True, False, True, False])
    assert auc(late, np.array([0.9, 0.1, 0.5, 0.5])) == 3.5 / 4
    assert auc(np.array([True, True]), np.array([0.1, 0.2])) is None


def test_the_routes_answer_what_the_bundle_holds(
    call: Callable[..., Any], world: Any
) -> None:
    told = call("GET", "/v1/model/inspection", "analyst").json
    assert told == json.loads((SMALL_BUNDLE / "inspection.json").read_text())
    one = {"feature": "CODE_GENDER", "among": ["F"]}
    found = call("POST", "/v1/model/segments", "officer", json={"filters": [one]}).json
    assert found["all"]["clients"] == 500 > found["segment"]["clients"] > 200
    wrong = {"feature": "CODE_GENDER", "among": ["F"], "missing": True}
    refused = call("POST", "/v1/model/segments", "analyst", json={"filters": [wrong]})
    assert refused.status_code == 422
    assert "found among and missing" in refused.json["errors"][0]["detail"]


def test_a_client_s_own_line_meets_the_decision(call: Callable[..., Any]) -> None:
    decided = call("POST", "/v1/predictions", json={"client_id": 100002}).json
    path = "/v1/clients/100002/dependence?feature="
    found = call("GET", f"{path}CODE_GENDER", "officer").json
    assert found["probability"] == decided["probability"]
    # M, F and missing; the client is M or F.
    at = found["values"].index(found["value"])
    assert found["risk"][at] == decided["probability"]
    amount = call("GET", f"{path}AMT_CREDIT", "officer").json
    assert amount["values"] == [100000.0, 400000.0, 700000.0]
    assert amount["risk"] == sorted(amount["risk"])
    missing = call("GET", f"{path}EXT_SOURCE_1", "officer")
    assert missing.json["detail"] == "There is no dependence on EXT_SOURCE_1."


def test_a_bundle_of_before_answers_404(
    app: Flask, call: Callable[..., Any], world: Any, conftest: Any, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "bundle"))
    (bundle / "inspection.json").unlink()
    path = bundle / "population.parquet"
    world.connection.execute(
        f"COPY (SELECT * EXCLUDE probability FROM '{world.bundle / path.name}') "
        f"TO '{path}' (FORMAT parquet)"
    )
    conftest.seal(bundle, json.loads((bundle / "manifest.json").read_text()))
    app.extensions["scoring"].serve(read_bundle(bundle))
    assert call("GET", "/v1/model/inspection", "analyst").status_code == 404
    asked: dict[str, Any] = {"filters": []}
    segments = call("POST", "/v1/model/segments", "analyst", json=asked)
    assert segments.status_code == 404 and "earlier release" in segments.json["detail"]
    path_of = "/v1/clients/100001/dependence?feature=AMT_CREDIT"
    assert call("GET", path_of, "officer").status_code == 404
