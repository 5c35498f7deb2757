"""Arrows between folders go down: one that goes up is refused by its contract."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_dependencies import names

ROOT = Path(__file__).parent.parent
DASHBOARD = ("--config", str(ROOT / ".make" / "dashboard.importlinter"))
NO_BYTECODE = shutil.ignore_patterns("__pycache__", "locale")


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("training/tables/schema.py", "training.cli.train", "Training's arrows"),
        ("training/models/dataset.py", "training.evaluation.metrics", "Training's"),
        ("api/store/tables.py", "api.scoring.predict", "The API's arrows"),
        ("api/routes/health.py", "api.server.command_line", "The API's arrows"),
        (
            "api/routes/clients/similar.py",
            "api.routes.clients.clients",
            "The API's routes import no other route",
        ),
        ("api/errors.py", "training.errors", "The parts share data; of code"),
        ("dashboard/session/user.py", "screens.client", "The dashboard's arrows"),
        ("dashboard/texts/decision.py", "charts.axes", "The dashboard's arrows"),
    ],
)
def test_an_arrow_that_goes_up_is_refused(
    file: str, planted: str, contract: str, tmp_path: Path
) -> None:
    for part in ("training", "api", "dashboard", "policy"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=NO_BYTECODE)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    inside = file.startswith("dashboard/")
    with (tmp_path / file).open("a") as code:
        code.write(f"\nimport {planted}\n")
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [linter, "--no-cache", *(DASHBOARD if inside else ())],
        cwd=tmp_path / "dashboard" if inside else tmp_path,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    [broken] = [line for line in told.stdout.split("\n") if line.endswith("BROKEN")]
    assert broken.startswith(contract)


@pytest.mark.parametrize("part", ["api", "dashboard", "training"])
def test_the_tests_of_a_part_need_no_other_part(part: str) -> None:
    """They run where only that part is installed (.ci/part)."""
    others = {"api", "dashboard", "training"} - {part}
    needing = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests" / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if others & set(names(node))
    }
    assert not needing
