"""A killed run leaves nothing half-written, and the next one ends as if undisturbed."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import ROOT
from training.synthesize import synthesize

OUTPUTS = ("application.parquet", "history.parquet", "features.parquet")


def features(data: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "training", "features"]
    return subprocess.Popen(
        [*command, f"--data={data}", f"--out={out}"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(data: Path, out: Path) -> str:
    with features(data, out) as running:
        _, said = running.communicate()
    assert running.returncode == 0, said
    return said


def undisturbed(data: Path, out: Path) -> list[float]:
    """Run to the end; how many seconds each stage took, but for the first."""
    with features(data, out) as running:
        assert running.stderr
        ended = [time.monotonic() for _ in running.stderr]
    assert running.returncode == 0
    return [after - before for before, after in pairwise(ended)]


def kill_after(data: Path, out: Path, stages: int, seconds: float) -> None:
    """Kill a run so many seconds after that many stages are done, or were before."""
    with features(data, out) as running:
        assert running.stderr
        for _ in range(stages):
            assert running.stderr.readline()
        time.sleep(seconds)
        running.kill()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    synthesize(300, folder, file_format="parquet", seed=3, progress=lambda _: None)
    return folder


def test_killed_in_any_stage_it_leaves_nothing_half_written(
    data: Path, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "undisturbed", tmp_path / "killed"
    seconds = undisturbed(data, whole)
    for done, one in enumerate(seconds, start=1):
        kill_after(data, killed, done, one / 2)
        for path in killed.rglob("[!.]*.parquet"):
            expected = whole / path.relative_to(killed)
            assert path.read_bytes() == expected.read_bytes(), f"{done}: {path.name}"
    finish(data, killed)
    for name in OUTPUTS:
        assert (killed / name).read_bytes() == (whole / name).read_bytes(), name
    names = {path.name for path in killed.rglob("*")}
    assert names == {path.name for path in whole.rglob("*")}


def test_only_features_whose_inputs_changed_are_computed_again(
    data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "features"
    finish(data, out)
    assert finish(data, out).count("as before") == 10
    folder = tmp_path / "other"
    synthesize(300, folder, file_format="parquet", seed=4, progress=lambda _: None)
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in data.iterdir():
        source = folder if path.stem == "credit_card_balance" else data
        (changed / path.name).write_bytes((source / path.name).read_bytes())
    said = finish(changed, out)
    assert said.count("as before") == 7
    assert "credit_card_balance: as before" not in said
