"""A portfolio scored in one go gets the API's probabilities and first reasons."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from tests.conftest import House, Served
from tests.contract.http import call, some_clients
from training.files import literal

pytestmark = pytest.mark.xdist_group("house")


@pytest.fixture(scope="module")
def portfolio(house: House) -> Path:
    """Where the first command leaves the features, and the second finds them."""
    return house.folder / "portfolio"


def test_scores_and_reasons_are_the_api_s(
    served: Served, portfolio: Path, tmp_path: Path
) -> None:
    house, out = served.house, tmp_path / "scores.parquet"
    house.run(
        "training",
        "score",
        f"--data={house.data}",
        f"--out={out}",
        f"--features={portfolio}",
    )
    rows = duckdb.execute(f"FROM {literal(out)}").fetchall()
    scores = {client: row for client, *row in rows}
    assert len(scores) == 2317
    asked = [{"client_id": one} for one in some_clients(served, 50)]
    _, found = call(served, "/v1/predictions/batch", {"predictions": asked})
    for answer in found["predictions"]:
        probability, decision, *reasons = scores[answer["client_id"]]
        assert probability == answer["probability"]
        assert decision == answer["decision"]
        direction = "raises_risk" if decision == "refused" else "lowers_risk"
        told = [r["code"] for r in answer["reasons"] if r["direction"] == direction]
        assert [one for one in reasons if one] == told[:3]


def test_a_submission_has_the_test_clients_only(
    served: Served, portfolio: Path, tmp_path: Path
) -> None:
    house, out = served.house, tmp_path / "submission.csv"
    house.run(
        "training",
        "score",
        f"--data={house.data}",
        f"--out={out}",
        f"--features={portfolio}",
        "--submission",
    )
    with out.open(encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    assert header == ["SK_ID_CURR", "TARGET"]
    assert len(rows) == 317
    assert all(0 < float(target) < 1 for _, target in rows)
