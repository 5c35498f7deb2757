from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.training.monitoring.fake_api import FakeApi
from tests.training.monitoring.world import Events, make_bundle
from training.monitoring.statistics.reference import Reference


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return make_bundle(tmp_path_factory.mktemp("monitoring") / "bundle")


@pytest.fixture(scope="session")
def money(reference: Reference) -> Reference:
    """The same bundle with costs by amount: the refused ask for thrice as much."""
    refused = reference.frame["probability"] >= reference.threshold
    manifest = {
        **reference.manifest,
        "costs": {"false_negative": 0.6, "false_positive": 0.1},
        "costs_by_amount": True,
        "tables": {
            "application": {"columns": [{"name": "AMT_CREDIT", "role": "amount"}]}
        },
    }
    frame = reference.frame.assign(AMT_CREDIT=np.where(refused, 300.0, 100.0))
    return replace(reference, manifest=manifest, frame=frame)


@pytest.fixture
def fake(reference: Reference) -> Iterator[FakeApi]:
    api = FakeApi(Events(reference))
    yield api
    api.close()
