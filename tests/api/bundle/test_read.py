"""A bundle is used only as it was exported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api.bundle.read import read_bundle
from api.errors import BundleError
from api.scoring.champion import load

FILES = (
    "manifest.json",
    "manifest.json.sha256",
    "model.txt",
    "history.sql",
    "applicant.sql",
    "reasons.json",
    "importance.json",
    "distributions.json",
    "inspection.json",
    "population.parquet",
    "reference.parquet",
    "model-card.md",
    "model-card.fr.md",
    "drift/report.html",
    "drift/report.json",
    "drift/conclusion.md",
)


@pytest.fixture
def folder(world: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.bundle, tmp_path / "bundle"))


def test_the_list_of_bundle_files_is_complete(folder: Path) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert found == set(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("at", [0, -1])
def test_refuses_a_bundle_with_one_altered_byte(
    folder: Path, name: str, at: int
) -> None:
    content = bytearray((folder / name).read_bytes())
    content[at] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        read_bundle(folder)


@pytest.mark.parametrize("name", FILES)
def test_refuses_a_bundle_with_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name}.*missing"):
        read_bundle(folder)


@pytest.mark.parametrize("name", ["model.pkl", ".hidden", "drift/more.html"])
def test_refuses_a_bundle_with_an_unexpected_file(folder: Path, name: str) -> None:
    (folder / name).write_text("surprise")
    with pytest.raises(BundleError, match=name):
        read_bundle(folder)


def test_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such folder"):
        read_bundle(tmp_path / "bundle")


def test_serves_a_bundle_without_a_drift_report(folder: Path, conftest: Any) -> None:
    shutil.rmtree(folder / "drift")
    conftest.seal(folder, json.loads((folder / "manifest.json").read_text()))
    assert "drift/report.html" not in read_bundle(folder).files


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format"),
        ({"threshold": "low"}, "threshold"),
        ({"calibration": {"method": "isotonic"}}, "calibration.method"),
        ({"history": ["BUREAU_COUNT"]}, r"history\.sql: answers 3 columns, expected 2"),
        ({"tables": {}}, "tables.application"),
        ({"threshold_interval": [0.4, 0.2]}, "threshold_interval: .* 0.4 and 0.2"),
        ({"monitored": ["SPEED"]}, "monitored: SPEED is not in both"),
        (
            {
                "metrics": {
                    "cv": {},
                    "cost_curve": {"threshold": [0, 1], "business_score": [0]},
                }
            },
            r"metrics\.cost_curve: .*of one length, not \[1, 2\]",
        ),
    ],
)
def test_refuses_a_manifest_that_does_not_make_sense(
    folder: Path, conftest: Any, change: dict[str, Any], message: str
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    conftest.seal(folder, manifest | change)
    with pytest.raises(BundleError, match=message):
        load(read_bundle(folder), 1)


def test_refuses_a_model_whose_features_come_in_another_order(
    folder: Path, conftest: Any
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    model = (folder / "model.txt").read_text()
    swapped = model.replace("AMT_CREDIT CREDIT_ANN", "CREDIT_ANN AMT_CREDIT")
    (folder / "model.txt").write_text(
        swapped.replace("CREDIT_ANN AMT_CREDITUITY_RATIO", "CREDIT_ANNUITY_RATIO AMT")
    )
    conftest.seal(folder, manifest)
    with pytest.raises(BundleError, match=r"model\.txt"):
        load(read_bundle(folder), 1)


def test_a_bundle_whose_sql_is_not_valid_is_refused(
    folder: Path, conftest: Any
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "applicant.sql").write_text("SELECT NOTHING FROM application")
    conftest.seal(folder, manifest)
    with pytest.raises(BundleError, match=r"applicant\.sql: .*NOTHING"):
        load(read_bundle(folder), 1)


def test_refuses_a_feature_whose_group_has_no_reason(
    folder: Path, conftest: Any
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["features"][0]["group"] = "WEATHER"
    conftest.seal(folder, manifest)
    with pytest.raises(BundleError, match="WEATHER"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        ("features", {"contribution": "NaN"}, r"borderline\.features\.0\.contribution"),
        ("features", {"feature": "AMT"}, "only in one: AMT, AMT_CREDIT"),
        ("features", {"typical": "F"}, "AMT_CREDIT is F, expected a number"),
        ("groups", {"group": "PROFILE"}, "AMOUNTS must be there once, found 0 times"),
    ],
)
def test_refuses_borderline_clients_who_do_not_make_sense(
    folder: Path, conftest: Any, place: str, change: dict[str, Any], message: str
) -> None:
    reasons = json.loads((folder / "reasons.json").read_text())
    reasons["borderline"][place][0] |= change
    (folder / "reasons.json").write_text(json.dumps(reasons))
    conftest.seal(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(BundleError, match=rf"reasons\.json: .*{message}"):
        read_bundle(folder)


def damaged(folder: Path, conftest: Any, name: str, old: str, new: str) -> None:
    """Puts something else into a file, and seals the bundle again."""
    text = (folder / name).read_text()
    assert old in text
    content = text.replace(old, new, 1).encode("utf-8", "surrogateescape")
    (folder / name).write_bytes(content)
    conftest.seal(folder, json.loads((folder / "manifest.json").read_text()))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("importance.json", "0.5", "1e999", "expected JSON, found"),
        ("importance.json", "0.5", "null", r"features\.0\.mean_absolute: .*found None"),
        ("importance.json", '"BUREAU_COUNT"', '"B"', "features: B is not in both"),
        (
            "importance.json",
            '"values": []',
            '"values": [[1]]',
            r"\[0, 1\] rows of \[1\]",
        ),
        ("distributions.json", "   1,\n   2\n", "   2,\n   1\n", "or growing edges"),
        ("distributions.json", '"F"', '"G"', "CODE_GENDER: expected the categories"),
        ("distributions.json", "   3,\n   4\n", "   3\n", "counts of 2 bins"),
        ("distributions.json", "CODE_GENDER", "CODE", "CODE is not in both"),
        ("inspection.json", '"AMT_CREDIT"', '"AMT"', "inputs: AMT is no feature"),
        ("inspection.json", '"M"', '"X"', "one of its categories of CODE_GENDER"),
        ("inspection.json", "100000.0", '"F"', "a number of AMT_CREDIT, found 'F'"),
        ("inspection.json", "0.8,", "", r"candidates|curves: .*3 points, not 2"),
        ("drift/report.json", '{"metrics": []}', "[]", "object.*found"),
        ("drift/report.json", "[]", "[1]", r"metrics\.0: .*found 1"),
        ("drift/conclusion.md", "#", "\udcff", "byte 0: expected UTF-8"),
        ("model.txt", "split_feature=2", "split_feature=7", "tree 0: split_feature"),
        ("reasons.json", '"fr"', '"de"', r"reasons\.0\.labels\.fr"),
    ],
)
def test_refuses_what_could_not_be_answered(
    folder: Path, conftest: Any, name: str, old: str, new: str, message: str
) -> None:
    damaged(folder, conftest, name, old, new)
    with pytest.raises(BundleError, match=rf"{name}: .*{message}"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("history.sql", "SELECT a", "DROP TABLE bureau; SELECT a", "SELECTs alone"),
        ("history.sql", "FROM bureau ", "FROM '/etc/passwd' ", "passwd"),
        ("applicant.sql", ";", " WHERE false", "one row per applicant"),
        ("applicant.sql", "FROM application", "FROM '/etc/passwd'", "passwd"),
    ],
)
def test_refuses_sql_that_does_anything_else(
    folder: Path, conftest: Any, name: str, old: str, new: str, message: str
) -> None:
    damaged(folder, conftest, name, old, new)
    with pytest.raises(BundleError, match=rf"{name}: .*{message}"):
        load(read_bundle(folder), 1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("'x'", "AMT_CREDIT: expected numbers"),
        ("1e300", "AMT_CREDIT: expected finite numbers of 32 bits"),
    ],
)
def test_refuses_clients_whose_values_are_no_numbers(
    world: Any, folder: Path, conftest: Any, value: str, message: str
) -> None:
    path = folder / "population.parquet"
    world.connection.execute(
        f"COPY (SELECT * REPLACE ({value} AS AMT_CREDIT) "
        f"FROM '{world.bundle / path.name}') TO '{path}' (FORMAT parquet)"
    )
    conftest.seal(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(BundleError, match=rf"population\.parquet: column {message}"):
        load(read_bundle(folder), 1)


def test_a_file_named_current_says_which_bundle_serves(
    folder: Path, tmp_path: Path
) -> None:
    sha256 = read_bundle(folder).sha256
    bundles = tmp_path / "bundles"
    shutil.copytree(folder, bundles / sha256)
    (bundles / "current").write_text(f"{sha256}\n")
    assert read_bundle(bundles).sha256 == sha256
    for wrong in ("", "..", "\0" * 64, f"{sha256}/.."):
        (bundles / "current").write_text(wrong)
        with pytest.raises(BundleError, match="current: expected a bundle's SHA-256"):
            read_bundle(bundles)
    (bundles / "current").write_text("0" * 64)
    with pytest.raises(BundleError, match="no such folder"):
        read_bundle(bundles)
