"""The same stages on Spark, for portfolios that outgrow one machine.

The expressions are those of DuckDB, run by narwhals over Spark's frames. Every path
must be on storage that the driver and the workers share. Needs the extra `spark` and
Java 17 or later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from training.errors import ConfigurationError
from training.features.applicant import applicant
from training.features.history import history
from training.features.sql import FeatureSet
from training.tables.layout import APPLICATION, TARGET

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Spark:
    """`master` as Spark writes it: local[*], spark://host:7077, yarn, k8s://…

    `memory_limit`: of the driver and of each executor, such as 4GB. Rows come out in
    a folder of files, by client inside each file.
    """

    master: str
    memory_limit: str | None = None
    name = "spark"

    @contextmanager
    def start(self, tables: Mapping[str, Path], spill: Path) -> Iterator[_SparkRun]:
        session = _session(self.master, self.memory_limit)
        try:
            yield _SparkRun(session, tables)
        finally:
            session.stop()


@dataclass(frozen=True)
class _SparkRun:
    session: SparkSession
    tables: Mapping[str, Path]

    def write_history(self, feature_set: FeatureSet, out: Path) -> None:
        tables = {name: self._read(path) for name, path in self.tables.items()}
        rows = history(feature_set.layout, tables, feature_set.history)
        _write(rows.to_native(), feature_set.layout.key, out)

    def write_features(self, feature_set: FeatureSet, history: Path, out: Path) -> None:
        layout = feature_set.layout
        application = self._read(self.tables[APPLICATION])
        rows = applicant(layout, application, self._read(history), feature_set.features)
        target = application.select(layout.key, TARGET)
        joined = rows.join(target, on=layout.key, how="inner")
        _write(joined.to_native(), layout.key, out)

    def _read(self, path: Path) -> nw.LazyFrame[Any]:
        rows = self.session.read.parquet(str(path.absolute()))
        frame: nw.LazyFrame[Any] = nw.from_native(rows)
        return frame


def _session(master: str, memory_limit: str | None) -> SparkSession:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise ConfigurationError(
            "--engine spark: expected pyspark, which is not installed;"
            " pip install -r requirements-spark.txt"
        ) from None
    settings = SparkSession.builder.master(master).appName("features")
    # One expression per feature makes a class too large for Java's compiler: tried
    # first, it costs more than it ever gives back.
    settings = settings.config("spark.sql.codegen.wholeStage", "false")
    settings = settings.config("spark.ui.showConsoleProgress", "false")
    if memory_limit:
        size = memory_limit.lower().rstrip("ib").replace(" ", "")
        for who in ("driver", "executor"):
            settings = settings.config(f"spark.{who}.memory", size)
    try:
        session = settings.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigurationError(f"--engine spark: {master}: {reason}") from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def _write(rows: DataFrame, key: str, out: Path) -> None:
    # Inside each file only: ordering over all of them would run the query twice.
    ordered = rows.sortWithinPartitions(key)
    ordered.write.parquet(str(out.absolute()), compression="zstd")
