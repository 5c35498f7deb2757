"""A house that more than one file of tests looks at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import REAL_DATA, House
from tests.contract.small import small_house


@pytest.fixture(scope="session")
def real_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Real clients with their real histories, and a model of the usual size."""
    if REAL_DATA not in os.environ:
        pytest.skip(f"{REAL_DATA} is not set: no folder of real rows")
    data = Path(os.environ[REAL_DATA]).resolve() / "home-credit-linked"
    return small_house(data, tmp_path_factory.mktemp("real"), size={})
