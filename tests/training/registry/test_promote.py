"""Which versions may become the champion."""

from __future__ import annotations

import pytest

from training.errors import PromotionRefused, TrainingError
from training.registry.promote import promote
from training.registry.store import CHALLENGER, CHAMPION, MODEL, Registry, open_registry

# MLflow uses what pydantic and SQLAlchemy are about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("registry")
    opened = open_registry(f"sqlite:///{folder / 'mlflow.db'}")
    opened.client.create_registered_model(MODEL)
    return opened


def version(registry: Registry, auc: float, score: float, dummy: float = 0.8) -> str:
    """A registered version whose run has these metrics."""
    run = registry.client.create_run(registry.experiment).info.run_id
    metrics = {"auc": auc, "business_score": score, "dummy_business_score": dummy}
    for name, value in metrics.items():
        registry.client.log_metric(run, name, value)
    made = registry.client.create_model_version(MODEL, "file:///nowhere", run)
    registry.client.set_registered_model_alias(MODEL, CHALLENGER, made.version)
    return str(made.version)


def test_a_sound_challenger_becomes_the_champion(registry: Registry) -> None:
    number = version(registry, auc=0.77, score=0.5)
    assert promote(registry) == number
    assert registry.version(CHAMPION).version == int(number)


def test_an_auc_too_good_to_be_true_is_refused_as_leakage(registry: Registry) -> None:
    sound = version(registry, auc=0.77, score=0.5)
    promote(registry, sound)
    version(registry, auc=0.8201, score=0.3)
    with pytest.raises(PromotionRefused, match=r"AUC 0\.8201 is above 0\.82"):
        promote(registry)
    assert str(registry.version(CHAMPION).version) == sound


def test_a_model_no_better_than_none_is_refused(registry: Registry) -> None:
    version(registry, auc=0.6, score=0.8)
    with pytest.raises(PromotionRefused, match="expected less than 0.8000"):
        promote(registry)


def test_an_unknown_version_is_named_with_those_there_are(registry: Registry) -> None:
    with pytest.raises(TrainingError, match="no version '99'.*found: 1"):
        promote(registry, "99")
