"""The API's feature SQL: one new applicant with a full history, and a thousand."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import duckdb
import numpy as np

from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features
from training.tables import TABLES

REPEATS = 15


class Online:
    """Both statements prepared in a single-threaded DuckDB, as the API has them."""

    def __init__(self, store: FeatureStore, made: FeatureSet) -> None:
        self.store, self.made = store, made
        self.connection = duckdb.connect(config={"threads": 1})
        execute = self.connection.execute
        for name in made.tables:
            columns = ", ".join(f'"{c.name}" {c.type.value}' for c in TABLES[name])
            execute(f'CREATE TABLE "{name}" ({columns})')
        past = "".join(f', "{one.name}" FLOAT' for one in made.history)
        execute(f"CREATE TABLE history (SK_ID_CURR BIGINT{past})")
        execute("PRAGMA disable_optimizer")
        execute(f"PREPARE history AS INSERT INTO history BY NAME ({made.history_sql})")
        execute(f"PREPARE applicant AS {made.applicant_sql}")

    def load(self, clients: list[int]) -> None:
        wanted = ", ".join(map(str, clients))
        for name in self.made.tables:
            columns = ", ".join(f'"{column}"' for column in TABLES[name].names)
            where = f"SK_ID_CURR IN ({wanted})"
            if name == "bureau_balance":
                where = "SK_ID_BUREAU IN (SELECT SK_ID_BUREAU FROM bureau)"
            self.connection.execute(f'DELETE FROM "{name}"')
            self.connection.execute(
                f'INSERT INTO "{name}" SELECT {columns} FROM'
                f" '{self.store.raw(name)}' WHERE {where}"
            )

    def seconds(self) -> float:
        self.connection.execute("DELETE FROM history")
        started = time.perf_counter()
        self.connection.execute("EXECUTE history")
        self.connection.execute("EXECUTE applicant").fetchall()
        return time.perf_counter() - started


def main(folder: Path) -> None:
    store = FeatureStore(folder)
    online = Online(store, compile_features(store.present()))
    found = duckdb.execute(f"SELECT SK_ID_CURR FROM '{store.history}' LIMIT 1000")
    clients = [client for (client,) in found.fetchall()]
    online.load(clients[:1])
    one = statistics.median(online.seconds() for _ in range(REPEATS))
    online.load(clients)
    many = np.median([online.seconds() for _ in range(3)]) / len(clients)
    sys.stdout.write(
        f"one new applicant {1000 * one:.0f} ms median;"
        f" a thousand at once {1000 * many:.2f} ms each\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
