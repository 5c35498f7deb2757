"""The demo does again what changed, and nothing else."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = importlib.util.spec_from_file_location("demo", ROOT / ".make" / "demo.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "demo", module)
    found.loader.exec_module(module)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stages.json")
    return module


def test_runs_a_stage_and_what_comes_after_it_only_when_needed(
    demo: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, middle, end = (tmp_path / name for name in ("source", "middle", "end"))
    texts = [str(path) for path in (source, middle, end)]
    source.write_text("one")
    copy = "import shutil, sys; shutil.copy(*sys.argv[1:])"
    command = [sys.executable, "-c", copy]
    first = demo.Stage("first", [*command, *texts[:2]], [source], [middle])
    second = demo.Stage("second", [*command, *texts[1:]], [], [end], ["first"])
    done: dict[str, str] = {}

    def run() -> list[str]:
        for stage in (first, second):
            demo.run(stage, (first, second), done, {})
        said = capsys.readouterr().out.splitlines()
        return [line for line in said if line.endswith(("up to date", "running"))]

    assert run() == ["first: running", "second: running"]
    assert run() == ["first: up to date", "second: up to date"]
    source.write_text("another")
    assert run() == ["first: running", "second: running"]
    assert end.read_text() == "another"
    end.unlink()
    assert run() == ["first: up to date", "second: running"]


def test_a_failed_stage_is_named_and_not_taken_for_done(
    demo: ModuleType, tmp_path: Path
) -> None:
    failing = demo.Stage("train", [sys.executable, "-c", "raise SystemExit(3)"], [], [])
    done = {"train": "before"}
    with pytest.raises(demo.StageFailed, match="train: failed with status 3"):
        demo.run(failing, (failing,), done, {})
    assert done == {}


def test_keys_are_made_once_and_anew_when_one_is_missing(
    demo: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, made = tmp_path / "demo.env", iter("abcd")
    monkeypatch.setattr(demo, "VAR", tmp_path)
    monkeypatch.setattr(demo, "ENVIRONMENT", file)
    monkeypatch.setattr(demo, "new_key", lambda roles, _: next(made) + roles[0])
    (tmp_path / "scoring.sqlite").touch()
    file.write_text("DASHBOARD_API_KEY=old\n")
    keys = {"DASHBOARD_API_KEY": "adelegate", "SCORING_KEY": "bofficer"}
    assert demo.demo_keys({}) == demo.demo_keys({}) == keys
    assert file.stat().st_mode & 0o777 == 0o600
