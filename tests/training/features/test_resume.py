"""A killed run leaves nothing half-written, and the next one ends as if undisturbed."""

from __future__ import annotations

import subprocess
import sys
import time
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
    running = features(data, out)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    synthesize(300, folder, file_format="parquet", seed=3, progress=lambda _: None)
    return folder


def test_killed_at_any_moment_the_next_run_gives_the_same_bytes(
    data: Path, tmp_path: Path
) -> None:
    started = time.monotonic()
    finish(data, tmp_path / "undisturbed")
    whole = time.monotonic() - started
    killed = tmp_path / "killed"
    for part in (0.2, 0.4, 0.6, 0.7, 0.8, 0.9):
        running = features(data, killed)
        time.sleep(whole * part)
        running.kill()
        running.communicate()
    finish(data, killed)
    for name in OUTPUTS:
        expected = (tmp_path / "undisturbed" / name).read_bytes()
        assert (killed / name).read_bytes() == expected, name
    names = {path.name for path in killed.rglob("*")}
    assert names == {path.name for path in (tmp_path / "undisturbed").rglob("*")}


def test_only_what_changed_is_made_again(data: Path, tmp_path: Path) -> None:
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
