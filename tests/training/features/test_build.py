"""The batch run: one row per client, whatever the order of the raw rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.training.rows import write_csv
from training.errors import TableError
from training.features import sql
from training.features.build import build
from training.features.sql import FeatureSet, compile_features, history_per_table
from training.tables.schema import LEFT_OUT

TRAIN = [{"SK_ID_CURR": 2, "TARGET": 1}, {"SK_ID_CURR": 1, "TARGET": 0}]
TEST = [{"SK_ID_CURR": 3}]
BUREAU = [
    {
        "SK_ID_CURR": client,
        "SK_ID_BUREAU": number,
        "DAYS_CREDIT": -number,
        "AMT_CREDIT_SUM": number / 3,
    }
    for number, client in enumerate([1, 2, 1, 1, 3, 2], start=1)
]


def write(folder: Path, bureau: list[dict[str, float]]) -> Path:
    folder.mkdir()
    write_csv(folder, "application_train", TRAIN)
    write_csv(folder, "application_test", TEST)
    write_csv(folder, "bureau", bureau)
    return folder


def test_the_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    stores = [
        build(write(tmp_path / name, rows), tmp_path / f"{name}-features")[0]
        for name, rows in (("one", BUREAU), ("two", BUREAU[::-1]))
    ]
    first, second = (store.features.read_bytes() for store in stores)
    assert first == second
    rows = duckdb.execute(
        f"SELECT SK_ID_CURR, TARGET, BUREAU_COUNT FROM '{stores[0].features}'"
    ).fetchall()
    assert rows == [(1, 0, 3.0), (2, 1, 2.0), (3, None, 1.0)]


def test_statements_are_compiled_once_for_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, made = build(write(tmp_path / "data", BUREAU), tmp_path / "out")
    compile_frame = sql.empty
    monkeypatch.setattr(sql, "empty", None)
    # As another process asks, for the same features by their names.
    names = {feature.name for feature in made.features}
    again = compile_features(
        store.layout,
        store.present(),
        included=LEFT_OUT,
        only=names,
        kept=store.statements,
    )
    assert (again.history_sql, again.applicant_sql) == (
        made.history_sql,
        made.applicant_sql,
    )
    [of_bureau] = history_per_table(again)
    assert "bureau" in of_bureau
    # Other code, other statements.
    before = {*store.statements.iterdir()}
    monkeypatch.setattr(sql, "empty", compile_frame)
    monkeypatch.setattr(sql, "_code", lambda: [tmp_path / "data" / "bureau.csv"])
    sql._compile.cache_clear()
    compile_features(store.layout, store.present(), kept=store.statements)
    assert {*store.statements.iterdir()} > before


def test_a_table_that_is_gone_leaves_no_features_behind(tmp_path: Path) -> None:
    data = write(tmp_path / "data", BUREAU)
    build(data, tmp_path / "features")
    (data / "bureau.csv").unlink()
    store, made = build(data, tmp_path / "features")
    assert store.present() == []
    assert made.history == ()


def test_refuses_a_client_in_both_application_files(tmp_path: Path) -> None:
    data = write(tmp_path / "data", BUREAU)
    write_csv(data, "application_test", [{"SK_ID_CURR": 2}])
    with pytest.raises(TableError, match="must not be in application_train as well; 2"):
        build(data, tmp_path / "features")


@dataclass(frozen=True)
class Joins:
    """An engine whose joins go wrong: of the stage `broken` it writes `clients`."""

    broken: str
    clients: tuple[int, ...]
    name = "joins"

    @contextmanager
    def start(self, tables: Mapping[str, Path], spill: Path) -> Iterator[Joins]:
        yield self

    def write_history(self, made: FeatureSet, out: Path) -> None:
        self._write("history", out)

    def write_features(self, made: FeatureSet, history: Path, out: Path) -> None:
        self._write("features", out)

    def _write(self, stage: str, out: Path) -> None:
        clients = self.clients if stage == self.broken else (1, 2, 3)
        rows = ", ".join(f"({client})" for client in clients)
        made = f"(FROM (VALUES {rows}) AS made(SK_ID_CURR))"
        duckdb.execute(f"COPY {made} TO '{out}' (FORMAT parquet)")


@pytest.mark.parametrize("stage", ["history", "features"])
@pytest.mark.parametrize(
    ("clients", "found"),
    [
        ((1, 2, 2, 3), "4 rows with 3 different"),
        ((1, 2, 2), "3 rows with 2 different"),
        ((1, 2), "2 rows with 2 different"),
    ],
)
def test_joins_that_repeat_or_lose_a_client_leave_no_output(
    tmp_path: Path, stage: str, clients: tuple[int, ...], found: str
) -> None:
    data, out = write(tmp_path / "data", BUREAU), tmp_path / "features"
    with pytest.raises(TableError, match=f"^{stage}.parquet: .*SK_ID_CURR.*{found}"):
        build(data, out, Joins(stage, clients))
    assert not list(out.glob(f"*{stage}.parquet*"))
