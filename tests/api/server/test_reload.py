"""Another bundle is taken up between two requests, or refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api import create_app
from api.config import Config

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def folder(world: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.bundle, tmp_path / "bundle"))


def change(folder: Path, conftest: Any, **changes: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    conftest.seal(folder, {**manifest, **changes})


@pytest.fixture
def call(folder: Path, url: str, template: Any) -> Any:
    """Like the `call` of all tests, with a bundle folder of its own."""
    app = create_app(Config(bundle=folder, database_url=url))

    def send(method: str, path: str, role: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {template[1][role]}"}
        return app.test_client().open(path, method=method, headers=headers, **more)

    send.services = app.extensions["scoring"]  # type: ignore[attr-defined]
    yield send
    app.extensions["scoring"].database.close()


def test_a_reload_serves_the_new_bundle(call: Any, folder: Path, conftest: Any) -> None:
    told: list[bool] = []
    call.services.announce = lambda: told.append(True)
    before = call("GET", "/v1/model", "admin").json
    change(folder, conftest, threshold=0.5)
    assert call("GET", "/v1/model", "admin").json == before
    response = call("POST", "/v1/model/reload", "admin")
    after = call("GET", "/v1/model", "admin").json
    assert response.status_code == 200
    assert response.json == {
        name: after[name] for name in ("name", "version", "bundle_sha256")
    }
    assert (before["threshold"], after["threshold"]) == (0.3, 0.5)
    assert told == [True]
    asked = {"client_id": 100001}
    answered = call("POST", "/v1/predictions", "scoring", json=asked).json
    assert answered["threshold"] == 0.5
    assert answered["model"] == response.json


def test_a_request_ends_on_the_model_it_began_with(
    call: Any, folder: Path, conftest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.store.people import clients

    before = call("GET", "/v1/model", "admin").json
    change(folder, conftest, threshold=0.5)
    find = clients.find

    def late(*arguments: Any) -> Any:
        call.services.reload()
        return find(*arguments)

    monkeypatch.setattr(clients, "find", late)
    asked = {"client_id": 100001}
    answered = call("POST", "/v1/predictions", "scoring", json=asked).json
    assert answered["threshold"] == before["threshold"]
    assert answered["model"]["bundle_sha256"] == before["bundle_sha256"]
    assert call("GET", "/v1/model", "admin").json["threshold"] == 0.5


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"feature_set": "other"}, "clients import"),
        ({"history": ["BUREAU_COUNT"]}, "history.sql"),
        ({"format": 2}, "manifest.json"),
    ],
)
def test_refuses_a_bad_bundle_and_serves_on(
    call: Any, folder: Path, conftest: Any, changes: dict[str, Any], reason: str
) -> None:
    before = call("GET", "/v1/model", "admin").json
    change(folder, conftest, **changes)
    response = call("POST", "/v1/model/reload", "admin")
    assert response.status_code == 409
    assert reason in response.json["detail"]
    assert call("GET", "/v1/model", "admin").json == before
    asked = {"client_id": 100001}
    assert call("POST", "/v1/predictions", "scoring", json=asked).status_code == 201


def test_refuses_trees_that_would_hang_it_and_serves_on(
    call: Any, folder: Path, conftest: Any
) -> None:
    before = call("GET", "/v1/model", "admin").json
    text = (folder / "model.txt").read_text()
    (folder / "model.txt").write_text(text.replace("left_child=1 ", "left_child=0 ", 1))
    change(folder, conftest)
    response = call("POST", "/v1/model/reload", "admin")
    assert response.status_code == 409
    assert response.json["detail"].startswith("model.txt: tree 0: split 0: ")
    assert call("GET", "/v1/model", "admin").json == before
    asked = {"client_id": 100001}
    assert call("POST", "/v1/predictions", "scoring", json=asked).status_code == 201


def test_a_model_says_whether_its_costs_are_by_amount(
    call: Any, folder: Path, conftest: Any
) -> None:
    assert call("GET", "/v1/model", "admin").json["costs_by_amount"] is False
    change(folder, conftest, costs_by_amount=True)
    assert call("POST", "/v1/model/reload", "admin").status_code == 200
    assert call("GET", "/v1/model", "admin").json["costs_by_amount"] is True
