"""New applicants, as ratios to the statements run whole and to the empty route.

python -m tests.benchmarks.online [FOLDER]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from api.bundle.read import read_bundle
from api.features.columns import numbered, typed
from api.features.duckdb_pool import connect
from api.features.online import Applicant
from api.scoring.champion import Champion, load
from tests.benchmarks.load import Client, Server, house_folder, prepared, say, served
from tests.benchmarks.serving import PREDICTIONS
from tests.contract.arrays import columns_of
from tests.contract.test_features_agree import applicants, inputs

REPEATS, RECORDS, TOGETHER = 21, 100, 200


class Whole:
    """The batch's two statements prepared in a single-threaded DuckDB."""

    def __init__(self, champion: Champion, sql: tuple[str, str]) -> None:
        self._manifest = champion.manifest
        self._connection = connection = connect()
        columns = {n: typed(t.columns) for n, t in self._manifest.tables.items()}
        past = ((name, "FLOAT") for name in self._manifest.history)
        columns["history"] = [(self._manifest.client_key, "BIGINT"), *past]
        for name, of_one in columns.items():
            made = ", ".join(f'"{column}" {kind}' for column, kind in of_one)
            connection.execute(f'CREATE TEMP TABLE "{name}" ({made})')
        connection.execute("PRAGMA disable_optimizer")
        connection.execute(f"PREPARE history AS INSERT INTO history BY NAME ({sql[0]})")
        connection.execute(f"PREPARE applicant AS {sql[1]}")

    def compute(self, asked: Sequence[Applicant]) -> None:
        tables = self._manifest.tables
        key = self._manifest.client_key
        rows: dict[str, list[Any]] = dict(
            numbered(tables, [(at, one.records) for at, one in enumerate(asked)])
        )
        rows["application"] = [
            {**one.application, key: at} for at, one in enumerate(asked)
        ]
        self._connection.begin()
        for name, given in rows.items():
            if given:
                arrays = columns_of(tables[name].columns, given)
                self._connection.register("incoming", arrays)
                self._connection.execute(
                    f'INSERT INTO "{name}" BY NAME SELECT * FROM incoming'
                )
                self._connection.unregister("incoming")
        self._connection.execute("EXECUTE history")
        self._connection.execute("EXECUTE applicant").fetchall()
        self._connection.rollback()


def medians(*questions: Callable[[], float]) -> list[float]:
    """Of each, which take turns, so that none has a slow moment to itself."""
    turns = [[question() for question in questions] for _ in range(REPEATS)]
    return [statistics.median(times) for times in zip(*turns, strict=True)]


def cpu(work: Callable[[], object]) -> Callable[[], float]:
    def milliseconds() -> float:
        started = time.process_time()
        work()
        return (time.process_time() - started) * 1000

    return milliseconds


def count(one: Applicant) -> int:
    return sum(map(len, one.records.values()))


def body(one: Applicant) -> dict[str, Any]:
    return {"application": one.application, **one.records}


def in_process(
    champion: Champion, whole: Whole, name: str, asked: list[Applicant]
) -> None:
    """The features alone; a request's other work aside."""
    ours, theirs = medians(
        cpu(lambda: champion.online.compute(asked)), cpu(lambda: whole.compute(asked))
    )
    say(
        f"{name}: features {ours / len(asked):.2f} CPU ms each = "
        f"{ours / theirs:.2f}x of the statements run whole"
    )


def over_http(server: Server, name: str, asked: list[Applicant]) -> None:
    client = Client(server.port, server.key)

    def decide() -> float:
        one, *more = bodies = [body(one) for one in asked]
        path = f"{PREDICTIONS}/batch" if more else PREDICTIONS
        given = {"predictions": bodies} if more else one
        answer = client.post(path, {**given, "explain": False})
        assert answer.status in (200, 201), answer.content
        return answer.milliseconds

    decided, empty = medians(decide, lambda: client.get("/health/live").milliseconds)
    say(
        f"{name}: decided {decided / len(asked):.1f} ms each = "
        f"{decided / len(asked) / empty:.1f}x the empty route ({empty:.2f} ms)"
    )


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    champion = load(read_bundle(house.bundle), threads=1)
    _, made = inputs(house, champion)
    whole = Whole(champion, (made.history_sql, made.applicant_sql))
    clients = next(applicants(house, champion))
    usual = min(clients, key=lambda one: abs(count(one) - RECORDS))
    together = clients[:TOGETHER]
    mean = np.mean([count(one) for one in together])
    cases = {
        "application alone": [replace(usual, records={})],
        f"with {count(usual)} records": [usual],
        f"{TOGETHER} at once, of {mean:.0f} records": together,
    }
    for name, asked in cases.items():
        in_process(champion, whole, name, asked)
    with served(house, key) as server:
        for name, asked in cases.items():
            over_http(server, name, asked)


if __name__ == "__main__":
    main(sys.argv[1:])
