"""A feature set is what the features are, not who was there when they were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.rows import write_csv
from training.features.build import FeatureStore, build
from training.features.sql import FeatureSet, compile_features, feature_set_hash
from training.models.dataset import Labelled, load_labelled

Made = tuple[FeatureStore, FeatureSet, Labelled]
SOME = ("NAME_INCOME_TYPE", "AMT_CREDIT", "EXT_SOURCE_1")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Made]:
    """Of forty clients of some kinds of income, half of whom default."""

    def make(name: str, *incomes: str) -> Made:
        data = tmp_path / name
        data.mkdir()
        rows = [
            {
                "SK_ID_CURR": at,
                "TARGET": at % 2,
                "NAME_INCOME_TYPE": incomes[at // 2 % len(incomes)],
                "AMT_CREDIT": float(len(name) * 1000 + at),
            }
            for at in range(1, 41)
        ]
        write_csv(data, "application_train", rows)
        write_csv(data, "application_test", [])
        store, feature_set = build(data, tmp_path / f"{name}-features")
        return store, feature_set, load_labelled(store, feature_set)

    return make


def sha256(made: Made) -> str:
    return feature_set_hash(made[1], made[2].categories)


def test_other_clients_make_the_same_feature_set(made: Callable[..., Made]) -> None:
    few = made("few", "Working")
    many = made("many", "Working", "Unemployed", "Student")
    assert sha256(few) == sha256(many)
    codes = few[2].categories["NAME_INCOME_TYPE"]
    assert codes == sorted(codes)
    assert codes.index("Working") == few[2].inputs["NAME_INCOME_TYPE"].iloc[0] == 7
    pruned = [
        feature_set_hash(
            compile_features(store.layout, store.present(), only=SOME),
            {"NAME_INCOME_TYPE": data.categories["NAME_INCOME_TYPE"]},
        )
        for store, _, data in (few, many)
    ]
    assert pruned[0] == pruned[1] != sha256(few)


def test_what_changes_a_stored_vector_makes_another(made: Callable[..., Made]) -> None:
    few = made("few", "Working")
    _, feature_set, data = few
    # A value that is not declared moves the codes of those behind it.
    other = made("other", "Working", "Beekeeper")
    assert other[2].categories["NAME_INCOME_TYPE"].index("Working") == 8
    first, second, *rest = feature_set.features
    codes = data.categories
    changed = {
        sha256(few),
        sha256(other),
        feature_set_hash(replace(feature_set, features=(second, first, *rest)), codes),
        feature_set_hash(replace(feature_set, features=(first, *rest)), codes),
        *(
            feature_set_hash(one, codes)
            for one in (
                replace(feature_set, history_sql=f"{feature_set.history_sql} "),
                replace(feature_set, applicant_sql=f"{feature_set.applicant_sql} "),
            )
        ),
        feature_set_hash(feature_set, {**codes, first.name: ["a"]}),
    }
    assert len(changed) == 7
