"""A lender without history tables: trained, exported and scored all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from api.bundle.read import read_bundle
from api.features.clients_file import opened
from api.features.online import Applicant
from api.scoring.champion import load
from tests.contract.small import quiet, small_house
from training.files import literal
from training.synthesize import synthesize


def test_the_application_alone_gives_a_model(tmp_path: Path) -> None:
    everything, data = tmp_path / "everything", tmp_path / "data"
    synthesize(500, everything, file_format="parquet", seed=1, progress=quiet)
    data.mkdir()
    shutil.copy(everything / "application_train.parquet", data)
    alone = small_house(data, tmp_path)
    champion = load(read_bundle(alone.bundle), threads=1)
    assert set(champion.manifest.tables) == {"application"}
    assert champion.manifest.history == ()
    with opened(alone.clients, champion.manifest) as sealed:
        assert sealed.clients == 500
    client, row, stored = duckdb.execute(
        "SELECT SK_ID_CURR, application, features"
        f" FROM {literal(alone.clients)} LIMIT 1"
    ).fetchall()[0]
    (online,) = champion.online.compute([Applicant(row, {})])
    assert row["SK_ID_CURR"] == client
    known = [None if value != value else value for value in online.tolist()]
    assert known == stored
