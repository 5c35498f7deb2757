"""What could be offered to a client, and what was: priced, scored, kept, erased."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.schemas.clients.offers import CounterOffer, OffersAnswer

AT = "/v1/clients/100003"
TOMORROW = (date.today() + timedelta(1)).isoformat()
# Nothing is lent over more than 24 instalments but small sums.
PRICES = {
    "fewest": 6,
    "most": 48,
    "rates": [
        {"instalments_up_to": 24, "yearly_rate": 0.12},
        {"amount_up_to": 40000, "yearly_rate": 0.18},
    ],
}
OFFER = {
    "terms": {"amount": 30000, "instalments": 36},
    "valid_until": TOMORROW,
    "reviewer": "A. Martin",
}


@pytest.fixture
def app(world: Any, url: str, tmp_path: Path) -> Iterator[Flask]:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(PRICES))
    made = create_app(Config(bundle=world.bundle, database_url=url, prices=str(path)))
    yield made
    made.extensions["scoring"].database.close()


def of(call: Any, query: str = "") -> Any:
    return call("GET", f"{AT}/offers{query}", "officer")


def test_each_cell_is_what_a_simulation_of_its_terms_answers(call: Any) -> None:
    told = of(call, "?amounts=65837,30000,50000&instalments=12,36").json
    OffersAnswer.model_validate(told)
    assert [(one["amount"], one["instalments"]) for one in told["cells"]] == [
        (amount, number) for amount in (65837, 30000, 50000) for number in (12, 36)
    ]
    priced = [one["offer"] is not None for one in told["cells"]]
    assert priced == [True, False, True, True, True, False]
    for one in told["cells"]:
        terms = {"amount": one["amount"], "instalments": one["instalments"]}
        body = {"client_id": 100003, "terms": terms, "explain": False}
        simulated = call("POST", "/v1/predictions", json=body)
        if one["offer"] is None:
            assert simulated.status_code == 422
            assert one["probability"] is one["decision"] is None
            continue
        assert simulated.json["terms"] == one["offer"]
        for name in ("probability", "decision"):
            assert simulated.json[name] == one[name]


@pytest.mark.usefixtures("own")
def test_each_cell_is_recommended_what_a_simulation_is(
    call: Any, policy_of: Any
) -> None:
    document = policy_of(
        ("LONG", "refer", {"terms.instalments": "> 20"}),
        ("LARGE", "refuse", {"application.AMT_CREDIT": "> 60000"}),
    )
    sha256 = call("POST", "/v1/policies", "admin", json=document).json["sha256"]
    call("POST", f"/v1/policies/{sha256}/activate", "admin")
    cells = of(call, "?amounts=65837,30000&instalments=12,24,36").json["cells"]
    for one in cells:
        terms = {"amount": one["amount"], "instalments": one["instalments"]}
        body = {"client_id": 100003, "terms": terms, "explain": False}
        told = call("POST", "/v1/predictions", json=body).json
        assert one["recommendation"] == told.get("recommendation")
    assert {one["recommendation"] for one in cells} >= {None, "referred", "refused"}


def test_the_usual_grid_is_round_and_has_what_was_asked(call: Any) -> None:
    told = of(call).json
    assert told["asked"]["amount"] == 588_000
    round_ones = range(300_000, 700_001, 50_000)
    assert told["amounts"] == sorted([*round_ones, 588_000])
    assert told["instalments"] == [6, 12, 18, 24, 30, 36, 42, 48]
    assert len(told["cells"]) == 80
    assert call("GET", f"{AT}/predictions", "officer").json["predictions"] == []


def test_a_grid_that_cannot_be_is_refused(call: Any) -> None:
    some, many = (",".join(map(str, range(1, last))) for last in (82, 242))
    for query, names in (
        (f"?amounts={some}&instalments=6,7,8", ["amounts", "instalments"]),
        (f"?amounts={many}", ["amounts"]),
        ("?amounts=a", ["amounts"]),
        ("?instalments=0", ["instalments"]),
    ):
        response = of(call, query)
        assert response.status_code == 422
        assert [one["path"] for one in response.json["errors"]] == names
    assert call("GET", "/v1/clients/7/offers", "officer").status_code == 404


def test_without_prices_there_is_no_grid(app: Flask, call: Any) -> None:
    services = app.extensions["scoring"]
    services._prices = None
    response = of(call)
    assert response.status_code == 409
    assert "SCORING_PRICES" in response.json["detail"]


def test_an_offer_is_kept_with_its_simulation_and_erased_with_the_client(
    app: Flask, call: Any, own: None
) -> None:
    headers = {"Idempotency-Key": "once"}
    made = call("POST", f"{AT}/offers", "officer", json=OFFER, headers=headers)
    assert made.status_code == 201
    offer = made.json
    CounterOffer.model_validate(offer)
    again = call("POST", f"{AT}/offers", "officer", json=OFFER, headers=headers)
    assert again.data == made.data
    at = f"{AT}/offers/{offer['offer_id']}"
    assert call("GET", at, "officer").json == offer
    (past,) = call("GET", f"{AT}/predictions", "officer").json["predictions"]
    assert past["prediction_id"] == offer["simulation_id"]
    assert past["probability"] == offer["probability"]
    other = at.replace("100003", "100004")
    assert call("GET", other, "officer").status_code == 404
    assert call("GET", f"{AT}/offers/{uuid.uuid4()}", "officer").status_code == 404
    run = app.test_cli_runner().invoke
    assert run(args=["events", "verify"]).exit_code == 0
    assert "with 2 events" in run(args=["clients", "forget", "100003"]).stderr
    assert call("GET", at, "officer").status_code == 410
    again = call("POST", f"{AT}/offers", "officer", json=OFFER, headers=headers)
    assert again.status_code == 410
    assert run(args=["events", "verify"]).exit_code == 0


def test_an_offer_that_cannot_be_made_names_its_faults(call: Any) -> None:
    yesterday = (date.today() - timedelta(1)).isoformat()
    for faulty, paths in (
        ({"valid_until": yesterday}, ["/valid_until"]),
        ({"terms": {}}, ["/terms"]),
        ({"terms": {"amount": 60000, "instalments": 36}}, ["/terms/instalments"]),
        ({"reviewer": ""}, ["/reviewer"]),
    ):
        response = call("POST", f"{AT}/offers", "officer", json=OFFER | faulty)
        assert response.status_code == 422
        assert [one["path"] for one in response.json["errors"]] == paths
    unknown = call("POST", "/v1/clients/7/offers", "officer", json=OFFER)
    assert unknown.status_code == 404
