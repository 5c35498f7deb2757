"""Trees, asked through LightGBM's compiled library."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.errors import BundleError
from api.scoring.models import lightgbm_model
from api.scoring.models.lightgbm_model import Model


def test_a_missing_openmp_is_told_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str) -> None:
        raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(lightgbm_model.ctypes, "CDLL", refuse)
    with pytest.raises(BundleError, match=r"libomp.*libgomp1.*libgomp\.so\.1: cannot"):
        lightgbm_model._library.__wrapped__()


def test_rows_explained_together_get_the_bits_that_each_gets_alone(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, count: int) -> None:
            threads.append(count)
            super().__init__(count)

    monkeypatch.setattr(lightgbm_model.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(lightgbm_model, "ThreadPoolExecutor", Pool, raising=False)
    read = read_bundle(world.bundle)
    names = [feature.name for feature in read.manifest.features]
    model = Model(read.text("model.txt"), names)
    rows = np.random.default_rng(0).normal(0, 2, (101, len(names))).astype(np.float32)
    together = model.contributions(rows)
    alone = [model.contributions(rows[at : at + 1]) for at in range(len(rows))]
    assert (together == np.concatenate(alone)).all()
    assert threads == [3]
