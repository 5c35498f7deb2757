"""By whom a run's rows are told apart, and how they are forgotten."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from training.cli import main
from training.errors import ConfigurationError
from training.registry.load import out_of_fold
from training.registry.pseudonyms import ROWS, SECRET, pseudonyms, secret_of
from training.registry.store import MODEL, Registry, open_registry

# MLflow uses what pydantic and SQLAlchemy are about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    uri = f"sqlite:///{tmp_path_factory.mktemp('registry') / 'mlflow.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINING_TRACKING_URI", uri)
        patch.delenv("TRAINING_PSEUDONYM_KEY", raising=False)
        opened = open_registry(uri)
        opened.client.create_registered_model(MODEL)
        yield opened


def version(
    registry: Registry, folder: Path, names: dict[str, object]
) -> tuple[str, str]:
    """A registered version and its run, which has three clients, named by `names`."""
    run: str = registry.client.create_run(registry.experiment).info.run_id
    for place, file in ROWS:
        pd.DataFrame({**names, "TARGET": [0, 1, 0]}).to_parquet(folder / file)
        registry.client.log_artifact(run, str(folder / file), place)
    made = registry.client.create_model_version(MODEL, "file:///nowhere", run)
    return made.version, run


def test_a_secret_is_made_once_beside_the_store_for_its_owner_alone(
    registry: Registry,
) -> None:
    made = secret_of(registry)
    assert made == secret_of(registry)
    assert re.fullmatch(rb"[0-9a-f]{64}", made)
    beside = Path(registry.uri.removeprefix("sqlite:///")).with_name(SECRET)
    assert beside.stat().st_mode & 0o777 == 0o600


def test_a_server_needs_a_secret_of_the_settings(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Registry("http://mlflow.example", "0", registry.client)
    with pytest.raises(ConfigurationError, match="TRAINING_PSEUDONYM_KEY: expected"):
        secret_of(server)
    monkeypatch.setenv("TRAINING_PSEUDONYM_KEY", "of the vault")
    assert secret_of(server) == b"of the vault"


def test_pseudonyms_are_those_of_hmac_and_of_their_secret() -> None:
    numbers, texts = np.array([100001, 100002]), ["100001", "100002"]
    # printf 100001 | openssl dgst -sha256 -hmac secret
    assert pseudonyms(numbers, b"secret")[0] == "dd066b85f7da8d3d"
    assert list(pseudonyms(texts, b"secret")) == list(pseudonyms(numbers, b"secret"))
    both = itertools.chain(*(pseudonyms(numbers, one) for one in (b"a", b"b")))
    assert len(set(both)) == 4


def test_a_client_is_forgotten_in_every_version(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pseudonyms([7, 8, 9], secret_of(registry))
    runs = [version(registry, tmp_path, {"client": names}) for _ in range(2)]
    assert main(["forget", "8"]) == 0
    assert capsys.readouterr().out.startswith("4 rows are gone")
    for (_, run), (folder, file) in itertools.product(runs, ROWS):
        path = mlflow.artifacts.download_artifacts(f"runs:/{run}/{folder}/{file}")
        found = pd.read_parquet(path)
        assert list(found["client"]) == [names[0], names[2]]
        assert list(found["TARGET"]) == [0, 0]


def test_a_version_that_cannot_forget_is_named_and_the_others_do(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, _ = version(registry, tmp_path, {"SK_ID_CURR": [7, 8, 9]})
    names = pseudonyms([7, 8, 9], secret_of(registry))
    _, newer = version(registry, tmp_path, {"client": names})
    assert main(["forget", "8"]) == 1
    assert f"version {older}: trained before 0.4.0" in capsys.readouterr().err
    assert len(out_of_fold(newer)) == 2
