"""The command line: what it refuses, how it ends, and what it does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from training.cli import commands, main, shared


def test_help_imports_nothing_that_takes_long() -> None:
    code = (
        "import sys; from training.cli import main\n"
        "for name in sys.argv[1:]: assert main([name, '--help']) == 0\n"
        "heavy = {'duckdb', 'lightgbm', 'mlflow', 'numpy', 'optuna', 'pandas'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    run = [sys.executable, "-c", code, *commands.commands]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Usage: python -m training ") == len(commands.commands)


def test_a_campaign_imports_no_more_than_a_quick_one_needs() -> None:
    code = (
        "import sys, training.campaign\n"
        "unused = {'evidently', 'imblearn', 'shap', 'streamlit'}\n"
        "sys.exit(' '.join(unused & set(sys.modules)) or 0)"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_progress_says_for_how_long_it_has_been_worked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shared.time, "monotonic", lambda: shared.STARTED + 754.9)
    shared.progress("score: 3 clients")
    assert capsys.readouterr().err == " 12:34  score: 3 clients\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("features", "expected --data or --describe, and not both"),
        ("features --data=x --describe", "expected --data or --describe, and not both"),
        ("drift --data=x --bundle=x --version=1", "expected --bundle or --version"),
        ("monitor --api=x --every=0", "'--every': expected a number above 0, found 0"),
        ("train --data=x --margin=nan", "expected a number above 0, found nan"),
        ("train --data=x --margin=dear", "expected a number above 0, found dear"),
        ("simulate-drift --api=x --data=x --strength=1.1", "from 0 to 1, found 1.1"),
        ("policy x", "expected one of --data, --clients and --events"),
        ("policy x --events=x --declarations=x", "expected --declarations with --data"),
        ("train", "Missing option '--data'"),
    ],
)
def test_a_wrong_command_says_what_is_expected(
    arguments: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments.split()) == 2
    assert said in capsys.readouterr().err


def test_what_training_refuses_is_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (["--reference=a.csv"], ["--data=a", "--current=a.csv"], []):
        assert main(["drift", *options]) == 1
        said = capsys.readouterr().err
        assert said == "error: drift: expected --data, or --reference and --current\n"
    assert main(["features", f"--data={tmp_path}/none"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
