"""SHAP values by look-up are those of the shap library, whatever the trees are like."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lightgbm
import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from api.bundle.trees import check_trees
from api.errors import BundleError
from api.scoring.models.lightgbm_model import Model
from api.scoring.models.shap_lookup import FILE
from training.models import shap_lookup, shap_tables
from training.models.seed_averaging import merge
from training.models.shap_lookup import Explainer, write_tables

ROWS = 600
NUMBERS, CATEGORIES = 10, 2
NAMES = [f"F{at}" for at in range(NUMBERS + CATEGORIES)]
# Half of the zeros that LightGBM takes for missing are none to anybody else.
UNUSUAL = np.array([np.nan, 0, 1e-36, -1e-36, 1e30, -1e30, np.inf], dtype=np.float32)
CODES = np.array([np.nan, -1, -0.5, 1.5, 7, 31, 32, 40, 3e9], dtype=np.float32)


def inputs(random: np.random.Generator, rows: int) -> np.ndarray:
    """Numbers, many of them equal, zero or missing, then codes of 40 categories."""
    numbers = random.integers(-3, 4, (rows, NUMBERS)) / np.float32(3)
    codes = random.integers(0, 40, (rows, CATEGORIES))
    found = np.hstack([numbers, codes]).astype(np.float32)
    found[random.random(found.shape) < 0.2] = np.nan
    return found


def asked(random: np.random.Generator) -> np.ndarray:
    """Rows such as it was trained on, and such as it never saw."""
    rows = inputs(random, 60)
    strange = random.random(rows.shape) < 0.3
    unusual = random.choice(UNUSUAL, rows.shape)
    unusual[:, NUMBERS:] = random.choice(CODES, (len(rows), CATEGORIES))
    return np.where(strange, unusual, rows).astype(np.float32)


def train(
    seed: int, leaves: int, trees: int, *, chain: bool = False, **more: Any
) -> lightgbm.Booster:
    """`chain`: every number must be high, so that paths are long and of many."""
    random = np.random.default_rng(seed)
    found = inputs(random, ROWS)
    known = np.nan_to_num(found, nan=0.5)
    line = known[:, :4].prod(axis=1) + known[:, 0] + (known[:, NUMBERS] % 3 > 1)
    if chain:
        line = 9 * (known[:, :NUMBERS] > -0.9).all(axis=1) - 4
    target = random.random(ROWS) < 1 / (1 + np.exp(-line))
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "min_data_in_leaf": 2,
        "min_data_per_group": 2,
        "cat_smooth": 1,
        "max_cat_to_onehot": 2,
        "feature_fraction": 1.0 if chain else 0.7,
        "num_threads": 1,
        "verbose": -1,
        "seed": seed,
        **more,
    }
    categories = list(range(NUMBERS, NUMBERS + CATEGORIES))
    data = lightgbm.Dataset(
        found,
        target.astype(float),
        feature_name=NAMES,
        categorical_feature=categories,
        params=parameters,
    )
    return lightgbm.train(parameters, data, trees)


def served(booster: lightgbm.Booster) -> Model:
    """The model as the API reads it, from its text and its tables."""
    with TemporaryDirectory() as folder:
        write_tables(booster, Path(folder))
        check_trees(booster.model_to_string(), NAMES)
        return Model(booster.model_to_string(), NAMES, Path(folder, FILE).read_bytes())


def check(booster: lightgbm.Booster, rows: np.ndarray) -> None:
    model = served(booster)
    found = model.contributions(rows)
    theirs = shap.TreeExplainer(booster)(rows)
    np.testing.assert_allclose(found[:, :-1], theirs.values, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[:, -1], theirs.base_values, rtol=0, atol=1e-12)
    assert np.abs(found.sum(axis=1) - model.margins(rows)).max() <= 1e-9
    alone = [model.contributions(row[np.newaxis])[0] for row in rows]
    assert np.array(alone).tobytes() == found.tobytes()
    assert Explainer(booster).contributions(rows).tobytes() == found.tobytes()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    leaves=st.integers(2, 20),
    chain=st.booleans(),
    trees=st.integers(1, 6),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
    max_depth=st.sampled_from([-1, 3]),
    min_gain_to_split=st.sampled_from([0.0, 3.0, 300.0]),
)
def test_the_values_are_those_of_the_shap_library(
    seed: int, leaves: int, trees: int, **more: Any
) -> None:
    booster = train(seed, leaves, trees, **more)
    check(booster, asked(np.random.default_rng(seed)))


def test_so_they_are_on_paths_of_more_splits_than_a_byte_has_bits() -> None:
    booster = train(0, 16, 3, chain=True)
    tables = shap_tables.shap_tables(booster)
    assert tables is not None
    assert len(tables["split_column"]) > 8 * len(tables["table_start"])
    parts = tables["table_features"]
    assert len({*parts.ravel().tolist()} - {len(NAMES)}) > shap_tables.WIDTH
    check(booster, asked(np.random.default_rng(0)))


def test_so_they_are_of_several_models_that_were_merged() -> None:
    booster = merge([train(seed, 8, 4) for seed in (1, 2)])
    check(booster, asked(np.random.default_rng(1)))


def test_trees_too_large_for_tables_are_left_to_lightgbm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    booster, rows = train(3, 8, 4), asked(np.random.default_rng(3))
    monkeypatch.setattr(shap_tables, "LARGEST", 1_000)
    write_tables(booster, tmp_path)
    assert not [*tmp_path.iterdir()]
    expected = np.asarray(booster.predict(rows, pred_contrib=True))
    assert Explainer(booster).contributions(rows).tolist() == expected.tolist()


def test_a_bundle_without_tables_answers_what_it_answered() -> None:
    """LightGBM's values of the first half of the trees and of the rest, added."""
    booster, rows = train(4, 8, 7), asked(np.random.default_rng(4))
    first = booster.predict(rows, pred_contrib=True, num_iteration=3)
    rest = booster.predict(rows, pred_contrib=True, start_iteration=3)
    found = Model(booster.model_to_string(), NAMES).contributions(rows)
    assert found.tobytes() == np.add(first, rest).tobytes()


def test_the_tables_of_another_model_are_refused(tmp_path: Path) -> None:
    write_tables(train(5, 8, 4), tmp_path)
    other = train(6, 8, 4).model_to_string()
    with pytest.raises(BundleError, match=r"not the tables of model\.txt"):
        Model(other, NAMES, (tmp_path / FILE).read_bytes())


def test_tables_that_were_damaged_are_refused_or_answer(tmp_path: Path) -> None:
    """Bits of the header, where shapes and types stand, and of the arrays behind."""
    booster = train(9, 4, 2)
    write_tables(booster, tmp_path)
    whole, text = (tmp_path / FILE).read_bytes(), booster.model_to_string()
    header = 8 + int.from_bytes(whole[:8], "little")
    rows = asked(np.random.default_rng(9))
    for seed in range(int(os.environ.get("DAMAGED_FILES", "150"))):
        chance, altered = random.Random(seed), bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            end = header if seed % 2 else len(whole)
            altered[chance.randrange(end)] ^= 1 << chance.randrange(8)
        with suppress(BundleError):
            assert np.isfinite(
                Model(text, NAMES, bytes(altered)).contributions(rows)
            ).all()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("base", (0,)),
        ("values", (-1,)),
        ("split_threshold", (-1, 8)),
        ("number_zero", (0,)),
        ("table_start", (1, -1)),
    ],
)
def test_tables_of_other_shapes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, shape: tuple[int, ...]
) -> None:
    booster = train(8, 8, 2)
    tables = shap_tables.shap_tables(booster)
    assert tables is not None
    whole = tables[name] if shape != (0,) else tables[name][:0]
    tables[name] = whole.reshape(shape)
    monkeypatch.setattr(shap_lookup, "shap_tables", lambda _: tables)
    write_tables(booster, tmp_path)
    with pytest.raises(BundleError, match=FILE):
        Model(booster.model_to_string(), NAMES, (tmp_path / FILE).read_bytes())


@pytest.mark.parametrize("kept", [0, 8, 100, -8])
def test_tables_that_are_cut_short_are_refused(tmp_path: Path, kept: int) -> None:
    booster = train(7, 8, 2)
    write_tables(booster, tmp_path)
    with pytest.raises(BundleError, match=FILE):
        Model(booster.model_to_string(), NAMES, (tmp_path / FILE).read_bytes()[:kept])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("number_feature", len(NAMES)),
        ("category_start", -1),
        ("split_column", 10**6),
        ("table_start", 10**6),
        ("table_features", len(NAMES) + 1),
        ("values", np.nan),
        ("base", np.nan),
    ],
)
def test_tables_that_point_elsewhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: float
) -> None:
    booster = train(8, 8, 2)
    tables = shap_tables.shap_tables(booster)
    assert tables is not None
    tables[name].flat[-1] = number
    monkeypatch.setattr(shap_lookup, "shap_tables", lambda _: tables)
    write_tables(booster, tmp_path)
    with pytest.raises(BundleError, match="points at what is not there|add up to nan"):
        Model(booster.model_to_string(), NAMES, (tmp_path / FILE).read_bytes())
