"""A bundle's whole way, by the workflows' own steps: train, storage, API, monitor."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import ROOT, House, free_port, server
from tests.workflows import steps

pytestmark = pytest.mark.xdist_group("house")
FAKES = Path(__file__).parent
ALERTS = tuple(f"TRAINING_ALERT_{name}" for name in ("TO", "LANGUAGE", "DASHBOARD_URL"))
# Done for the whole run by `house`, or on the runner alone.
TRAINED = (
    *("Install", "Fetch the raw tables", "Train a challenger"),
    "Compare train with test",
)


@dataclass(frozen=True)
class Lender:
    """A checkout on a runner, and a lender's Azure as folders."""

    house: House
    checkout: Path
    azure: Path
    url: str
    environment: Mapping[str, str]

    def run(self, workflow: str, *without: str, **inputs: str) -> CompletedProcess[str]:
        return steps.run(
            workflow,
            self.checkout,
            self.environment,
            variables={
                "AZURE_STORAGE_ACCOUNT": "account",
                "AZURE_FILE_SHARE": "scoring",
                "AZURE_KEY_VAULT": "vault",
                "AZURE_REGISTRY": "registry",
                "AZURE_API_APP": "api",
                "AZURE_RESOURCE_GROUP": "group",
                "API_URL": self.url,
                **dict.fromkeys(ALERTS, ""),
                "TRAINING_REQUIRE_VALIDATION": "",
                "TRAINING_TRACKING_URI": f"sqlite:///{self.house.folder}/mlflow.db",
            },
            inputs=inputs,
            without=without,
        )

    def keep(self, house: House) -> str:
        """Have a bundle and its clients in storage; the bundle's SHA-256."""
        digest = sha256(house.bundle / "manifest.json")
        kept = self.azure / "blob" / "bundle" / digest
        shutil.copytree(house.bundle, kept / "bundle")
        for name in ("clients.parquet", "clients.parquet.sha256"):
            shutil.copyfile(house.folder / name, kept / name)
        return digest

    def promote(self, sha256: str = "", reload: str = "true") -> CompletedProcess[str]:
        other = (
            ("Promote the challenger, and keep the champion's bundle",)
            if sha256
            else ("Fetch the earlier bundle",)
        )
        given = {"sha256": sha256, "override": "", "reload": reload}
        return self.run("promote-bundle", "Install", *other, **given)

    def served(self) -> tuple[str, str]:
        """What the share, and what storage says is served."""
        share = self.azure / "file" / "scoring" / "bundle" / "current"
        stored = self.azure / "blob" / "bundle" / "current"
        return share.read_text().strip(), stored.read_text().strip()


@pytest.fixture
def lender(house: House, tmp_path: Path) -> Iterator[Lender]:
    checkout, azure, tools = (tmp_path / name for name in ("work", "azure", "bin"))
    (azure / "vault").mkdir(parents=True)
    (checkout / "var").mkdir(parents=True)
    tools.mkdir()
    for name in (".github", "api", "policy", "training"):
        (checkout / name).symlink_to(ROOT / name)
    (checkout / ".venv").symlink_to(sys.prefix)
    (checkout / "var" / "features").symlink_to(house.features)
    # Promotion writes to the registry; what others export stays as it is.
    own = House(house.data, tmp_path / "registry")
    ignored = shutil.ignore_patterns("scoring.sqlite*", "data", "features", "*.log")
    shutil.copytree(house.folder, own.folder, ignore=ignored)
    for name in ("az", "docker"):
        fake = tools / name
        fake.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{FAKES}/fake_{name}.py" "$@"\n'
        )
        fake.chmod(0o755)
    (azure / "vault" / "database-url").write_text(
        f"sqlite:///{tmp_path}/scoring.sqlite"
    )
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "FAKE_AZURE": str(azure),
        "CODE": str(ROOT),
        "SMOKE_TRIES": "5",
    }
    yield Lender(own, checkout, azure, f"http://127.0.0.1:{port}", environment)


def test_a_bundle_is_trained_promoted_served_watched_and_rolled_back(
    lender: Lender, tmp_path: Path
) -> None:
    asked = {"action": "add", "name": "nobody", "roles": "", "secret": "nobody"}
    done = lender.run("keys", **asked)
    assert (done.returncode, "expected the secret" in done.stderr) == (2, True)
    for secret, roles in {
        "smoke-api-key": "officer scoring",
        "monitor-api-key": "analyst",
        "reload-api-key": "admin",
    }.items():
        asked = {"action": "add", "name": secret, "roles": roles, "secret": secret}
        done = lender.run("keys", **asked)
        assert done.returncode == 0, done.stderr
        key = (lender.azure / "vault" / secret).read_text()
        assert key and key not in done.stdout + done.stderr

    # The first bundle of all, before an API runs: one that was kept earlier.
    first = lender.keep(lender.house)
    done = lender.promote(first, reload="false")
    assert done.returncode == 0, done.stderr
    assert lender.served() == (first, first)
    settings = {
        "SCORING_BUNDLE": str(lender.azure / "file" / "scoring" / "bundle"),
        "SCORING_DATABASE_URL": f"sqlite:///{tmp_path}/scoring.sqlite",
        "SCORING_BIND": lender.url.removeprefix("http://"),
    }
    command = ["gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"]
    with server(lender.house, command, settings, f"{lender.url}/health/ready"):
        # What is trained next has no drift report, so it is another one.
        done = lender.run("train", *TRAINED)
        assert done.returncode == 0, done.stderr
        done = lender.promote()
        assert done.returncode == 0, done.stderr
        second, stored = lender.served()
        assert (second, second == first) == (stored, False)

        # One that arrives in pieces is refused, and what was served serves on.
        (lender.azure / "torn").touch()
        done = lender.promote(first)
        assert (done.returncode, "model.txt: was altered" in done.stdout) == (1, True)
        assert f"rolled back: {second}" in done.stderr
        assert lender.served() == (second, second)

        # Back to an earlier one.
        (lender.azure / "torn").unlink()
        done = lender.promote(first)
        assert done.returncode == 0, done.stderr
        assert lender.served() == (first, first)

        # The monitor reads what is served, and the next run begins where it ended.
        done = lender.run("monitor", "Install")
        assert done.returncode == 0, done.stderr
        watched, state = (
            lender.checkout / "var" / name for name in ("served", "monitor")
        )
        assert sha256(watched / "bundle" / "manifest.json") == first
        assert not (watched / "clients.parquet").exists()
        (kept,) = state.glob("*.sqlite")
        content = kept.read_bytes()
        shutil.rmtree(state)
        done = lender.run("monitor", "Install", "Monitor", "Keep where this run ended")
        assert (done.returncode, kept.read_bytes()) == (0, content)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
