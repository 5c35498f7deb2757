"""Which versions may become the champion, and what is kept of why."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from training.errors import ConfigurationError, PromotionRefused, TrainingError
from training.gates.champion import FILE, FOLDER
from training.gates.gate import Gate
from training.language import alike
from training.registry.findings import GATES, gates_of
from training.registry.promote import promote, promoted_gates
from training.registry.store import CHALLENGER, CHAMPION, MODEL, Registry, open_registry

# MLflow uses what pydantic and SQLAlchemy are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore::Warning"),
    pytest.mark.usefixtures("used"),
]

CEILING = Gate("auc_ceiling", 0.77, 0.82, True, alike("Above it, a feature knows."))
KNOWS = alike("A feature must know the outcome.")
LEAK = Gate("auc_ceiling", 0.8201, 0.82, False, KNOWS)
CLIENTS = 400
starts = itertools.count(0, CLIENTS)


def version(
    registry: Registry,
    gate: Gate = CEILING,
    cost: float = 0.5,
    start: int | None = None,
) -> str:
    """A registered challenger whose run has this gate and these decisions.

    Of clients that no other version has, unless `start` says which.
    """
    client = registry.client
    run = client.create_run(registry.experiment).info.run_id
    client.log_dict(run, {GATES: [gate.to_json()]}, f"{GATES}/{GATES}.json")
    first = next(starts) if start is None else start
    number = np.arange(first, first + CLIENTS)
    costs = cost + np.random.default_rng(0).normal(0, 0.01, CLIENTS)
    rows = pd.DataFrame({"SK_ID_CURR": number, "TARGET": 0, "cost": costs})
    path = client.download_artifacts(run, GATES)
    rows.to_parquet(f"{path}/{FILE}")
    client.log_artifact(run, f"{path}/{FILE}", FOLDER)
    made = client.create_model_version(MODEL, "file:///nowhere", run)
    client.set_registered_model_alias(MODEL, CHALLENGER, made.version)
    return str(made.version)


def test_a_sound_challenger_becomes_the_champion(registry: Registry) -> None:
    number = version(registry)
    made = promote(registry)
    assert (made.version, made.override) == (number, None)
    assert [one.gate for one in made.gates] == ["auc_ceiling", "cost_of_champion"]
    assert str(registry.version(CHAMPION).version) == number


def test_a_gate_that_is_not_passed_is_named_with_its_numbers(
    registry: Registry,
) -> None:
    sound = version(registry)
    promote(registry, sound)
    version(registry, LEAK)
    with pytest.raises(PromotionRefused, match=r"auc_ceiling: found 0\.8201.*0\.82"):
        promote(registry)
    assert str(registry.version(CHAMPION).version) == sound


def test_an_override_needs_a_reason_and_is_kept(registry: Registry) -> None:
    number = version(registry, LEAK)
    with pytest.raises(ConfigurationError, match="expected a reason"):
        promote(registry, number, " ")
    promote(registry, number, "The lender's audit found the feature sound.")
    found = registry.version(number)
    (ceiling, _) = promoted_gates(found, gates_of(found))
    assert not ceiling.passed
    assert ceiling.reason["en"].endswith(
        "Overridden: The lender's audit found the feature sound."
    )


def test_a_challenger_that_surely_costs_more_than_the_champion_is_refused(
    registry: Registry,
) -> None:
    start = next(starts)
    promote(registry, version(registry, cost=0.5, start=start))
    version(registry, cost=0.6, start=start)
    with pytest.raises(PromotionRefused, match=r"cost_of_champion.*\+0\.1"):
        promote(registry)
    promote(registry, version(registry, cost=0.4, start=start))


def test_a_champion_of_other_clients_is_not_comparable(registry: Registry) -> None:
    promote(registry, version(registry, cost=0.5))
    made = promote(registry, version(registry, cost=0.6))
    assert made.gates[-1].reason["en"].startswith("Not comparable")


def test_gates_that_are_lost_are_said_to_be(
    registry: Registry,
) -> None:
    run = registry.client.create_run(registry.experiment).info.run_id
    made = registry.client.create_model_version(MODEL, "file:///nowhere", run)
    lost = rf"mlartifacts/{run}/artifacts/gates/gates.json: .*; bring the artifacts"
    with pytest.raises(TrainingError, match=lost):
        promote(registry, str(made.version))


def test_a_store_that_moved_brings_its_artifacts_along(
    registry: Registry, tmp_path: Path
) -> None:
    number = version(registry, cost=0.1)
    before, now = (
        Path(registry.uri.removeprefix("sqlite:///")).parent,
        tmp_path / "ö [1]",
    )
    now.mkdir()
    shutil.copy(before / "mlflow.db", now)
    uri = f"sqlite:///{now / 'mlflow.db'}"
    with pytest.raises(TrainingError, match=f"{before}/mlartifacts; bring that folder"):
        open_registry(uri)
    # Those of before cannot be found any more.
    (before / "mlartifacts").rename(now / "mlartifacts")
    moved = open_registry(uri)
    assert promote(moved, override="moved").version == number
    assert promote(moved, version(moved), "moved").version == str(int(number) + 1)
    assert not (before / "mlartifacts").exists()
    (now / "mlartifacts").rename(before / "mlartifacts")


def test_a_damaged_store_is_not_taken_for_one_without_a_champion(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    version(registry, cost=0.9)
    monkeypatch.setattr(
        registry.client,
        "get_model_version_by_alias",
        _raising(MlflowException("database disk image is malformed")),
    )
    with pytest.raises(MlflowException, match="malformed"):
        promote(registry, "1")
    with pytest.raises(MlflowException, match="malformed"):
        registry.version(CHAMPION)


def _raising(error: Exception) -> Callable[..., None]:
    def ask(*_: object) -> None:
        raise error

    return ask


def test_an_unknown_version_is_named_with_those_there_are(registry: Registry) -> None:
    version(registry)
    with pytest.raises(TrainingError, match="no version '99'.*found: 1"):
        promote(registry, "99")
