"""A lender without history tables: trained, exported and scored all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from api.bundle import read
from api.champion import load
from api.online import Applicant
from tests.conftest import House

pytestmark = pytest.mark.xdist_group("house")


def test_the_application_alone_gives_a_model(house: House, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(house.data / "application_train.parquet", data)
    alone = House(data, tmp_path)
    features = f"--features={alone.features}"
    alone.run("training", "train", f"--data={data}", features, "--budget=quick")
    alone.run("training", "promote")
    exported = [f"--out={alone.bundle}", f"--clients={alone.clients}", features]
    alone.run("training", "export", *exported)

    champion = load(read(alone.bundle), threads=1)
    assert set(champion.manifest.tables) == {"application"}
    assert champion.manifest.history == ()
    client, row, stored = duckdb.sql(
        f"SELECT SK_ID_CURR, application, features FROM '{alone.clients}' LIMIT 1"
    ).fetchall()[0]
    (online,) = champion.online.compute([Applicant(row, {})])
    assert row["SK_ID_CURR"] == client
    known = [None if value != value else value for value in online.tolist()]
    assert known == stored
