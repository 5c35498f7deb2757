"""Spark's features, on a standalone cluster of two worker processes, are DuckDB's."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.conftest import REAL_DATA, free_port
from tests.training.invented import LAYOUT, many
from training.features import build as building
from training.features.build import build
from training.features.engines.spark import Spark
from training.synthesize import synthesize

pyspark = pytest.importorskip("pyspark", reason="pip install -r requirements-spark.txt")
RELATIVE = 1e-6
START_SECONDS = 120


def quiet(_: str) -> None:
    pass


@dataclass(frozen=True)
class Cluster:
    """A master's address, and the folder in which its workers work."""

    master: str
    folder: Path

    def employed(self) -> set[str]:
        """The workers that have run an executor."""
        return {path.parts[-3] for path in self.folder.glob("worker-*/app-*/*")}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers, each a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as running:
        at = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
        running.enter_context(process(folder, "master.Master", *at))
        wait(port)
        for number in (1, 2):
            work = ["--work-dir", str(folder / f"worker-{number}")]
            given = ["--host", "127.0.0.1", "--cores", "1", "--memory", "2g", *work]
            given += ["--webui-port", "0", master]
            running.enter_context(process(folder, "worker.Worker", *given))
        yield Cluster(master, folder)


@contextmanager
def process(folder: Path, name: str, *given: str) -> Iterator[None]:
    """A daemon of Spark's, ended when the block is left."""
    home = Path(pyspark.__path__[0])
    command = [f"{home}/bin/spark-class", f"org.apache.spark.deploy.{name}"]
    with (folder / "log").open("a") as log:
        started = subprocess.Popen(
            [*command, *given],
            env={**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            started.terminate()
            started.wait()


def wait(port: int) -> None:
    for _ in range(START_SECONDS * 10):
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError(f"no master at port {port} after {START_SECONDS} s")


def test_spark_gives_the_features_of_every_invented_client(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = tmp_path / "Projet d'été [1] #2"
    synthesize(1750, folder / "data", file_format="parquet", seed=6, progress=quiet)
    check(folder / "data", folder, cluster)


@pytest.mark.skipif(REAL_DATA not in os.environ, reason=f"{REAL_DATA} is not set")
def test_spark_gives_the_features_of_every_real_client(
    cluster: Cluster, tmp_path: Path
) -> None:
    check(Path(os.environ[REAL_DATA]) / "home-credit-linked", tmp_path, cluster)


# The larger one has 1.2 million credits and 5 million payments.
@pytest.mark.parametrize("times", [1, 1700])
def test_spark_adds_a_lenders_own_histories_to_the_bit(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(building, "layout_of", lambda _folder: LAYOUT)
    data = many(tmp_path / "data", "hash(c0)", times)
    engine = Spark(cluster.master, "1GB")
    embedded, _ = build(data, tmp_path / "embedded", progress=quiet)
    spark, _ = build(data, tmp_path / "spark", engine, progress=quiet)
    expected, found = (
        duckdb.connect().sql(f"FROM {store.feature_rows} ORDER BY dossier").fetchall()
        for store in (embedded, spark)
    )
    assert found == expected


def check(data: Path, folder: Path, cluster: Cluster) -> None:
    embedded, made = build(data, folder / "embedded", progress=quiet)
    engine = Spark(cluster.master, "1GB")
    spark, _ = build(data, folder / "spark", engine, progress=quiet)
    assert cluster.employed() == {"worker-1", "worker-2"}
    expected = columns(embedded.feature_rows)
    found = columns(spark.feature_rows)
    assert list(found) == list(expected)
    off = {
        one.name: difference(found[one.name], expected[one.name], one.category)
        for one in made.features
    }
    worst = max(off, key=lambda name: off[name])
    assert off[worst] <= RELATIVE, f"worst is {worst}: {off[worst]:.3g} apart"


def columns(rows: str) -> dict[str, np.ma.MaskedArray]:
    found = duckdb.execute(f"FROM {rows} ORDER BY SK_ID_CURR").fetchnumpy()
    return {name: np.ma.asarray(values) for name, values in found.items()}


def difference(
    found: np.ma.MaskedArray, expected: np.ma.MaskedArray, category: bool
) -> float:
    """The largest relative difference; infinite where one is missing alone."""
    missing = np.ma.getmaskarray(expected)
    if len(found) != len(expected) or (np.ma.getmaskarray(found) != missing).any():
        return np.inf
    one, other = found[~missing].data, expected[~missing].data
    if category:
        return np.inf if (one != other).any() else 0.0
    scale = np.maximum(np.abs(other.astype(float)), np.finfo(np.float32).tiny)
    return float((np.abs(one.astype(float) - other) / scale).max(initial=0.0))
