"""A portfolio scored in one go gets the API's probabilities and first reasons."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import House, Served
from tests.contract.http import call, predict, some_clients
from training.features.build import FeatureStore
from training.files import literal
from training.monitoring.events.simulate_drift import applicants

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
        probability, decision, *reasons, strange = scores[answer["client_id"]]
        assert probability == answer["probability"]
        assert decision == answer["decision"]
        direction = "raises_risk" if decision == "refused" else "lowers_risk"
        told = [r["code"] for r in answer["reasons"] if r["direction"] == direction]
        assert [one for one in reasons if one] == told[:3]
        assert (strange or "").split() == answer["confidence"]["out_of_range"]


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


def test_new_applicants_alone_are_read_as_the_api_reads_them(
    served: Served, tmp_path: Path
) -> None:
    """Without outcomes, in other spellings, and one with what training never saw."""
    house, data, out = served.house, tmp_path / "data", tmp_path / "new.csv"
    store = FeatureStore(house.features)
    shutil.copytree(house.data, data)
    (data / "application_train.parquet").unlink()
    (first, *_others) = clients = [
        client
        for (client,) in duckdb.execute(
            f"SELECT SK_ID_CURR FROM '{data}/application_test.parquet'"
            f" JOIN (SELECT DISTINCT SK_ID_CURR FROM '{data}/bureau.parquet')"
            " USING (SK_ID_CURR) ORDER BY 1"
        ).fetchall()
    ]
    respell(data / "application_test.parquet", NAME_CONTRACT_TYPE="upper({})")
    respell(data / "application_test.parquet", NAME_EDUCATION_TYPE="{} || ' '")
    strange = f"CASE WHEN SK_ID_CURR = {first} THEN 'Wizard' ELSE {{}} END"
    respell(data / "application_test.parquet", OCCUPATION_TYPE=strange)
    gone = f"CASE WHEN SK_ID_CURR = {first} THEN 'Gone' ELSE lower({{}}) END"
    respell(data / "bureau.parquet", CREDIT_ACTIVE=gone)
    ways = [f"--features={tmp_path}/made", f"--data={data}", f"--out={out}"]
    house.run("training", "score", *ways)
    with out.open(encoding="utf-8") as file:
        scores = {int(row["SK_ID_CURR"]): row for row in csv.DictReader(file)}
    assert len(scores) == 317
    asked = [{"client_id": one} for one in clients[1:51]]
    _, found = call(served, "/v1/predictions/batch", {"predictions": asked})
    raw = {name: store.raw(name) for name in store.present()}
    with duckdb.connect() as connection:
        (body,) = applicants(connection, store.layout, raw, store.application, [first])
    body["application"]["NAME_CONTRACT_TYPE"] = "CASH LOANS"
    body["application"]["OCCUPATION_TYPE"] = "Wizard"
    body["bureau"] = [{**row, "CREDIT_ACTIVE": "Gone"} for row in body["bureau"]]
    new = predict(served, **body)
    assert set(new["confidence"]["out_of_range"]) >= {
        "OCCUPATION_TYPE",
        "bureau.CREDIT_ACTIVE",
    }
    answers = {one["client_id"]: one for one in found["predictions"]}
    for client, answer in {**answers, first: new}.items():
        row, told = scores[client], answer["confidence"]["out_of_range"]
        assert float(row["PROBABILITY"]) == answer["probability"]
        assert row["DECISION"] == answer["decision"]
        assert row["OUT_OF_RANGE"].split() == told


def respell(path: Path, **columns: str) -> None:
    changes = (f"{change.format(name)} AS {name}" for name, change in columns.items())
    duckdb.execute(
        f"COPY (SELECT * REPLACE ({', '.join(changes)}) FROM '{path}')"
        f" TO '{path}.new' (FORMAT parquet)"
    )
    path.with_name(f"{path.name}.new").replace(path)
