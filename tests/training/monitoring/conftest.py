from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.training.monitoring.fake_api import FakeApi
from tests.training.monitoring.world import Events, make_bundle
from training.monitoring.statistics.reference import Reference


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return make_bundle(tmp_path_factory.mktemp("monitoring") / "bundle")


@pytest.fixture
def fake(reference: Reference) -> Iterator[FakeApi]:
    api = FakeApi(Events(reference))
    yield api
    api.close()
