"""Spark's features, on a cluster of two worker processes, are DuckDB's."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.conftest import REAL_DATA
from training.features.build import build
from training.features.engines.spark import Spark
from training.synthesize import synthesize

pytest.importorskip("pyspark", reason="pip install -r requirements-spark.txt")
CLUSTER = "local-cluster[2,1,2048]"
RELATIVE = 1e-6


def quiet(_: str) -> None:
    pass


def test_of_every_invented_client(tmp_path: Path) -> None:
    data = tmp_path / "data"
    synthesize(300, data, file_format="parquet", seed=6, progress=quiet)
    check(data, tmp_path)


@pytest.mark.skipif(REAL_DATA not in os.environ, reason=f"{REAL_DATA} is not set")
def test_of_every_real_client(tmp_path: Path) -> None:
    check(Path(os.environ[REAL_DATA]) / "home-credit-linked", tmp_path)


def check(data: Path, folder: Path) -> None:
    embedded, made = build(data, folder / "embedded", progress=quiet)
    spark, _ = build(data, folder / "spark", Spark(CLUSTER, "2GB"), progress=quiet)
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
    found = duckdb.sql(f"FROM {rows} ORDER BY SK_ID_CURR").fetchnumpy()
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
