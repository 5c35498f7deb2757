"""What analysts are answered is what the training run found."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Served
from tests.contract.http import call, predict, some_clients

pytestmark = pytest.mark.xdist_group("house")


def test_the_whole_sample_is_measured_as_training_measured_it(served: Served) -> None:
    """Invented clients are few enough for all of them to be in the sample."""
    _, model = call(served, "/v1/model")
    status, found = call(served, "/v1/model/segments", {"filters": []})
    measures, cv = found["segment"], model["metrics"]["cv"]
    assert status == 200 and found["threshold"] == model["threshold"]
    assert measures == found["all"]
    assert measures["clients"] == model["data"]["clients"]
    # Steps end at the threshold: every decision is as it was.
    assert measures["business_score"] == pytest.approx(cv["business_score"], abs=1e-9)
    assert 1 - measures["approval_rate"] == pytest.approx(cv["refused_share"], abs=1e-9)
    caught = measures["refused_defaulted"]
    missed = measures["granted_defaulted"]
    assert caught / (caught + missed) == pytest.approx(cv["recall"], abs=1e-9)
    assert measures["stated_risk"] == pytest.approx(measures["default_rate"], abs=0.005)
    # Steps tie clients, and folds are not told apart.
    assert measures["auc"] == pytest.approx(cv["auc"], abs=0.02)


def test_every_candidate_is_on_the_same_curves(served: Served) -> None:
    _, model = call(served, "/v1/model")
    _, found = call(served, "/v1/model/inspection")
    compared = [one["name"] for one in model["metrics"]["candidates"]]
    curves = found["curves"]["candidates"]
    assert [one["name"] for one in curves] == compared
    assert sum(one["served"] for one in curves) == 1
    assert len(json.dumps(found)) < 150_000
    weights = call(served, "/v1/model/importance")[1]["features"]
    looked_at = [one["feature"] for one in found["inputs"]]
    weighty = [one["feature"] for one in weights][: len(looked_at) + 5]
    assert {*looked_at} <= {*weighty}


def test_a_client_s_line_is_what_the_model_would_say(served: Served) -> None:
    (client,) = some_clients(served, 1)
    decided = predict(served, client_id=client)
    inputs = call(served, "/v1/model/inspection")[1]["inputs"]
    for one in inputs[:3]:
        feature = one["feature"]
        path = f"/v1/clients/{client}/dependence?feature={feature}"
        status, found = call(served, path)
        assert status == 200
        assert found["probability"] == decided["probability"]
        assert found["values"] == one["dependence"]["values"]
        told = decided["explanation"]["contributions"]
        assert found["value"] in [c["value"] for c in told if c["feature"] == feature]
