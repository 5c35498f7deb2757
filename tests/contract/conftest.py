"""A house that more than one file of tests looks at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import REAL_DATA, House
from tests.contract.small import quiet, small_house
from training.synthesize import synthesize


@pytest.fixture(scope="session")
def real_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Real clients with their real histories, and a model of the usual size."""
    if REAL_DATA not in os.environ:
        pytest.skip(f"{REAL_DATA} is not set: no folder of real rows")
    data = Path(os.environ[REAL_DATA]).resolve() / "home-credit-linked"
    return small_house(data, tmp_path_factory.mktemp("real"), size={})


@pytest.fixture(scope="session")
def scorecard_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A scorecard of 2,000 invented applications."""
    folder = tmp_path_factory.mktemp("scorecard")
    everything, data = folder / "everything", folder / "data"
    synthesize(2_000, everything, file_format="parquet", seed=1, progress=quiet)
    data.mkdir()
    shutil.copy(everything / "application_train.parquet", data)
    return small_house(data, folder, serve="scorecard")
