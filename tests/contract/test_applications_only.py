"""A lender without history tables: trained, exported and scored all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from api.bundle.read import read_bundle
from api.features.clients_file import opened
from api.features.online import Applicant
from api.scoring.champion import load
from tests.conftest import House
from tests.contract.small import quiet, small_house
from training.cli import main
from training.files import literal
from training.registry.load import out_of_fold
from training.synthesize import synthesize


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("alone")
    everything, data = folder / "everything", folder / "data"
    synthesize(500, everything, file_format="parquet", seed=1, progress=quiet)
    data.mkdir()
    shutil.copy(everything / "application_train.parquet", data)
    return small_house(data, folder)


def test_the_application_alone_gives_a_model(alone: House) -> None:
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


# MLflow uses what pydantic and SQLAlchemy are about to drop.
@pytest.mark.filterwarnings("ignore::Warning")
def test_a_forgotten_client_is_in_no_run_and_no_further_bundle(
    alone: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = alone.environment["TRAINING_TRACKING_URI"]
    monkeypatch.setenv("TRAINING_TRACKING_URI", uri)
    again = tmp_path / "again"
    export = ["export", "--version=challenger", f"--out={again}"]
    assert main(["forget", "99"]) == 1
    assert main(["forget", "100001"]) == 0
    assert main(export) == 0
    before, after = (load(read_bundle(one), threads=1) for one in (alone.bundle, again))
    assert before.population is not None and after.population is not None
    assert after.population.size == before.population.size - 1
    run = after.manifest.model.mlflow_run_id
    kept = out_of_fold(run)
    assert list(kept) == ["client", "TARGET", "probability", "cost"]
    assert len(kept) == after.population.size
    told = f"FROM (DESCRIBE FROM '{again}/population.parquet') SELECT column_name"
    columns = {name for (name,) in duckdb.execute(told).fetchall()}
    assert not columns & {"client", "SK_ID_CURR"}
    # Nobody's own risk: ten clients or more share each.
    population = literal(alone.bundle / "population.parquet")
    shared = f"FROM {population} SELECT count(*) GROUP BY probability"
    assert min(count for (count,) in duckdb.execute(shared).fetchall()) >= 10
