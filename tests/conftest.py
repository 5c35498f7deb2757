"""The whole house, built and served once per run as its users build and serve it.

Only the standard library and pytest at import: each part's tests run where just that
part is installed.
"""

from __future__ import annotations

import gc
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import commands
from tests.commands import ROOT

# A folder with home-credit-linked/ and home-credit-applications/ in it.
REAL_DATA = "REAL_DATA"
START_SECONDS = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    explained = "write the examples of the API's documents; what `make examples` does"
    parser.addoption("--record-examples", action="store_true", help=explained)
    explained = "all of what else is sampled; what `make prove` does"
    parser.addoption("--whole", action="store_true", help=explained)
    forms, explained = ("trees", "scorecard"), "the form of the model that serves"
    parser.addoption("--serve", choices=forms, default="trees", help=explained)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: the garbage collector need not look at it."""
    gc.freeze()


@dataclass(frozen=True)
class House:
    """What training made of one data folder."""

    data: Path
    folder: Path

    @property
    def features(self) -> Path:
        return self.folder / "features"

    @property
    def bundle(self) -> Path:
        return self.folder / "bundle"

    @property
    def clients(self) -> Path:
        return self.folder / "clients.parquet"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TRAINING_TRACKING_URI": f"sqlite:///{self.folder}/mlflow.db",
            "SCORING_BUNDLE": str(self.bundle),
            "SCORING_DATABASE_URL": f"sqlite:///{self.folder}/scoring.sqlite",
            "SCORING_DRAIN_SECONDS": "0",
        }

    def run(self, *command: str) -> str:
        """Run a Python module's command; its standard output."""
        done = commands.run(self.environment, *command)
        assert done.status == 0, f"{' '.join(command)}: {done.errors}"
        return done.out


@dataclass(frozen=True)
class Served:
    """A running API with every client imported, and two keys.

    `key` has every role; `dashboard_key` asks for people.
    """

    house: House
    url: str
    key: str
    dashboard_key: str


def build(data: Path, folder: Path, serve: str = "trees") -> House:
    """Train, promote and export, on one core, as the other tests need the others."""
    house = House(data, folder)
    raw, features = f"--data={data}", f"--features={house.features}"
    how = ["--budget=quick", "--jobs=1", f"--serve={serve}"]
    house.run("training", "train", raw, features, *how)
    house.run("training", "promote")
    drift = folder / "drift"
    report = ["--version=champion", f"--out={drift}"]
    house.run("training", "drift", raw, features, *report)
    exported = [f"--out={house.bundle}", f"--clients={house.clients}", features]
    house.run("training", "export", *exported, f"--drift={drift}")
    return house


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> House:
    """Trained on invented clients, bundle and clients exported."""
    # Each of its signs means something else in SQL, a pattern or an address.
    folder = tmp_path_factory.mktemp("house") / "Projet d'été [1] #2"
    folder.mkdir()
    data = folder / "data"
    made = ["--clients=2000", f"--out={data}", "--format=parquet", "--seed=1"]
    House(data, folder).run("training", "synthesize", *made)
    return build(data, folder, request.config.getoption("--serve"))


@pytest.fixture(scope="session")
def served(house: House) -> Iterator[Served]:
    """The API under gunicorn, as in production."""
    flask = ("flask", "--app", "api")
    house.run(*flask, "db", "upgrade")
    house.run(*flask, "clients", "import", str(house.clients))
    every = ("officer", "senior", "scoring", "analyst", "admin")
    key, dashboard_key = _key(house, *every), _key(house, *every, "delegate")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"]
    environment = {
        "SCORING_BIND": f"127.0.0.1:{port}",
        "SCORING_PRICES": str(house.data / "prices.json"),
    }
    with server(house, command, environment, f"{url}/health/ready"):
        yield Served(house, url, key, dashboard_key)


def _key(house: House, *roles: str) -> str:
    name = f"tests-{secrets.token_hex(4)}"
    given = [f"--role={role}" for role in roles]
    return house.run("flask", "--app", "api", "keys", "add", name, *given).split()[-1]


class server:
    """A server process, up from entering to leaving the block."""

    def __init__(
        self, house: House, command: list[str], settings: dict[str, str], ready: str
    ) -> None:
        self._log = (house.folder / f"{command[0]}.log").open("w+b")
        self._ready = ready
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**house.environment, **settings},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            running = self._process.poll() is None
            if not running or time.monotonic() > deadline:
                self.__exit__()
                pytest.fail(f"{self._ready}: no answer; see {self._log.name}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._ready, timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
