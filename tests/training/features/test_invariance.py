"""What must not matter to a client's features does not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from training.features.build import FeatureStore, build
from training.features.engines import embedded
from training.features.engines.embedded import DuckDB
from training.synthesize import synthesize

CLIENTS = 150
IDS = ("SK_ID_CURR", "SK_ID_BUREAU", "SK_ID_PREV")


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For all stores: compiling the same statements takes longer than to run them."""
    folder = tmp_path_factory.mktemp("statements")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FeatureStore, "statements", folder)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    synthesize(CLIENTS, folder, file_format="parquet", seed=5, progress=quiet)
    return folder


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(data, tmp_path_factory.mktemp("features"), progress=quiet)[0].features


def shuffled(data: Path, table: Path, target: Path) -> None:
    copy(f"SELECT * FROM '{table}' ORDER BY random()", target)


def among_strangers(data: Path, table: Path, target: Path) -> None:
    """Other clients' rows, under ids of their own."""
    columns = list(duckdb.execute(f"FROM '{table}' LIMIT 0").df())
    moved = ", ".join(f"{name} + 50000000 AS {name}" for name in IDS if name in columns)
    strangers = f"SELECT * REPLACE ({moved}) FROM '{table}'"
    copy(f"FROM '{table}' UNION ALL BY NAME {strangers}", target)


def in_pieces(data: Path, table: Path, target: Path) -> None:
    target.mkdir()
    for piece in range(3):
        copy(
            f"FROM (SELECT *, row_number() OVER () AS place FROM '{table}')"
            f" SELECT * EXCLUDE place WHERE place % 3 = {piece}",
            target / f"piece-{piece}.parquet",
        )


def copy(sql: str, target: Path) -> None:
    duckdb.execute(f"COPY ({sql}) TO '{target}' (FORMAT parquet)")


@pytest.mark.parametrize("disturb", [shuffled, among_strangers, in_pieces])
def test_row_order_other_clients_and_split_files_change_no_feature(
    data: Path,
    undisturbed: Path,
    tmp_path: Path,
    disturb: Callable[[Path, Path, Path], None],
) -> None:
    disturbed = tmp_path / "data"
    disturbed.mkdir()
    for table in data.glob("*.parquet"):
        disturb(data, table, disturbed / table.name)
    store, _ = build(disturbed, tmp_path / "features", progress=quiet)
    assert_same(store.features, undisturbed)


def test_the_number_of_threads_changes_no_feature(
    data: Path, undisturbed: Path, tmp_path: Path
) -> None:
    store, _ = build(data, tmp_path / "features", DuckDB(threads=1), progress=quiet)
    assert_same(store.features, undisturbed)


@pytest.mark.parametrize(
    ("limit", "size", "at_a_time"),
    [("CLIENTS_AT_A_TIME", 70, 70), ("BYTES_PER_CLIENT", 14_000_000, 71)],
    ids=["clients", "memory"],
)
def test_computing_features_in_parts_of_the_clients_changes_no_feature(
    data: Path,
    undisturbed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    size: int,
    at_a_time: int,
) -> None:
    monkeypatch.setattr(embedded, limit, size)
    engine = DuckDB(memory_limit="1GB")
    store, _ = build(data, tmp_path / "features", engine, progress=quiet)
    parts = sorted(store.features.iterdir())
    whole = duckdb.execute(f"SELECT count(*) FROM '{undisturbed}'").fetchall()[0][0]
    assert len(parts) == math.ceil(whole / at_a_time)
    clients = duckdb.execute(f"SELECT SK_ID_CURR FROM {store.feature_rows}").fetchall()
    assert clients == sorted(clients)
    assert_same(store.features / "*.parquet", undisturbed)


def assert_same(found: Path, expected: Path) -> None:
    """Every feature of the expected clients, bit for bit."""
    columns = list(duckdb.execute(f"FROM '{expected}' LIMIT 0").df())
    differing = ", ".join(
        f'count_if(found."{name}" IS DISTINCT FROM expected."{name}")'
        for name in columns
    )
    clients, *counts = duckdb.execute(
        f"SELECT count(*), {differing} FROM '{expected}' AS expected"
        f" JOIN '{found}' AS found USING (SK_ID_CURR)"
    ).fetchall()[0]
    assert clients >= CLIENTS
    changed = {name: n for name, n in zip(columns, counts, strict=True) if n}
    assert not changed
