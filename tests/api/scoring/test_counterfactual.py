"""The smallest change of the terms that flips a refusal."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from api.schemas.counterfactual import Counterfactual
from api.scoring.counterfactual import Movable, costs, search

AMOUNT = Movable("amount", 1.0, 406597.5, 121979.25, 406597.5, 1000.0, 406597.5)
NUMBER = Movable("instalments", 0.5, 24.0, 6.0, 60.0, 1.0, 24.0)
PAID = Movable("down_payment", 0.5, 44402.5, 44402.5, 225500.0, 1000.0, 451000.0)

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def test_a_counterfactual_moves_no_more_than_it_must() -> None:
    found = search([AMOUNT, NUMBER, PAID], lambda terms: terms[:, 0] <= 300_400)
    assert found == (300_000, 24, 44402.5)
    # Half as dear as the amount, and of the price of the goods.
    assert costs([PAID], np.array([[89502.5]])) == pytest.approx([0.05])


def test_the_search_finds_what_trying_every_round_value_finds() -> None:
    """Where amount and number together decide, within a step of each."""
    terms = [AMOUNT, NUMBER]

    def grants(candidates: Any) -> Any:
        amount, number = candidates.T
        return (amount / 4e5) ** 2 + (24 / number) ** 2 < 1.3

    found = search(terms, grants)
    assert found is not None
    every = np.array(list(itertools.product(*(_every(one) for one in terms))))
    best = costs(terms, every[grants(every)]).min()
    assert grants(np.array([found])).all()
    assert costs(terms, np.array([found]))[0] <= best + 0.005


def _every(one: Any) -> list[float]:
    steps = np.arange(one.lowest, one.highest + one.step / 2, one.step)
    return [*steps.tolist(), one.value]


def test_no_counterfactual_within_the_bounds_is_an_answer() -> None:
    assert search([AMOUNT], lambda terms: terms[:, 0] <= 100_000) is None


@on_sqlite
def test_a_refusal_is_answered_by_a_stored_simulation(call: Any, world: Any) -> None:
    asked_of = (_ask(call, client_id) for client_id in _refused(call, world))
    answers = [one for one in asked_of if one["found"]]
    assert len(answers) > 3
    for one in answers:
        simulated, asked, granted = one["prediction"], one["asked"], one["granted"]
        assert (simulated["kind"], simulated["decision"]) == ("simulation", "granted")
        values = {
            told["feature"]: told["value"]
            for told in simulated["explanation"]["contributions"]
        }
        assert values["AMT_CREDIT"] == granted["amount"] < asked["amount"]
        if asked["instalment"] is not None:
            assert granted["instalment"] < asked["instalment"]
        change = (asked["amount"] - granted["amount"]) / asked["amount"]
        assert one["cost"] == pytest.approx(change)
        path = f"/v1/predictions/{simulated['prediction_id']}"
        assert call("GET", path, "officer").json == simulated


@on_sqlite
def test_says_when_nothing_within_reach_is_granted(call: Any) -> None:
    changes = {"AMT_CREDIT": 9e9, "EXT_SOURCE_1": 0.01}
    asked = {"client_id": 100001, "changes": changes}
    refused = call("POST", "/v1/predictions", json=asked).json
    none = _ask(call, refused["prediction_id"])
    assert (none["found"], none["granted"], none["prediction"]) == (False, None, None)
    assert none["asked"]["amount"] == 9e9
    assert none["detail"]


def _refused(call: Any, world: Any) -> list[str]:
    items = [{"client_id": client_id} for client_id in world.raw]
    asked = {"predictions": items, "explain": False}
    slots = call("POST", "/v1/predictions/batch", json=asked).json["predictions"]
    found = [s["prediction_id"] for s in slots if s["decision"] == "refused"]
    assert len(found) > 5
    return found


def _ask(call: Any, prediction_id: str, **body: Any) -> dict[str, Any]:
    path = f"/v1/predictions/{prediction_id}/counterfactual"
    response = call("POST", path, "officer", json=body)
    assert response.status_code == 200, response.text
    Counterfactual.model_validate_json(response.data)
    return dict(response.json)


@on_sqlite
def test_a_retry_gets_the_same_simulation(call: Any, world: Any) -> None:
    path = f"/v1/predictions/{_refused(call, world)[0]}/counterfactual"
    more = {"json": {}, "headers": {"Idempotency-Key": "once"}}
    first = call("POST", path, "officer", **more)
    assert first.status_code == 200
    assert call("POST", path, "officer", **more).data == first.data


@on_sqlite
def test_a_counterfactual_of_a_refused_simulation_starts_from_it(call: Any) -> None:
    changes = {"AMT_CREDIT": 940000, "EXT_SOURCE_1": 0.01}
    asked = {"client_id": 100001, "changes": changes}
    made = call("POST", "/v1/predictions", json=asked).json
    assert made["decision"] == "refused"
    found = _ask(call, made["prediction_id"], terms=["amount"])
    assert found["asked"]["amount"] == 940000
    if found["found"]:
        told = found["prediction"]["explanation"]["contributions"]
        values = {one["feature"]: one["value"] for one in told}
        assert values["EXT_SOURCE_1"] == pytest.approx(0.01)


@on_sqlite
def test_a_counterfactual_needs_a_refused_known_client_and_negotiable_terms(
    call: Any, world: Any
) -> None:
    def status(prediction_id: str, **body: Any) -> int:
        path = f"/v1/predictions/{prediction_id}/counterfactual"
        return int(call("POST", path, "officer", json=body).status_code)

    refused = _refused(call, world)[0]
    assert status("019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01") == 404
    assert status(refused, terms=[]) == 422
    assert status(refused, terms=["AMT_CREDIT"]) == 422
    # Without the lender's prices, and without a price of the goods.
    assert status(refused, terms=["instalments"]) == 422
    assert status(refused, terms=["down_payment"]) == 422
    asked = {"predictions": [{"client_id": one} for one in world.raw]}
    slots = call("POST", "/v1/predictions/batch", json=asked).json["predictions"]
    granted = next(s for s in slots if s["decision"] == "granted")
    assert status(granted["prediction_id"]) == 409
    new = {"AMT_CREDIT": 900000, "CNT_CHILDREN": 0, "EXT_SOURCE_1": 0.0}
    made = call("POST", "/v1/predictions", json={"application": new}).json
    assert made["decision"] == "refused"
    assert status(made["prediction_id"]) == 409
