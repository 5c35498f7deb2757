"""What the API answers is what the trained model says, explained exactly."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import duckdb
import lightgbm
import numpy as np
import pytest

from tests.conftest import House, Served
from tests.contract.http import call, predict, some_clients
from training.files import literal
from training.models.shap_lookup import FILE, Explainer

pytestmark = pytest.mark.xdist_group("house")


@pytest.fixture(scope="module")
def manifest(house: House) -> dict[str, Any]:
    text = (house.bundle / "manifest.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@pytest.fixture(scope="module")
def answers(served: Served) -> list[dict[str, Any]]:
    """Two hundred explained decisions."""
    asked = [{"client_id": one} for one in some_clients(served, 100)]
    later = asked[-1]["client_id"]
    more = [
        {"client_id": one}
        for (one,) in duckdb.execute(
            f"SELECT SK_ID_CURR FROM {literal(served.house.clients)}"
            f" WHERE SK_ID_CURR > {later} ORDER BY 1 LIMIT 100"
        ).fetchall()
    ]
    status, found = call(served, "/v1/predictions/batch", {"predictions": asked + more})
    assert status == 200
    assert len(found["predictions"]) == 200
    return list(found["predictions"])


@pytest.fixture(scope="module")
def vectors(house: House, answers: list[dict[str, Any]]) -> np.ndarray:
    """The stored vectors of the clients answered for."""
    wanted = [one["client_id"] for one in answers]
    rows = dict(
        duckdb.execute(
            f"SELECT SK_ID_CURR, features FROM {literal(house.clients)}"
            " WHERE SK_ID_CURR IN (SELECT unnest(?))",
            [wanted],
        ).fetchall()
    )
    return np.array([rows[one] for one in wanted], dtype=np.float32)


def contributions(answer: dict[str, Any]) -> list[float]:
    return [one["contribution"] for one in answer["explanation"]["contributions"]]


# shap draws colour maps in a way that matplotlib is about to drop.
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_local_explanations_are_those_of_the_shap_library(
    house: House, answers: list[dict[str, Any]], vectors: np.ndarray
) -> None:
    import shap

    booster = lightgbm.Booster(model_file=str(house.bundle / "model.txt"))
    expected = shap.TreeExplainer(booster)(vectors).values
    found = np.array([contributions(one) for one in answers])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_client_alone_a_batch_and_a_portfolio_are_explained_alike_to_the_bit(
    served: Served, house: House, answers: list[dict[str, Any]], vectors: np.ndarray
) -> None:
    assert (house.bundle / FILE).exists()
    booster = lightgbm.Booster(model_file=str(house.bundle / "model.txt"))
    portfolio = Explainer(booster).contributions(vectors)
    for answer, expected in zip(answers, portfolio.tolist(), strict=True):
        base = answer["explanation"]["base_value"]
        assert [*contributions(answer), base] == expected
    for answer in answers[:5]:
        alone = predict(served, client_id=answer["client_id"])
        assert alone["explanation"] == answer["explanation"]
        assert alone["reasons"] == answer["reasons"]


def test_contributions_add_up_to_the_margin_and_on_to_the_decision(
    answers: list[dict[str, Any]], manifest: dict[str, Any]
) -> None:
    calibration, threshold = manifest["calibration"], manifest["threshold"]
    assert {one["decision"] for one in answers} == {"granted", "refused"}
    for one in answers:
        explanation = one["explanation"]
        total = explanation["base_value"] + math.fsum(contributions(one))
        assert abs(total - explanation["margin"]) <= 1e-9
        line = calibration["slope"] * explanation["margin"] + calibration["intercept"]
        assert one["probability"] == 1.0 / (1.0 + math.exp(-line))
        refused = one["probability"] >= threshold
        assert one["decision"] == ("refused" if refused else "granted")
        assert one["threshold"] == threshold


def test_probabilities_are_those_of_the_bundle_s_model(
    house: House, answers: list[dict[str, Any]], vectors: np.ndarray
) -> None:
    booster = lightgbm.Booster(model_file=str(house.bundle / "model.txt"))
    margins = booster.predict(vectors, raw_score=True)
    assert [one["explanation"]["margin"] for one in answers] == list(margins)


def test_the_first_reason_explains_the_decision(
    house: House, answers: list[dict[str, Any]], manifest: dict[str, Any]
) -> None:
    """As what sets the client apart from borderline ones."""
    reasons = json.loads((house.bundle / "reasons.json").read_text())
    usual = {g["group"]: g["contribution"] for g in reasons["borderline"]["groups"]}
    group_of = {one["name"]: one["group"] for one in manifest["features"]}
    for one in answers:
        sums = {group: -mean for group, mean in usual.items()}
        for part in one["explanation"]["contributions"]:
            group = group_of[part["feature"]]
            sums[group] += part["contribution"]
        refused = one["decision"] == "refused"
        strongest = (max if refused else min)(sums, key=lambda group: sums[group])
        assert one["reasons"][0]["group"] == strongest
        direction = "raises_risk" if refused else "lowers_risk"
        assert one["reasons"][0]["direction"] == direction


def test_a_what_if_that_changes_nothing_changes_nothing(
    served: Served, answers: list[dict[str, Any]]
) -> None:
    for known in answers[:20]:
        client = known["client_id"]
        unchanged = predict(served, client_id=client, changes={})
        assert unchanged["kind"] == "simulation"
        assert unchanged["probability"] == known["probability"]
        _, found = call(served, f"/v1/clients/{client}")
        amount = next(
            one["value"] for one in found["application"] if one["name"] == "AMT_CREDIT"
        )
        same = predict(served, client_id=client, changes={"AMT_CREDIT": amount})
        assert same["probability"] == known["probability"]


def test_a_larger_loan_moves_every_feature_made_from_it_and_no_other(
    served: Served, answers: list[dict[str, Any]], manifest: dict[str, Any]
) -> None:
    made_from_it = {
        one["name"]
        for one in manifest["features"]
        if "AMT_CREDIT" in re.findall(r"\w+", one["formula"])
        and one["name"] not in manifest["history"]
    }
    # The length of the loan, once it is estimated, is held.
    made_from_it.remove("LOAN_TERM")
    assert {"AMT_CREDIT", "CREDIT_TO_ANNUITY", "CREDIT_LESS_GOODS"} <= made_from_it
    assert "LOAN_TO_PREVIOUS_CREDIT" in made_from_it
    seen: set[str] = set()
    for known in answers[:20]:
        client = known["client_id"]
        raised = predict(served, client_id=client, changes={"AMT_CREDIT": 1_234_567.5})
        before, after = (
            {
                one["feature"]: one["value"]
                for one in answer["explanation"]["contributions"]
            }
            for answer in (known, raised)
        )
        moved = {name for name in before if before[name] != after[name]}
        assert moved <= made_from_it
        # Zero over anything stays zero, and what is missing stays missing.
        still = {name for name in made_from_it - moved if before[name]}
        assert not still
        seen |= moved
    assert seen == made_from_it


def test_a_known_client_s_records_sent_as_new_give_the_same_probability(
    served: Served, answers: list[dict[str, Any]], manifest: dict[str, Any]
) -> None:
    client = answers[0]["client_id"]
    body: dict[str, Any] = {}
    with duckdb.connect() as connection:
        for name in manifest["tables"]:
            body[name] = raw_rows(connection, served.house, name, client)
    (application,) = body.pop("application")
    answer = predict(served, application=application, **body)
    assert answer["kind"] == "decision"
    assert answer["probability"] == answers[0]["probability"]


def raw_rows(
    connection: duckdb.DuckDBPyConnection, house: House, table: str, client: int
) -> list[dict[str, Any]]:
    folder = house.features
    where = f"SK_ID_CURR = {client}"
    source = folder / "tables" / f"{table}.parquet"
    columns = "*"
    if table == "application":
        source, columns = folder / "application.parquet", "* EXCLUDE (TARGET)"
    if table == "bureau_balance":
        credits = folder / "tables" / "bureau.parquet"
        linked = f"SELECT SK_ID_BUREAU FROM {literal(credits)} WHERE {where}"
        where = f"SK_ID_BUREAU IN ({linked})"
    query = f"SELECT {columns} FROM {literal(source)} WHERE {where}"
    result = connection.execute(query)
    names = [one[0] for one in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_the_drift_report_of_training_is_served(served: Served) -> None:
    path = "/v1/monitoring/reports/latest?kind=train_test"
    status, report = call(served, path)
    assert status == 200
    assert "columns" in report["conclusion"]
    written = served.house.bundle / "drift" / "report.json"
    assert report["report"] == json.loads(written.read_text(encoding="utf-8"))
