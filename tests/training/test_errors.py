"""How training ends when what it needs is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_a_missing_openmp_is_told_with_what_brings_it(tmp_path: Path) -> None:
    said = "libgomp.so.1: cannot open shared object file"
    (tmp_path / "lightgbm.py").write_text(f"raise OSError({said!r})")
    done = subprocess.run(
        [sys.executable, "-m", "training", "export"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: LightGBM needs OpenMP's runtime")
    assert "`brew install libomp` or `apt install libgomp1`" in line
    assert done.returncode == 1
