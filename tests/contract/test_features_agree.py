"""Training's features, the stored vectors and the API's are the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pytest

from api.bundle import read
from api.champion import Champion, load
from api.online import Applicant
from tests.conftest import House
from training.bundle.champion import load_champion
from training.bundle.export import export_bundle, export_clients
from training.features.applicant import crosses
from training.features.build import FeatureStore, build
from training.features.sql import compile_features, encoded
from training.models import campaign, ladder, spaces
from training.models.cost import Costs
from training.models.search import Place
from training.models.selection import Point, select
from training.registry.store import open_registry
from training.synthesize import synthesize

BATCH, FEW = 1000, 20


@pytest.mark.xdist_group("house")
def test_of_every_invented_client(house: House) -> None:
    check(house)


@pytest.mark.filterwarnings("ignore::Warning")
def test_of_a_model_on_few_features(few_house: House) -> None:
    check(few_house)
    champion = load(read(few_house.bundle), threads=1)
    assert len(champion.manifest.features) == FEW
    stored = duckdb.sql(f"SELECT history FROM '{few_house.clients}' LIMIT 1").fetchall()
    assert len(stored[0][0]) <= FEW + len(crosses.CROSSES)


@pytest.fixture(scope="module")
def few_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A small campaign that serves the best few features."""
    folder = tmp_path_factory.mktemp("few")
    house = House(folder / "data", folder)
    synthesize(300, house.data, file_format="parquet", seed=8, progress=quiet)
    store, made = build(house.data, house.features, progress=quiet)
    registry = open_registry(f"sqlite:///{folder}/mlflow.db")
    small = {**spaces.LIGHTGBM.defaults, "n_estimators": 20}
    trees = replace(spaces.LIGHTGBM, defaults=small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladder, "LIGHTGBM", trees)
        patch.setattr(ladder, "RUNGS", (spaces.LOGISTIC_REGRESSION, trees))
        patch.setattr(campaign, "select", partial(select, counts=(FEW,)))
        patch.setattr(Point, "as_good", True)
        patch.setattr(campaign, "examine", lambda *_: [])
        place = Place("", jobs=1)
        budget = ladder.Budget("tiny", variants=False)
        trained = campaign.run_campaign(
            registry, store, made, Costs(), budget, place, progress=quiet
        )
    export_bundle(registry, house.bundle, version=trained.version)
    champion = load_champion(registry, trained.version)
    export_clients(store, champion, house.clients, progress=quiet)
    return house


def quiet(_: str) -> None:
    pass


def test_of_every_real_client(real_house: House) -> None:
    check(real_house)


def check(house: House) -> None:
    champion = load(read(house.bundle), threads=1)
    names = [one.name for one in champion.manifest.features]
    batch = batch_features(house, champion)
    stored = stored_vectors(house)
    assert_same(names, stored, batch, "the stored vector")
    online = np.vstack(
        [champion.online.compute(part) for part in applicants(house, champion)]
    )
    assert_same(names, online, batch, "the API's SQL")
    assert np.array_equal(
        champion.model.margins(online), champion.model.margins(batch)
    ), "margins differ"


def assert_same(
    names: Sequence[str], found: np.ndarray, expected: np.ndarray, which: str
) -> None:
    """At most one float32 unit in the last place apart, missing alike."""
    assert found.shape == expected.shape
    assert np.array_equal(np.isnan(found), np.isnan(expected)), which
    ulps = np.abs(ordinal(found) - ordinal(expected))
    ulps[np.isnan(expected)] = 0
    row, column = np.unravel_index(int(ulps.argmax()), ulps.shape)
    assert ulps.max() <= 1, (
        f"{which}: worst is {names[column]}, {found[row, column]!r} instead of"
        f" {expected[row, column]!r}"
    )


def ordinal(values: np.ndarray) -> np.ndarray:
    """Integers that follow one another as the float32 numbers do."""
    bits = values.astype(np.float32).view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def batch_features(house: House, champion: Champion) -> np.ndarray:
    """Every client's features as the batch run wrote them, by id."""
    store = FeatureStore(house.features)
    names = [one.name for one in champion.manifest.features]
    made = compile_features(store.present(), only=names)
    categories = {
        one.name: list(one.categories)
        for one in champion.manifest.features
        if one.categories is not None
    }
    columns = ", ".join(encoded(made.features, categories))
    rows = duckdb.sql(
        f"SELECT {columns} FROM '{store.features}' AS features ORDER BY SK_ID_CURR"
    ).fetchall()
    return np.array(rows, dtype=np.float32)


def stored_vectors(house: House) -> np.ndarray:
    rows = duckdb.sql(
        f"SELECT features FROM '{house.clients}' ORDER BY SK_ID_CURR"
    ).fetchall()
    return np.array([vector for (vector,) in rows], dtype=np.float32)


def applicants(house: House, champion: Champion) -> Iterator[list[Applicant]]:
    """Every client as a new applicant with raw records, in batches, by id."""
    store = FeatureStore(house.features)
    with duckdb.connect() as connection:
        ids = connection.execute(
            f"SELECT SK_ID_CURR FROM '{store.application}' ORDER BY 1"
        ).fetchall()
        for start in range(0, len(ids), BATCH):
            wanted = [one for (one,) in ids[start : start + BATCH]]
            yield list(records(connection, store, champion, wanted))


def records(
    connection: duckdb.DuckDBPyConnection,
    store: FeatureStore,
    champion: Champion,
    wanted: list[int],
) -> Iterator[Applicant]:
    rows: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for table, columns in champion.columns.items():
        names = ", ".join(f'raw."{name}"' for name in columns)
        source = f"'{store.raw(table)}' AS raw"
        owner = "raw.SK_ID_CURR"
        if table == "bureau_balance":
            source += f" JOIN '{store.raw('bureau')}' AS credit USING (SK_ID_BUREAU)"
            owner = "credit.SK_ID_CURR"
        found = connection.execute(
            f"SELECT {owner}, {names} FROM {source} WHERE {owner} IN"
            " (SELECT unnest(?))",
            [wanted],
        ).fetchall()
        rows[table] = {}
        for client, *values in found:
            row = dict(zip(columns, values, strict=True))
            rows[table].setdefault(client, []).append(row)
    for client in wanted:
        (application,) = rows["application"][client]
        history = {t: r.get(client, []) for t, r in rows.items() if t != "application"}
        yield Applicant(application, history)
