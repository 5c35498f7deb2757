"""Benchmarks run by hand: they must at least find what they measure."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import pytest

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("benchmarks/*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_imported(name: str) -> None:
    with warnings.catch_warnings():
        # The wheel of PostgreSQL's, about folders of its own.
        warnings.simplefilter("ignore")
        importlib.import_module(f"tests.benchmarks.{name}")
