"""Houses that need no good model: the whole way, with few and small trees."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import House
from training import campaign
from training.bundle.clients import export_clients
from training.evaluation.business_cost import Costs
from training.features.build import build
from training.registry.export import export_bundle
from training.registry.load import load_champion
from training.registry.store import open_registry
from training.tuning import choice, model_comparison, search_spaces
from training.tuning.feature_selection import Point, select
from training.tuning.hyperparameter_search import SearchResources

TREES: Mapping[str, Any] = {"n_estimators": 20}
QUICK = model_comparison.BUDGETS["quick"]


def small_house(
    data: Path,
    folder: Path,
    few: int | None = None,
    size: Mapping[str, Any] = TREES,
    serve: str = "trees",
) -> House:
    """Train and export in this process; `few` serves only the best so many features."""
    house = House(data, folder)
    store, made = build(data, house.features, progress=quiet)
    trees = replace(
        search_spaces.LIGHTGBM, defaults={**search_spaces.LIGHTGBM.defaults, **size}
    )
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # MLflow warns of what it does itself.
        warnings.simplefilter("ignore")
        registry = open_registry(f"sqlite:///{folder}/mlflow.db")
        patch.setattr(model_comparison, "LIGHTGBM", trees)
        patch.setattr(
            model_comparison,
            "MODEL_FAMILIES",
            (search_spaces.LOGISTIC_REGRESSION, trees),
        )
        if few is not None:
            patch.setattr(choice, "select", partial(select, counts=(few,)))
            patch.setattr(Point, "as_good", True)
        budget = model_comparison.Budget(
            "small",
            variants=False,
            select_features=few is not None,
            explained=QUICK.explained,
            shuffled=QUICK.shuffled,
            rounds=QUICK.rounds,
        )
        resources = SearchResources("", jobs=1)
        version, _ = campaign.run_campaign(
            registry,
            store,
            made,
            Costs(),
            budget,
            resources,
            serve=serve,
            progress=quiet,
        )
        export_bundle(registry, house.bundle, version=version)
        champion = load_champion(registry, version)
    export_clients(store, champion, house.clients, progress=quiet)
    return house


def quiet(_: str) -> None:
    pass
