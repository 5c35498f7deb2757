"""The smallest change of the levers that flips a refusal."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from api.schemas.answers import Labels
from api.schemas.counterfactual import Counterfactual
from api.schemas.layout import AMOUNT, GOODS_PRICE, INSTALMENT
from api.schemas.model import Column, Term
from api.scoring.counterfactual import Lever, Terms, costs, lever, search

ANY_DURATION = (0.0, math.inf)
ASKED: dict[str | None, float] = {
    AMOUNT: 406597.5,
    INSTALMENT: 24700.5,
    GOODS_PRICE: 451000.0,
}
TERMS = {
    AMOUNT: Term(reach=(0.3, 1.0), weight=1.0),
    INSTALMENT: Term(reach=(0.5, 1.5), weight=0.5),
    GOODS_PRICE: Term(reach=(0.3, 1.0), weight=0.5),
}


def _lever(role: str, value: float) -> Lever:
    column = Column(
        name=role.upper(),
        type="number",
        unit="currency",
        labels=Labels(en="Label", fr="Libellé"),
        meaning="…",
        nullable=False,
        role=role,
    )
    return lever(column, TERMS[role], value)


LEVERS = [_lever(role, ASKED[role]) for role in TERMS]

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def below(credit: float) -> Any:
    return lambda candidates: candidates[:, 0] <= credit


def test_a_lever_reaches_round_amounts_around_what_was_asked() -> None:
    credit, annuity, goods = LEVERS
    assert (credit.lowest, credit.highest, credit.step) == (122000, 406597.5, 1000)
    assert (annuity.lowest, annuity.highest) == (12400, 37000)
    assert (goods.lowest, goods.highest) == (136000, 451000)


def test_a_counterfactual_moves_no_more_than_it_must() -> None:
    terms = Terms(ASKED, ANY_DURATION)
    found = search(terms, LEVERS, below(300_400))
    assert found == (300_000, 24700.5, 451_000)


def test_the_search_finds_what_trying_every_round_amount_finds() -> None:
    """Where credit and instalment together decide, within a step of each."""
    terms = Terms(ASKED, ANY_DURATION)
    levers = LEVERS[:2]

    def grants(candidates: Any) -> Any:
        credit, annuity = candidates.T
        return (credit / 4e5) ** 2 + (annuity / 2.4e4) ** 2 < 1.3

    found = search(terms, levers, grants)
    assert found is not None
    every = np.array(list(itertools.product(*(_every(one) for one in levers))))
    best = costs(levers, every[grants(every)]).min()
    assert grants(np.array([found])).all()
    assert costs(levers, np.array([found]))[0] <= best + 0.005


def _every(one: Any) -> list[float]:
    steps = np.arange(one.lowest, one.highest + one.step / 2, one.step)
    return [*steps.tolist(), one.value]


def test_a_counterfactual_keeps_to_usual_durations_and_the_price_of_the_goods() -> None:
    """To pay less a month for longer than anyone does is not offered."""
    terms = Terms(ASKED, (10.0, 20.0))

    def grants(candidates: Any) -> Any:
        return candidates[:, 1] < 20_000

    credit, annuity, goods = search(terms, LEVERS, grants) or (0, 0, 0)
    assert annuity < 20_000
    assert credit / annuity <= 20
    assert credit <= goods
    assert search(terms, LEVERS[1:2], lambda c: c[:, 0] < 20_000) is None
    # The loan would be more than the price of the goods.
    dearer = Terms({**ASKED, GOODS_PRICE: 406597.5}, ANY_DURATION)
    goods_only = [_lever(GOODS_PRICE, 406597.5)]
    assert search(dearer, goods_only, lambda c: c[:, 0] < 4e5) is None


def test_no_counterfactual_within_the_bounds_is_an_answer() -> None:
    assert search(Terms(ASKED, ANY_DURATION), LEVERS, below(100_000)) is None


@on_sqlite
def test_a_refusal_is_answered_by_a_stored_simulation(call: Any, world: Any) -> None:
    answers = [_ask(call, client_id) for client_id in _refused(call, world)]
    assert all(one["found"] for one in answers)
    for one in answers:
        simulated = one["prediction"]
        assert (simulated["kind"], simulated["decision"]) == ("simulation", "granted")
        credit, annuity = one["levers"]
        assert credit["name"] == "AMT_CREDIT" and annuity["name"] == "AMT_ANNUITY"
        values = {
            told["feature"]: told["value"]
            for told in simulated["explanation"]["contributions"]
        }
        assert values["AMT_CREDIT"] == credit["to"]
        assert values["CODE_GENDER"] is None or values["CODE_GENDER"] in "FM"
        moved = [x for x in one["levers"] if x["from"] is not None]
        cost = sum(
            abs(x["to"] - x["from"]) / x["from"] * (1 if x is credit else 0.5)
            for x in moved
        )
        assert one["cost"] == pytest.approx(cost)
        path = f"/v1/predictions/{simulated['prediction_id']}"
        assert call("GET", path, "officer").json == simulated


@on_sqlite
def test_says_when_nothing_within_reach_is_granted(call: Any, world: Any) -> None:
    refused = _refused(call, world)
    answers = [_ask(call, one, levers=["AMT_ANNUITY"]) for one in refused]
    none = [one for one in answers if not one["found"]]
    assert none
    for one in none:
        assert one["prediction"] is None and "cost" not in one
        assert one["detail"]
        assert [told["to"] for told in one["levers"]] == [None]


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
    found = _ask(call, made["prediction_id"], levers=["AMT_CREDIT"])
    (credit,) = found["levers"]
    assert credit["from"] == 940000
    if found["found"]:
        told = found["prediction"]["explanation"]["contributions"]
        values = {one["feature"]: one["value"] for one in told}
        assert values["EXT_SOURCE_1"] == pytest.approx(0.01)


@on_sqlite
def test_a_counterfactual_needs_a_refused_known_client_and_listed_levers(
    call: Any, world: Any
) -> None:
    def status(prediction_id: str, **body: Any) -> int:
        path = f"/v1/predictions/{prediction_id}/counterfactual"
        return int(call("POST", path, "officer", json=body).status_code)

    refused = _refused(call, world)[0]
    assert status("019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01") == 404
    assert status(refused, levers=[]) == 422
    assert status(refused, levers=["DAYS_BIRTH"]) == 422
    assert status(refused, levers=["AMT_GOODS_PRICE"]) == 422
    asked = {"predictions": [{"client_id": one} for one in world.raw]}
    slots = call("POST", "/v1/predictions/batch", json=asked).json["predictions"]
    granted = next(s for s in slots if s["decision"] == "granted")
    assert status(granted["prediction_id"]) == 409
    new = {"AMT_CREDIT": 900000, "CNT_CHILDREN": 0, "EXT_SOURCE_1": 0.0}
    made = call("POST", "/v1/predictions", json={"application": new}).json
    assert made["decision"] == "refused"
    assert status(made["prediction_id"]) == 409
