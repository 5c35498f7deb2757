"""What clients are called comes by a file, and who is forgotten leaves no byte."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.store.people import references

pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def run(app: Flask) -> Any:
    def invoke(*arguments: str) -> Any:
        return app.test_cli_runner().invoke(args=list(arguments))

    return invoke


@pytest.fixture
def call_them(run: Any, world: Any, tmp_path: Path) -> Any:
    def invoke(text: str) -> Any:
        path = tmp_path / "called.csv"
        path.write_text(text)
        return run("clients", "import", str(world.clients), "--references", str(path))

    return invoke


def found(call: Any, text: str) -> list[tuple[Any, str]]:
    query = {"reference": text}
    page = call("GET", "/v1/clients", "officer", query_string=query).json
    return [(one["client_id"], one["reference"]) for one in page["clients"]]


def test_references_come_by_a_file_and_survive_an_import(
    call: Any, call_them: Any, run: Any, world: Any, conftest: Any, tmp_path: Path
) -> None:
    done = call_them("SK_ID_CURR,reference\n100001,2026-0417 Dupont\n100499,Éric\n")
    assert done.exit_code == 0, done.output
    assert "2 clients have a reference" in done.stderr
    later = tmp_path / "later.parquet"
    conftest.write_clients(
        world.connection, world.manifest, later, where="a.SK_ID_CURR < 100400"
    )
    assert run("clients", "import", str(later)).exit_code == 0
    assert found(call, "dup") == [(100001, "2026-0417 Dupont")]
    assert call("GET", "/v1/clients/100001", "officer").json["reference"]
    # Who is not known now is not found, and is again when they are.
    assert found(call, "eric") == []
    assert call_them("\ufeffSK_ID_CURR;reference\n100001;Martin\n\n").exit_code == 0
    assert found(call, "eric") == [(100499, "Éric")]
    assert (found(call, "dup"), found(call, "m")) == ([], [(100001, "Martin")])


def test_a_file_of_references_is_refused_as_a_whole(call: Any, call_them: Any) -> None:
    done = call_them(
        "SK_ID_CURR,reference\n100001,A\nx,B\n7,C\n100001,D\n100002, \n"
        f"100003,{'e' * 201}\n100004,?\n"
    )
    assert done.exit_code == 1
    for said in (
        "line 3: SK_ID_CURR: expected an integer, found 'x'",
        "line 4: there is no client 7 in what is imported",
        "line 5: client 100001 is there twice",
        "line 6: reference: expected letters or digits",
        "line 7: reference: ",
        "; and 1 more",
    ):
        assert said in done.stderr
    assert found(call, "a") == []
    assert "expected the columns SK_ID_CURR, reference" in call_them("a,b\n").stderr
    done = call_them("SK_ID_CURR,reference\n100001,A,B\n")
    assert "line 2: expected 2 values, found 3" in done.stderr


def test_no_import_has_the_key_of_a_draft(
    world: Any, conftest: Any, url: str, tmp_path: Path
) -> None:
    key = "'new-' || (SK_ID_CURR + 1000000000)"
    bundle, clients = conftest.lend(world, tmp_path, {}, key)
    app = conftest.create_app(conftest.Config(bundle=bundle, database_url=url))
    args = ["clients", "import", str(clients)]
    done = app.test_cli_runner().invoke(args=args)
    assert "begins with new-, as the keys of applications entered here" in done.stderr
    app.extensions["scoring"].database.close()


def test_who_is_forgotten_is_404_and_what_was_theirs_410_as_documented(
    call: Any, run: Any
) -> None:
    paths = call("GET", "/openapi.json").json["paths"]
    at = "/v1/clients/{client_id}"
    terms = {"terms": {"amount": 200_000}, "valid_until": "2127-01-31"}
    given = {
        "/v1/predictions": ("scoring", {"client_id": 100002}),
        f"{at}/notes": ("officer", {"text": "Called.", "author": "A"}),
        f"{at}/offers": ("officer", {**terms, "reviewer": "A"}),
    }

    def posted(path: str) -> Any:
        role, body = given[path]
        there, token = path.format(client_id=100002), {"Idempotency-Key": path}
        return call("POST", there, role, json=body, headers=token)

    made = {path: posted(path).json for path in given}
    names = {
        "client_id": 100002,
        "prediction_id": made["/v1/predictions"]["prediction_id"],
        "offer_id": made[f"{at}/offers"]["offer_id"],
    }
    assert run("clients", "forget", "100002").exit_code == 0
    own = [
        path
        for path, routes in paths.items()
        if "get" in routes and ("{prediction_id}" in path or "{offer_id}" in path)
    ]
    assert len(own) == 3
    for path, expected in [(at, 404), *((path, 410) for path in own)]:
        answer = call("GET", path.format(**names), "officer")
        assert answer.status_code == expected, path
        assert str(expected) in paths[path]["get"]["responses"], path
    for path in given:
        assert posted(path).status_code == 410, path
        assert {"409", "410"} <= set(paths[path]["post"]["responses"]), path


def test_of_whom_is_forgotten_no_byte_is_left(
    call: Any, call_them: Any, run: Any, app: Flask, url: str, capfd: Any
) -> None:
    """Of a draft that was changed and decided, and of a client with a reference."""
    headers = {"Idempotency-Key": "entered-1"}
    given = {"AMT_CREDIT": 271828.0, "CNT_CHILDREN": 1, "CODE_GENDER": "Zebra"}
    body = {"reference": "Xylophonist Marker", "application": given}
    asked = {"json": body, "headers": headers}
    key = call("POST", "/v1/applications", "officer", **asked).json["client_id"]
    second = body | {"reference": "Quetzalcoatl Marker", "revision": 1}
    path = f"/v1/applications/{key}"
    assert call("PUT", path, "officer", json=second).status_code == 200
    assert call("POST", "/v1/predictions", json={"client_id": key}).status_code == 201
    assert call_them("SK_ID_CURR,reference\n100001,Ornithorhynchus\n").exit_code == 0
    logged = capfd.readouterr()
    assert run("clients", "forget", key).exit_code == 0
    assert run("clients", "forget", "100001").exit_code == 0
    assert call("POST", "/v1/applications", "officer", **asked).status_code == 410
    for gone in (path, f"/v1/clients/{key}"):
        assert call("GET", gone, "officer").status_code == 404
    history = call("GET", f"/v1/clients/{key}/predictions", "officer").json
    assert history["predictions"] == []
    assert run("events", "verify").exit_code == 0
    markers = [key.encode(), *map(str.encode, ("Xylo", "Quetzal", "Ornitho", "Zebra"))]
    markers += [marker.lower() for marker in markers]
    markers += [zlib.compress(json.dumps(given, separators=(",", ":")).encode())[:40]]
    said = (logged.out + logged.err).encode()
    assert not [marker for marker in markers[1:] if marker in said]
    with app.extensions["scoring"].database.read() as connection:
        assert references.of(connection, [100001]) == {}
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        for one in file.parent.glob(f"{file.name}*"):
            content = one.read_bytes()
            assert not [marker for marker in markers if marker in content], one
