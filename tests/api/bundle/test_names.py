"""Whatever a lender calls its tables and columns, their roles say what they are."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from api.bundle.read import read_bundle
from api.features import clients_file
from api.features.online import Applicant
from api.schemas.layout import completed
from api.scoring.champion import Champion, load
from api.scoring.request_forms import read_form

OTHER = {
    "SK_ID_CURR": "CUSTOMER",
    "SK_ID_BUREAU": "CREDIT_NO",
    "AMT_CREDIT": "LOAN_SUM",
    "AMT_ANNUITY": "RATE",
    "bureau": "credits",
}


def renamed(text: str) -> str:
    return re.sub(r"\b\w+\b", lambda word: OTHER.get(word[0], word[0]), text)


def test_a_lenders_own_names_give_the_same_numbers(
    world: Any, conftest: Any, tmp_path: Path
) -> None:
    bundle, clients = tmp_path / "bundle", tmp_path / "clients.parquet"
    shutil.copytree(world.bundle, bundle)
    for path in bundle.iterdir():
        if path.suffix in {".json", ".sql", ".txt"}:
            path.write_text(renamed(path.read_text()))
    manifest = json.loads(renamed(json.dumps(completed(world.manifest))))
    fields = [one["name"] for one in world.manifest["tables"]["application"]["columns"]]
    packed = ", ".join(f"{renamed(one)} := application.{one}" for one in fields)
    row = f"struct_pack({packed}) AS application"
    chosen = f"SK_ID_CURR AS CUSTOMER, {row}, history, features"
    metadata = f"KV_METADATA {{feature_set: '{manifest['feature_set']}'}}"
    population = world.bundle / "population.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {chosen} FROM '{world.clients}') TO '{clients}' "
            f"(FORMAT parquet, {metadata})"
        )
        columns = connection.sql(f"FROM '{population}'").columns
        shown = ", ".join(f"{one} AS {renamed(one)}" for one in columns)
        connection.execute(
            f"COPY (SELECT {shown} FROM '{population}') "
            f"TO '{bundle / population.name}' (FORMAT parquet)"
        )
    conftest.seal(bundle, manifest)
    conftest.seal_clients(clients)
    ours, theirs = (load(read_bundle(one), 1) for one in (world.bundle, bundle))
    with clients_file.opened(clients, theirs.manifest) as file:
        assert file.clients == 500
        assert next(file.chunks(1))[0]["client_id"] == 100001
    assert [column.name for column, _ in theirs.levers] == ["LOAN_SUM", "RATE"]
    assert theirs.usual_durations == ours.usual_durations
    known = max(world.raw.values(), key=lambda one: len(one.bureau))
    body = {
        "application": known.application,
        "bureau": known.bureau,
        "bureau_balance": known.bureau_balance,
    }
    numbers = vector(theirs, json.loads(renamed(json.dumps(body))))
    np.testing.assert_array_equal(numbers, vector(ours, body))


def vector(champion: Champion, body: Any) -> Any:
    form = read_form(champion.columns, champion.manifest.key_type, body)
    assert form.client_id == body["application"][champion.manifest.client_key]
    assert form.application is not None and form.records is not None
    return champion.online.compute([Applicant(form.application, form.records)])
