"""Clients and bundle change over together: who serves reads what fits its bundle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.errors import BundleError
from api.services import Services

pytestmark = pytest.mark.usefixtures("own")
# A client of the old import alone, and one of both.
LEFT, STAYS = 100450, 100001


@dataclass(frozen=True)
class Export:
    """A bundle and its clients."""

    bundle: Path
    clients: Path


@dataclass(frozen=True)
class Process:
    """One that serves a bundle's folder."""

    app: Flask
    keys: dict[str, str]

    @property
    def services(self) -> Services:
        found: Services = self.app.extensions["scoring"]
        return found

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.keys['officer']}"}
        return self.app.test_client().get(path, headers=headers)

    def decide(self, client_id: int) -> Any:
        headers = {"Authorization": f"Bearer {self.keys['scoring']}"}
        asked = {"client_id": client_id}
        client = self.app.test_client()
        return client.post("/v1/predictions", headers=headers, json=asked)

    def total(self) -> int:
        return int(self.get("/v1/clients").json["total"])

    def import_of(self, client_id: int) -> int:
        """The import that a decision now rests on."""
        assert self.decide(client_id).status_code == 201
        standing = self.get(f"/v1/clients/{client_id}").json["standing"]
        return int(standing["import_id"])

    def run(self, *arguments: str) -> Any:
        done = self.app.test_cli_runner().invoke(args=["clients", *arguments])
        assert done.exit_code == 0, done.output
        return done

    def add(self, export: Export) -> str:
        """What is said of the import."""
        bundle = f"--bundle={export.bundle}"
        said: str = self.run("import", bundle, str(export.clients)).stderr
        return said


@pytest.fixture
def export(world: Any, conftest: Any, tmp_path: Path) -> Callable[..., Export]:
    """One of a feature set of this name, with these clients."""

    def make(name: str, where: str) -> Export:
        bundle = Path(shutil.copytree(world.bundle, tmp_path / name))
        manifest = json.loads((bundle / "manifest.json").read_text())
        conftest.seal(bundle, manifest | {"feature_set": name})
        clients = tmp_path / f"{name}.parquet"
        different = {"feature_set": name, "where": where}
        conftest.write_clients(world.connection, manifest, clients, **different)
        return Export(bundle, clients)

    return make


@pytest.fixture
def other(export: Callable[..., Export]) -> Export:
    return export("other", "a.SK_ID_CURR <= 100400")


@pytest.fixture
def serve(url: str, template: Any) -> Iterator[Callable[[Path], Process]]:
    served = []

    def start(bundle: Path) -> Process:
        app = create_app(Config(bundle=bundle, database_url=url))
        served.append(Process(app, template[1]))
        served[-1].services.champion()
        served[-1].services.note_served()
        return served[-1]

    yield start
    for one in served:
        one.services.database.close()


@pytest.fixture
def folder(world: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.bundle, tmp_path / "bundle"))


def put(bundle: Path, folder: Path) -> None:
    """In the place of what was in the folder."""
    shutil.rmtree(folder)
    shutil.copytree(bundle, folder)


def test_the_clients_of_a_new_bundle_wait_until_it_serves(
    serve: Callable[[Path], Process], world: Any, other: Export
) -> None:
    old = serve(world.bundle)
    said = old.add(other)
    assert "import 2: 400 clients" in said
    assert "wait for a bundle of feature set other" in said
    assert "serve bundles of feature set small" in said
    assert (old.total(), old.import_of(STAYS), old.import_of(LEFT)) == (500, 1, 1)
    new = serve(other.bundle)
    assert (new.total(), new.import_of(STAYS)) == (400, 2)
    assert new.decide(LEFT).status_code == 404
    # Processes change over one after the other.
    assert (old.total(), old.import_of(LEFT)) == (500, 1)
    assert {one.get("/health/ready").status_code for one in (old, new)} == {200}
    listed = old.run("list").stdout.splitlines()
    assert "stay for the way back to feature set small" in listed[0]
    assert "serve bundles of feature set other" in listed[1]


def test_a_bundle_before_its_clients_is_refused_until_they_are_in(
    serve: Callable[[Path], Process], folder: Path, other: Export, world: Any
) -> None:
    process = serve(folder)
    put(other.bundle, folder)
    with pytest.raises(BundleError, match="clients import"):
        process.services.reload()
    assert process.total() == 500
    # As the folder's bundle says: without --bundle.
    process.run("import", str(other.clients))
    assert (process.total(), process.import_of(LEFT)) == (500, 1)
    process.services.reload()
    assert (process.total(), process.import_of(STAYS)) == (400, 2)
    put(world.bundle, folder)
    process.services.reload()
    assert (process.total(), process.import_of(LEFT)) == (500, 1)


def test_what_nobody_serves_any_more_is_gone_with_the_next_import(
    serve: Callable[[Path], Process],
    export: Callable[..., Export],
    world: Any,
    other: Export,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = serve(world.bundle)
    monkeypatch.setattr("api.store.people.imports._LATELY", timedelta(0))
    corrected = export("corrected", "a.SK_ID_CURR <= 100300")
    for waiting, sets in ((other, ["small", "other"]), (corrected, ["small", "corr"])):
        old.add(waiting)
        listed = old.run("list").stdout.splitlines()
        assert [of in line for of, line in zip(sets, listed, strict=True)] == [True] * 2
        assert old.total() == 500
    new = serve(corrected.bundle)
    newer = export("newer", "a.SK_ID_CURR <= 100200")
    said = new.add(newer)
    assert "feature set small" not in said
    assert (new.total(), serve(newer.bundle).total()) == (300, 200)


def test_another_server_keeps_its_clients_while_it_notes_that_it_serves(
    serve: Callable[[Path], Process],
    export: Callable[..., Export],
    world: Any,
    other: Export,
) -> None:
    old = serve(world.bundle)
    old.add(other)
    new = serve(other.bundle)
    new.add(export("newer", "a.SK_ID_CURR <= 100200"))
    assert (old.total(), new.total()) == (500, 400)


def test_who_is_forgotten_is_so_among_those_who_wait_too(
    serve: Callable[[Path], Process], world: Any, other: Export
) -> None:
    old = serve(world.bundle)
    old.add(other)
    old.run("forget", str(STAYS))
    for process, left in ((old, 499), (serve(other.bundle), 399)):
        assert process.decide(STAYS).status_code == 404
        assert process.total() == left


def test_clients_that_come_first_for_another_bundle_leave_this_one_serving(
    serve: Callable[[Path], Process], world: Any, other: Export
) -> None:
    """It had none; a new applicant was decided all the same."""
    process = serve(world.bundle)
    with process.services.database.write() as connection:
        for table in ("clients", "imports"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    process.add(other)
    assert process.get("/health/ready").status_code == 200
    assert process.decide(STAYS).status_code == 404
    assert process.total() == 0
