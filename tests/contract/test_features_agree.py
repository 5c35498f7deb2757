"""Training's features, the stored vectors and the API's are the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import duckdb
import numpy as np
import pytest

from api import create_app
from api.bundle.manifest import Manifest, ModelIdentity
from api.bundle.read import read_bundle
from api.config import Config
from api.features.columns import TYPES
from api.features.history_sql import OnlineHistory
from api.features.online import Applicant
from api.schemas.model import Calibration, Table
from api.scoring.champion import Champion, load
from api.scoring.record_tables import record_tables
from api.store.people import clients
from tests.conftest import House
from tests.contract.arrays import columns_of
from tests.contract.small import quiet, small_house
from tests.training.invented import LAYOUT, many
from training.bundle.champion import read_champion
from training.bundle.parts import described
from training.features import build as building
from training.features.applicant import crosses
from training.features.build import FeatureStore
from training.features.sql import (
    FeatureSet,
    compile_features,
    encoded,
    history_per_table,
)
from training.files import literal
from training.synthesize import synthesize

BATCH, FEW = 1000, 20


@pytest.mark.xdist_group("house")
def test_features_of_every_invented_client_agree(house: House) -> None:
    check(house)


@pytest.mark.xdist_group("house")
def test_any_tables_of_records_give_what_the_batch_gives(house: House) -> None:
    champion = load(read_bundle(house.bundle), threads=1)
    tables = [name for name in champion.manifest.tables if name != "application"]
    (clients, *_) = applicants(house, champion)
    asked = [
        replace(client, records={t: client.records[t] for t in present})
        for client, present in zip(clients, subsets(tables), strict=False)
    ]
    assert len(asked) == 2 ** len(tables)
    expected = batch_of(house, champion, asked)
    alone = np.vstack([champion.online.compute([one]) for one in asked])
    assert alone.tobytes() == expected.tobytes()
    assert champion.online.compute(asked).tobytes() == expected.tobytes()


def test_records_of_own_histories_give_what_the_batch_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "layout_of", lambda _folder: LAYOUT)
    data = many(tmp_path / "data", "1")
    store, made = building.build(data, tmp_path / "made", progress=quiet)
    manifest = Manifest(
        format=1,
        model=ModelIdentity("Invented", "1", "", ""),
        threshold=0.5,
        threshold_interval=(0, 1),
        calibration=Calibration(method="sigmoid", slope=1.0, intercept=0.0),
        feature_set="",
        features=(),
        files={},
        history=tuple(feature.name for feature in made.history),
        tables={
            table.name: Table.model_validate(
                {"columns": [described(table, c, None) for c in table]}
            )
            for table in LAYOUT.tables.values()
        },
    )
    sql = ";\n".join(history_per_table(made))
    online = OnlineHistory(sql, manifest, BoundedSemaphore(1))
    rows = f"FROM {store.history_rows} ORDER BY dossier"
    keys, *columns = zip(*duckdb.execute(rows).fetchall(), strict=True)
    expected = np.array(columns, dtype=np.float32).T
    records = [
        {
            "credits": read(store, "credits", f"dossier = '{key}'"),
            "paiements": read(
                store,
                "paiements",
                f"credit IN (SELECT credit FROM {literal(store.raw('credits'))}"
                f" WHERE dossier = '{key}')",
            ),
        }
        for key in keys
    ]
    assert np.array_equal(online.compute(records), expected, equal_nan=True)
    alone = np.vstack([online.compute([one]) for one in records])
    assert np.array_equal(alone, expected, equal_nan=True)


def read(store: FeatureStore, table: str, condition: str) -> list[dict[str, Any]]:
    rows = duckdb.connect().sql(f"FROM {literal(store.raw(table))} WHERE {condition}")
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    sizes = range(len(names) + 1)
    return chain.from_iterable(combinations(names, size) for size in sizes)


def test_features_of_a_model_on_few_of_them_agree(few_house: House) -> None:
    check(few_house)
    champion = load(read_bundle(few_house.bundle), threads=1)
    assert len(champion.manifest.features) == FEW
    query = f"SELECT history FROM {literal(few_house.clients)} LIMIT 1"
    stored = duckdb.execute(query).fetchall()
    assert len(stored[0][0]) <= FEW + len(crosses.CROSSES)


def test_records_that_are_imported_are_those_of_the_raw_tables(
    few_house: House, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/scoring.sqlite"
    app = create_app(Config(bundle=few_house.bundle, database_url=url))
    run = app.test_cli_runner().invoke
    assert run(args=["db", "upgrade"]).exit_code == 0
    assert run(args=["clients", "import", str(few_house.clients)]).exit_code == 0
    services = app.extensions["scoring"]
    champion, database = services.champion(), services.database
    feature_set = champion.manifest.feature_set
    (everybody,) = applicants(few_house, champion)
    tables = [name for name in champion.columns if name != "application"]
    told = 0
    for applicant in everybody:
        key = applicant.application["SK_ID_CURR"]
        (client,) = clients.find(database, feature_set, [key]).values()
        found = record_tables(champion.manifest, database, client)
        assert [one["table"] for one in found] == tables
        for one in found:
            raw = applicant.records[one["table"]]
            names = one["columns"]
            assert {*names} == champion.columns[one["table"]].keys() - {"SK_ID_CURR"}
            rows = sorted((tuple(row[n] for n in names) for row in raw), key=repr)
            assert sorted(one["rows"], key=repr) == rows
            told += len(rows)
    database.close()
    assert told > 1000


@pytest.fixture(scope="module")
def few_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("few")
    synthesize(300, folder / "data", file_format="parquet", seed=8, progress=quiet)
    return small_house(folder / "data", folder, few=FEW)


@pytest.mark.xdist_group("real")
def test_features_of_every_real_client_agree(real_house: House) -> None:
    check(real_house)


def check(house: House) -> None:
    champion = load(read_bundle(house.bundle), threads=1)
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
    row, column = map(int, np.unravel_index(int(ulps.argmax()), ulps.shape))
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
    columns, _ = inputs(house, champion)
    rows = duckdb.execute(
        f"SELECT {columns} FROM {literal(store.features)} AS features"
        " ORDER BY SK_ID_CURR"
    ).fetchall()
    return np.array(rows, dtype=np.float32)


def inputs(house: House, champion: Champion) -> tuple[str, FeatureSet]:
    """The model's inputs of the batch's features as SQL, and these."""
    names = [one.name for one in champion.manifest.features]
    store = FeatureStore(house.features)
    made = compile_features(store.layout, store.present(), only=names)
    codes = read_champion(house.bundle).codes
    return ", ".join(encoded(made.features, codes)), made


def batch_of(
    house: House, champion: Champion, asked: Sequence[Applicant]
) -> np.ndarray:
    """What the batch's SQL, as DuckDB plans it by itself, answers in their order."""
    columns, made = inputs(house, champion)
    with duckdb.connect() as connection:
        for table, declared in champion.manifest.tables.items():
            given = ({"application": [a.application], **a.records} for a in asked)
            rows = [row for tables in given for row in tables.get(table, ())]
            types = ", ".join(f'"{c.name}" {TYPES[c.type]}' for c in declared.columns)
            connection.execute(f'CREATE TABLE "{table}" ({types})')
            connection.register("rows", columns_of(declared.columns, rows))
            connection.execute(f'INSERT INTO "{table}" BY NAME FROM rows')
        connection.execute(f"CREATE TABLE history AS {made.history_sql}")
        answered = connection.execute(
            f"SELECT SK_ID_CURR, {columns} FROM ({made.applicant_sql}) AS features"
        ).fetchall()
    by_client = {client: values for client, *values in answered}
    return np.array(
        [by_client[one.application["SK_ID_CURR"]] for one in asked], dtype=np.float32
    )


def stored_vectors(house: House) -> np.ndarray:
    rows = duckdb.execute(
        f"SELECT features FROM {literal(house.clients)} ORDER BY SK_ID_CURR"
    ).fetchall()
    return np.array([vector for (vector,) in rows], dtype=np.float32)


def applicants(house: House, champion: Champion) -> Iterator[list[Applicant]]:
    """Every client as a new applicant with raw records, in batches, by id."""
    store = FeatureStore(house.features)
    with duckdb.connect() as connection:
        ids = connection.execute(
            f"SELECT SK_ID_CURR FROM {literal(store.application)} ORDER BY 1"
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
        source = f"{literal(store.raw(table))} AS raw"
        owner = "raw.SK_ID_CURR"
        if table == "bureau_balance":
            source += (
                f" JOIN {literal(store.raw('bureau'))} AS credit USING (SK_ID_BUREAU)"
            )
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
