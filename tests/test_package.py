"""`pip install .` brings the commands, and all the files that they read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

RUN = """
import sys
from importlib.metadata import entry_points
(command,) = entry_points(group="console_scripts", name=sys.argv[1])
sys.argv = sys.argv[1:]
sys.exit(command.load()())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as pip leaves it, without what the package depends on."""
    folder = tmp_path_factory.mktemp("installed")
    uv = Path(sys.executable).with_name("uv")
    build = ["build", "--wheel", "--offline", "--quiet", f"--out-dir={folder}"]
    subprocess.run([uv, *build, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(installed: Path, folder: Path, *command: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", RUN, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def test_every_versioned_file_is_in_the_package(installed: Path) -> None:
    parts = ["git", "ls-files", "api", "policy", "training"]
    kept = subprocess.run(parts, cwd=ROOT, capture_output=True, text=True, check=True)
    missing = [one for one in kept.stdout.split() if not (installed / one).exists()]
    assert missing == ["api/Dockerfile", "training/Dockerfile"]


def test_the_package_s_commands_run_from_any_folder(
    installed: Path, tmp_path: Path
) -> None:
    run(installed, tmp_path, "scoring-api", "db", "upgrade")
    assert (tmp_path / "var" / "scoring.sqlite").is_file()
    assert "# Data dictionary" in run(
        installed, tmp_path, "scoring-training", "features", "--describe"
    )


def test_the_version_is_that_of_the_changelog(installed: Path, tmp_path: Path) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = tomllib.loads(text)["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == version
    assert version in run(installed, tmp_path, "scoring-api", "--version")
