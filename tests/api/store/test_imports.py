"""An import serves whole or not at all."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

from api.bundle.read import read_bundle
from api.errors import ImportRefused
from api.features.clients_file import opened
from api.store.people import imports

pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def run(app: Flask) -> Any:
    def invoke(path: Path) -> Any:
        return app.test_cli_runner().invoke(args=["clients", "import", str(path)])

    return invoke


@pytest.fixture
def write(world: Any, conftest: Any, tmp_path: Path) -> Any:
    def make(name: str = "new.parquet", **different: str) -> Path:
        path = tmp_path / name
        conftest.write_clients(world.connection, world.manifest, path, **different)
        return path

    return make


def stored(app: Flask) -> list[tuple[int, int]]:
    with app.extensions["scoring"].database.read() as connection:
        query = "SELECT import_id, count(*) FROM clients GROUP BY 1 ORDER BY 1"
        return [tuple(row) for row in connection.execute(sqlalchemy.text(query))]


def test_a_new_file_takes_the_place_of_the_old_one(
    app: Flask, call: Any, run: Any, write: Any
) -> None:
    done = run(write(where="a.SK_ID_CURR <= 100010"))
    assert done.exit_code == 0, done.output
    assert "10 of 10 clients" in done.stderr
    assert stored(app) == [(2, 10)]
    assert call("GET", "/v1/clients", "officer").json["total"] == 10
    assert call("GET", "/v1/clients/100011", "officer").status_code == 404


def test_the_same_file_again_does_nothing(app: Flask, run: Any, world: Any) -> None:
    done = run(world.clients)
    assert done.exit_code == 0
    assert "already imported" in done.stderr
    assert stored(app) == [(1, 500)]


def test_an_import_that_breaks_off_leaves_the_old_one_serving(
    app: Flask, call: Any, run: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["api.commands.clients"], "CHUNK", 100)
    broken = "[CASE WHEN a.SK_ID_CURR = 100450 THEN 'inf'::FLOAT ELSE 1 END, 2]"
    done = run(write("broken.parquet", history=broken))
    assert done.exit_code == 1
    assert "client 100450: history has Infinity" in done.stderr
    assert stored(app) == [(1, 500), (2, 400)]
    assert call("GET", "/v1/clients", "officer").json["total"] == 500
    asked = {"client_id": 100001}
    assert call("POST", "/v1/predictions", json=asked).status_code == 201
    assert run(write(where="a.SK_ID_CURR < 100003")).exit_code == 0
    assert stored(app) == [(3, 2)]


@pytest.mark.parametrize(
    ("different", "message"),
    [
        ({"feature_set": "other"}, "its feature_set is other, the bundle's is small"),
        ({"features": "[1::FLOAT]"}, "features has 1 values, expected 7"),
        ({"features": "NULL::FLOAT[]"}, "features has None values, expected 7"),
        ({"history": "[1::DOUBLE]"}, "column history is DOUBLE[], expected FLOAT[]"),
        ({"application": "{'A': 1}"}, "column application.SK_ID_CURR is missing"),
        ({"application": "1"}, "column application is INTEGER, expected STRUCT"),
        ({"where": "false"}, "has 0 rows"),
        (
            {"source": "(FROM application UNION ALL FROM application)"},
            "has 1000 rows of 500 clients",
        ),
    ],
)
def test_refuses_a_file_that_does_not_fit(
    app: Flask, run: Any, write: Any, different: Any, message: str
) -> None:
    done = run(write(**different))
    assert done.exit_code == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert stored(app) == [(1, 500)]


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not really PAR1"])
def test_refuses_what_is_no_parquet_file(
    run: Any, tmp_path: Path, conftest: Any, content: bytes | None
) -> None:
    path = tmp_path / "clients.parquet"
    if content is not None:
        path.write_bytes(content)
        conftest.seal_clients(path)
    done = run(path)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {path}")
    assert done.stderr.count("\n") == 1


SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@SQLITE
def test_a_file_without_the_seal_that_it_was_exported_with_is_refused(
    app: Flask, run: Any, write: Any, world: Any
) -> None:
    path = write()
    seal = path.with_name("new.parquet.sha256")
    own, other = seal.read_text(), "0" * 64
    for content, message in (
        (None, f"{seal}: No such file or directory: copy the file and its .sha256"),
        ("nonsense\n", f"{seal}: expected a line of sha256sum: copy the file"),
        (f"{other}  new.parquet\n", f"expected SHA-256 {other}, found {own[:64]}: "),
    ):
        seal.unlink() if content is None else seal.write_text(content)
        done = run(path)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert message in done.stderr
        assert "export both again" in done.stderr
    assert stored(app) == [(1, 500)]


def test_no_damaged_byte_is_imported(write: Any, world: Any) -> None:
    path, manifest = write(), read_bundle(world.bundle).manifest
    content, dice = path.read_bytes(), random.Random(16)
    with opened(path, manifest) as source:
        assert source.clients == 500
    for _ in range(60):
        damaged = bytearray(content)
        damaged[dice.randrange(len(content))] ^= dice.randrange(1, 256)
        path.write_bytes(damaged)
        with pytest.raises(ImportRefused, match="found"), opened(path, manifest):
            pass


def test_clients_of_another_feature_set_do_not_serve(app: Flask, call: Any) -> None:
    database = app.extensions["scoring"].database
    with database.write() as connection:
        change = "UPDATE imports SET feature_set = 'older'"
        connection.execute(sqlalchemy.text(change))
    imports.note_served(database, "older")
    ready = app.test_client().get("/health/ready")
    answer = call("POST", "/v1/predictions", json={"client_id": 100001})
    found = call("GET", "/v1/clients", "officer")
    for response in (ready, answer, found):
        assert response.status_code == 503
        assert "clients import" in response.get_json()["detail"]
    fresh = {"application": {"AMT_CREDIT": 100000, "CNT_CHILDREN": 0}}
    assert call("POST", "/v1/predictions", json=fresh).status_code == 201
