"""Replay clients through the API with an injected shift, to watch an alert happen."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from training.errors import ConfigurationError
from training.files import literal
from training.monitoring.events.api_client import Api, ApiError
from training.tables.found import of_files
from training.tables.layout import APPLICATION, TARGET, Key, Layout
from training.tables.lender import layout_of
from training.tables.schema import Column, Type
from training.tables.stage import stage

BATCH = 50
OUTCOMES = 5_000
NEW_CATEGORY = "Never seen before"


@dataclass(frozen=True)
class Drift:
    """What is done to the clients.

    covariate: `column` is moved up by `strength` standard deviations, inside what can
    be true. missingness: it is left out of that share of applications. category: it is
    a value never seen before in that share. concept: applications stay as they are;
    the outcomes of granted ones come by the model's probability, mixed in that
    proportion with the mean one: at 1, scores say nothing any more.
    """

    kind: str
    strength: float
    column: str | None = None

    def chosen(self, layout: Layout) -> str:
        """The column; where none is said, one that models lean on."""
        if self.column:
            return self.column
        if self.kind == "category":
            return next(iter(layout.segments), "")
        scores = layout.scores or (layout.amount,)
        return scores[len(scores) // 2]


@dataclass(frozen=True)
class Simulated:
    decisions: int
    refused: int
    outcomes: int


def simulate(
    api: Api,
    data: Path,
    drift: Drift,
    events: int,
    *,
    seed: int = 0,
    progress: Callable[[str], None],
) -> Simulated:
    """Send so many new applicants, made from those not yet decided where there are any.

    The model never saw those. Each comes with its whole history and without its id.

    Raises:
        ConfigurationError: the column does not suit the kind of drift.
        TableError: a table cannot be used.
        ApiError: the API refused.
    """
    random = np.random.default_rng(seed)
    layout = of_files(layout_of(data), data)
    column = _column(layout, drift)
    done: list[dict[str, Any]] = []
    run = uuid.uuid4()
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        staged = stage(layout, data, Path(folder), progress=progress)
        source = staged.get(layout.unlabelled, staged[layout.labelled])
        change = _change(connection, source, drift, column, random)
        clients = _clients(connection, layout.key, source, events, random)
        for start in range(0, events, BATCH):
            part = clients[start : start + BATCH]
            bodies = [
                {**applicant, "application": change(applicant["application"])}
                for applicant in applicants(connection, layout, staged, source, part)
            ]
            done += _decide(api, bodies, f"{run}-{start}")
            progress(f"simulate: {len(done):,} decisions")
    outcomes = _outcomes(api, done, drift, random) if drift.kind == "concept" else 0
    refused = sum(prediction["decision"] == "refused" for prediction in done)
    return Simulated(len(done), refused, outcomes)


def _column(layout: Layout, drift: Drift) -> Column | None:
    if drift.kind == "concept":
        return None
    application = layout.application
    chosen = drift.chosen(layout)
    if chosen not in application.names:
        raise ConfigurationError(
            f"--column: expected a column of the application, found {chosen!r}"
        )
    column = application[chosen]
    if (drift.kind == "category") != (column.type is Type.CATEGORY):
        if drift.kind != "missingness":
            raise ConfigurationError(
                f"--column: {column.name} is {column.type.value}, which does not suit"
                f" {drift.kind}"
            )
    if drift.kind == "missingness" and not column.nullable:
        raise ConfigurationError(f"--column: {column.name} cannot be missing")
    return column


def _change(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    drift: Drift,
    column: Column | None,
    random: np.random.Generator,
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What the drift makes of one application."""
    if column is None:
        return lambda application: application
    name = column.name
    if drift.kind != "covariate":
        value = NEW_CATEGORY if drift.kind == "category" else None

        def replace(application: dict[str, Any]) -> dict[str, Any]:
            hit = random.random() < drift.strength
            return {**application, name: value} if hit else application

        return replace
    spread, low, high = connection.execute(
        f'SELECT stddev("{name}"), min("{name}"), max("{name}") FROM {literal(source)}'
    ).fetchall()[0]
    step = drift.strength * (spread or 0.0)

    def move(application: dict[str, Any]) -> dict[str, Any]:
        if application.get(name) is None:
            return application
        moved = min(max(application[name] + step, low), high)
        whole = column.type is Type.INTEGER
        return {**application, name: round(moved) if whole else moved}

    return move


def _clients(
    connection: duckdb.DuckDBPyConnection,
    key: str,
    source: Path,
    events: int,
    random: np.random.Generator,
) -> list[Key]:
    """Ids to send, each as often as any other, in random order."""
    rows = connection.execute(f'SELECT "{key}" FROM {literal(source)} ORDER BY 1')
    ids = np.array([client for (client,) in rows.fetchall()])
    rounds = -(-events // len(ids))
    order = [random.permutation(ids) for _ in range(rounds)]
    return [*np.concatenate(order)[:events].tolist()]


def applicants(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    staged: dict[str, Path],
    source: Path,
    clients: Sequence[Key],
) -> Iterator[dict[str, Any]]:
    """Each client as a new applicant with its records."""
    by_client: dict[Key, dict[str, Any]] = {}
    for client, row in _rows(connection, source, layout.key, clients):
        by_client[client] = {APPLICATION: row}
    # By the number that the records of another table name.
    named = {layout.tables[n].parent: layout.link(n) for n in layout.histories}
    owners: dict[str, dict[Key, Key]] = {"": {client: client for client in clients}}
    for name in layout.histories:
        parent, link = layout.tables[name].parent, layout.link(name)
        if name not in staged or not owners.get(parent):
            continue
        for key, row in _rows(connection, staged[name], link, [*owners[parent]]):
            client = owners[parent][key]
            # The number that links it to its parent is part of the record.
            record = {**row, link: key} if parent else row
            by_client[client].setdefault(name, []).append(record)
            if name in named:
                owners.setdefault(name, {})[row[named[name]]] = client
    return (by_client[client] for client in clients)


def _rows(
    connection: duckdb.DuckDBPyConnection, path: Path, key: str, keys: Sequence[Key]
) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Rows of some keys without what is null and without the outcome."""
    cursor = connection.execute(
        f'SELECT * FROM {literal(path)} WHERE "{key}" IN (SELECT unnest(?))', [keys]
    )
    names = [column[0] for column in cursor.description or ()]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        of = row.pop(key)
        row.pop(TARGET, None)
        yield of, {name: value for name, value in row.items() if value is not None}


def _decide(api: Api, bodies: list[dict[str, Any]], token: str) -> list[dict[str, Any]]:
    body = {"predictions": bodies, "explain": False}
    answers = api.post("/v1/predictions/batch", body, token)["predictions"]
    for answer in answers:
        if "prediction_id" not in answer:
            raise ApiError(f"POST /v1/predictions/batch: {answer['detail']} {answer}")
    return list(answers)


def _outcomes(
    api: Api,
    decided: list[dict[str, Any]],
    drift: Drift,
    random: np.random.Generator,
) -> int:
    """Post what became of granted applications; returns how many."""
    mean = float(np.mean([prediction["probability"] for prediction in decided]))
    today = datetime.now(UTC).date().isoformat()
    outcomes = []
    for prediction in decided:
        if prediction["decision"] == "granted":
            risk = (1 - drift.strength) * prediction[
                "probability"
            ] + drift.strength * mean
            defaulted = bool(random.random() < risk)
            outcomes.append(
                {
                    "prediction_id": prediction["prediction_id"],
                    "defaulted": defaulted,
                    "observed_on": today,
                }
            )
    for start in range(0, len(outcomes), OUTCOMES):
        part = outcomes[start : start + OUTCOMES]
        api.post("/v1/outcomes", {"outcomes": part}, str(uuid.uuid4()))
    return len(outcomes)
